package sandbox

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"skep/host/internal/manifest"
)

// loadPages is a sandbox of testdata/pages.
func loadPages(t *testing.T, e *Engine) *Sandbox {
	t.Helper()
	module, err := os.ReadFile("testdata/pages/pages.wasm")
	if err != nil {
		t.Fatal(err)
	}
	m := manifest.Default()
	spec := Spec{Module: module, Limits: m.Limits, Pool: m.Pool, Accept: new(answer), Log: slog.New(slog.DiscardHandler)}
	spec.Limits.Memory, spec.Pool.Ceil, spec.Pool.Cruise = 80<<20, 1, 1
	s, err := e.Load(t.Context(), spec)
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

const allPages = "\x92\x01\xcd\x04\x00" // the answer of testdata/pages: 1,024, as it declares

// TestSlicesAreShort shows that a guest has short slices while it may have much memory that it has not written to.
func TestSlicesAreShort(t *testing.T) {
	s := loadPages(t, ownEngine(t))
	in := s.pool.idle[0]
	in.memory.goesOn = nil // as where the system does not populate memory
	want := func(when string, fresh int, units int64) {
		t.Helper()
		if in.memory.fresh != fresh || in.meter.granted != units {
			t.Errorf("%s: %d fresh bytes and %d units, want %d and %d", when, in.memory.fresh, in.meter.granted, fresh, units)
		}
	}
	begin := func() { in.begin(context.Background(), time.Now(), time.Hour, 0) }
	begin()
	want("at first", pageSize, sliceUnits)
	if err := in.exchange(in.call, []byte("x"), discard{}); err != nil {
		t.Fatal(err)
	}
	in.sliceEnds()
	want("after it grew", 1024*pageSize, shortSliceUnits)
	in.memory.shedding.bytes = 1024*pageSize - littleFresh // as after a call that wrote there
	begin()
	want("when little is fresh", littleFresh, sliceUnits)
	in.memory.shedding.bytes--
	begin()
	want("when much is fresh", littleFresh+1, shortSliceUnits)
	in.memory.shedding.bytes = 0
	if !s.reusable(in) {
		t.Fatal("not reusable")
	}
	begin()
	want("after the rollback", pageSize-in.memory.shedding.bytes, sliceUnits)
	in.finish()
}

// TestTouchEveryPage has a guest write to all of its memory, the call after that too.
func TestTouchEveryPage(t *testing.T) {
	s := loadPages(t, ownEngine(t))
	for range 3 {
		mustAsk(t, s, "xx", allPages)
	}
}
