package main

import (
	"os"
	"runtime"
	"runtime/debug"

	"skep/host"
	"skep/host/internal/machine"
	"skep/host/internal/manifest"
)

// fitMachine divides the machine between guests and the Go runtime, where neither flags nor Go's own variables do so, and
// logs what came out. Go takes the number of processors from the control group by itself.
func fitMachine(config *host.Config) {
	config.SpareProcessor = true
	memory := machine.ReadMemory()
	if config.MemoryBudget == 0 {
		config.MemoryBudget = memory.Guests()
	}
	if heap := memory.Heap(config.MemoryBudget); heap > 0 && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(heap)
	}
	config.Log.Info("the machine is divided", "processors", runtime.GOMAXPROCS(0),
		"memory", manifest.FormatSize(memory.Bytes), "says", memory.Source,
		"memoryBudget", manifest.FormatSize(config.MemoryBudget), "goMemoryLimit", debug.SetMemoryLimit(-1))
	if memory.Bytes > 0 && config.MemoryBudget > memory.Bytes {
		config.Log.Warn("the memory budget is more than there is: the kernel may end this process",
			"memoryBudget", manifest.FormatSize(config.MemoryBudget), "memory", manifest.FormatSize(memory.Bytes))
	}
}
