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
	testSpare(t, 1, (*spare).call, func(*spare, time.Time) {})
}

// Loading brings another one; where there are more than one, long calls do not.
func TestSpareForLoading(t *testing.T) {
	testSpare(t, 1, (*spare).load, func(*spare, time.Time) {})
	testSpare(t, 2, (*spare).load, (*spare).call)
}

func testSpare(t *testing.T, own int, need, other func(*spare, time.Time)) {
	synctest.Test(t, func(t *testing.T) {
		var set []int
		s := spare{set: func(n int) { set = append(set, n-own+1) }, processors: own}
		step := func(after time.Duration, call bool, want ...int) {
			t.Helper()
			time.Sleep(after)
			synctest.Wait()
			if call {
				need(&s, time.Now())
			} else {
				other(&s, time.Now())
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

// With one processor a long call has a second one beside it, where that is wanted; an initialisation has none.
func TestSpareOfEngine(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, c := range []struct{ wanted, warming, spare bool }{{spare: false}, {wanted: true, warming: true},
		{wanted: true, spare: true}} {
		e := &Engine{tokens: newTokens(), spare: newSpare(c.wanted)}
		m := caller(new(line))
		in := &instance{engine: e, meter: *m, log: guestLog{warming: c.warming}}
		in.meter.started = time.Now().Add(-2 * longCall)
		if !in.mayGoOn(time.Now()) {
			t.Fatal("no token, and nobody has one")
		}
		if n := runtime.GOMAXPROCS(0); (n == 2) != c.spare {
			t.Errorf("%+v; there are %d processors", c, n)
		}
	}
}

// TestSpareOfLoads loads a module before and after requests are answered.
func TestSpareOfLoads(t *testing.T) {
	e := newEngine(t, "")
	for _, serving := range []bool{false, true} {
		for own, want := range map[int]int{1: 2, 2: 3, fewProcessors: fewProcessors + 1, fewProcessors + 1: 0} {
			before := runtime.GOMAXPROCS(own)
			e.spare = newSpare(true)
			runtime.GOMAXPROCS(before)
			set := 0
			e.spare.set = func(n int) { set = n }
			mustLoadInto(t, e, nil)
			if !serving {
				want = 0
			}
			if set != want {
				t.Errorf("serving: %v; of %d processors %d were set, want %d", serving, own, set, want)
			}
		}
		e.Serving()
	}
}
