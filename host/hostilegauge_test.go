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

// resident is the memory of this process, in bytes, after all that can be given back was. That of the race detector is
// not counted: it keeps several times the heap that there ever was.
func resident(t *testing.T) (bytes int) {
	t.Helper()
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Skip("no /proc: memory is not looked at")
	}
	const detector, detectorEnd = 0x2000_0000_0000, 0x7000_0000_0000 // between the heap and what the kernel places
	var address uint64
	for line := range strings.Lines(string(text)) {
		first, rest, _ := strings.Cut(line, " ")
		if begin, _, mapping := strings.Cut(first, "-"); mapping {
			if address, err = strconv.ParseUint(begin, 16, 64); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
		}
		if first != "Rss:" || address >= detector && address < detectorEnd {
			continue
		}
		kib, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		bytes += kib << 10
	}
	return bytes
}
