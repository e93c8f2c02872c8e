package host_test

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// collecting runs the garbage collector all the time until the function that it returns is called: a guest that does
// not let the world be stopped then shows.
func collecting() (stop func()) {
	quit := make(chan bool)
	var done sync.WaitGroup
	done.Go(func() {
		pace := time.NewTicker(20 * time.Millisecond)
		defer pace.Stop()
		for {
			select {
			case <-quit:
				return
			case <-pace.C:
				runtime.GC()
			}
		}
	})
	return func() {
		close(quit)
		done.Wait()
	}
}

const pauses = "/sched/pauses/total/gc:seconds"

// gcPauses is how often the garbage collector stopped the world so far, by how long.
func gcPauses() *metrics.Float64Histogram {
	sample := []metrics.Sample{{Name: pauses}}
	metrics.Read(sample)
	return sample[0].Value.Float64Histogram()
}

// longestPause bounds the longest pause between two looks, in seconds.
func longestPause(before, after *metrics.Float64Histogram) float64 {
	for i := len(after.Counts) - 1; i >= 0; i-- {
		if after.Counts[i] > before.Counts[i] {
			return after.Buckets[i] // its lower bound: the upper one may be infinite
		}
	}
	return 0
}

// resident is the memory of this process, in bytes, after all that can be given back was.
func resident(t *testing.T) int {
	t.Helper()
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("no /proc: memory is not looked at")
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}
