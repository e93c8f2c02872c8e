package sandbox

import (
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// The second processor comes with the first long call, and goes an age after the last one.
func TestSpare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var set []int
		s := spare{set: func(n int) { set = append(set, n) }}
		step := func(after time.Duration, call bool, want ...int) {
			t.Helper()
			time.Sleep(after)
			synctest.Wait()
			if call {
				s.need(time.Now())
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if !slices.Equal(set, want) {
				t.Errorf("%v were set, want %v", set, want)
			}
		}
		step(time.Hour, false)
		step(0, true, 2)
		step(spareAge-time.Second, true, 2)
		step(spareAge-time.Second, false, 2)
		step(2*time.Second, false, 2, 1)
		step(time.Hour, true, 2, 1, 2)
		step(spareAge+time.Second, false, 2, 1, 2, 1)
	})
}

// With one processor a long call has a second one beside it, where that is wanted.
func TestSpareOfEngine(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, wanted := range []bool{false, true} {
		e := &Engine{tokens: newTokens(), spare: newSpare(wanted)}
		m := caller(new(line))
		in := &instance{engine: e, meter: *m}
		in.meter.started = time.Now().Add(-2 * longCall)
		if !in.mayGoOn(time.Now()) {
			t.Fatal("no token, and nobody has one")
		}
		if n := runtime.GOMAXPROCS(0); (n == 2) != wanted {
			t.Errorf("wanted: %v; there are %d processors", wanted, n)
		}
	}
}
