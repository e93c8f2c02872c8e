package sandbox

import (
	"log/slog"
	"os"
	"runtime"
	"strings"
	"testing"

	"skep/host/internal/manifest"
)

// counting is a finder that counts.
type counting struct {
	finder
	scans *int
}

func (c counting) find(dst []pages, memory []byte) ([]pages, error) {
	*c.scans++
	return c.finder.find(dst, memory)
}

// TestGate shows that pages are searched for only after a fault: hardly ever, once a guest is warm.
func TestGate(t *testing.T) {
	calls := 100_000
	if testing.Short() {
		calls = 10_000
	}
	how, err := probeScan()
	if err != nil {
		t.Skip(err)
	}
	for _, name := range []string{"Go", "assembled"} {
		t.Run(name, func(t *testing.T) {
			var scans int
			e := ownEngine(t)
			e.rollback = gated{counting{how.(gated).finder, &scans}}
			var s *Sandbox
			frame := frameOf(order{orderPoke, 50_000, 99}, order{orderPoke, 90_000, 99}, order{orderSetGlobals, 99})
			if name == "Go" {
				s = loadOn(t, e)
				frame = []byte("count")
			} else {
				s = loadLeak(t, e, leakPages, nil)
			}
			ctx := t.Context()
			call := func() {
				if _, err := s.Call(ctx, frame, discard{}); err != nil {
					t.Fatal(err)
				}
			}
			call()
			if scans == 0 {
				t.Error("no scan after the first call")
			}
			scans = 0
			for i := range calls {
				call()
				if i%(calls/10) == 0 {
					compare(t, s)
				}
			}
			t.Logf("%d scans in %d calls", scans, calls)
			if scans > calls/500 {
				t.Errorf("%d scans in %d calls", scans, calls)
			}
		})
	}
}

// loadOn is a sandbox of testdata/guest on an engine.
func loadOn(t *testing.T, e *Engine) *Sandbox {
	t.Helper()
	module, err := guestModule()
	if err != nil {
		t.Fatal(err)
	}
	m := manifest.Default()
	s, err := e.Load(t.Context(), Spec{Module: module, Limits: m.Limits, Pool: m.Pool, Init: []byte("hello"),
		Accept: new(answer), Log: slog.New(slog.DiscardHandler), WarmUp: [][]byte{[]byte("count")}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestNothingIsLeft loads and closes modules again and again: no file and no mapping of theirs stays.
func TestNothingIsLeft(t *testing.T) {
	cycles := 300 // for each way
	if testing.Short() {
		cycles = 50
	}
	eachRollback(t, func(t *testing.T, e *Engine) {
		cycle := func() {
			s, err := tryLoadLeak(t, e, 5, func(spec *Spec) { spec.Pool.Ceil = 3 })
			if err != nil {
				t.Fatal(err)
			}
			give(t, s, order{orderGrow, 1}, order{orderPoke, 5 << 16, 1})
			give(t, s, order{orderTableSet, 2})                                       // replaced
			_, _ = s.Call(t.Context(), frameOf(order{orderPeek, 1 << 30}), discard{}) // traps
			give(t, s, order{orderPoke, 5000, 1})
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		cycle()
		files, maps := leftovers(t)
		for range cycles {
			cycle()
		}
		files2, maps2 := leftovers(t)
		t.Logf("%d files, %d maps before; %d and %d after %d cycles", files, maps, files2, maps2, cycles)
		if files2 > files+3 || maps2 > maps+20 {
			t.Errorf("%d files, %d maps before; %d and %d after %d cycles", files, maps, files2, maps2, cycles)
		}
		if used := e.budget.used.Load(); used != 0 {
			t.Errorf("%d bytes of the budget are taken", used)
		}
	})
}

// leftovers counts the files and the mappings of this process.
func leftovers(t *testing.T) (files, maps int) {
	t.Helper()
	for range 3 { // the engine gives code back by finalizers, which run between
		runtime.GC()
	}
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	text, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Skip(err)
	}
	return len(list), strings.Count(string(text), "\n")
}
