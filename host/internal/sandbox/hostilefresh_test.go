package sandbox

import (
	"runtime"
	"runtime/metrics"
	"testing"
	"time"
)

// loadLarge makes a sandbox of a guest that has, or takes, 64 MB.
func loadLarge(tb testing.TB, e *Engine, guest string) *Sandbox {
	return loadHostile(tb, e, guest, func(spec *Spec) { spec.Limits.Memory, spec.Limits.Timeout = 128<<20, time.Minute })
}

// TestWithoutShortSlices shows how much a guest may do at a time that has much memory which it never wrote to.
func TestWithoutShortSlices(t *testing.T) {
	for _, off := range []bool{false, true} {
		e := ownEngine(t)
		e.off.fresh = off
		s := loadLarge(t, e, "touch-borders")
		in := mustTake(t, s.pool)
		runtime.LockOSThread()
		in.begin(t.Context(), time.Now(), time.Minute, 0)
		before := threadFaults()
		if err := in.exchange(in.call, hostileRequest, new(answer)); err != nil {
			t.Fatal(err)
		}
		faults := threadFaults() - before
		runtime.UnlockOSThread()
		// At most shortSliceUnits is left of the last slice where they are short.
		if short := in.meter.granted <= shortSliceUnits; short == off || faults < 10_000 {
			t.Errorf("without short slices: %v: the last slice has %d units, after %d faults", off, in.meter.granted, faults)
		}
		s.pool.discard()
		in.close()
	}
}

// TestWithoutPopulation shows how much of what a guest grows it finds fresh.
func TestWithoutPopulation(t *testing.T) {
	if m, err := newMemory(pageSize, pageSize, 0, nil, new(place)); err != nil || !populate(m.reserved) {
		t.Skip("the system does not populate memory: slices are short instead")
	}
	for _, guest := range []string{"grow-once", "grow-borders"} {
		for _, off := range []bool{false, true} {
			e := ownEngine(t)
			e.off.fresh = off
			s := loadLarge(t, e, guest)
			in := mustTake(t, s.pool)
			in.begin(t.Context(), time.Now(), time.Minute, 0)
			if err := in.exchange(in.call, hostileRequest, new(answer)); err != nil {
				t.Fatal(err)
			}
			if in.memory.fresh > littleFresh != off {
				t.Errorf("%s, without population: %v: %d bytes are fresh", guest, off, in.memory.fresh)
			}
			s.pool.discard()
			in.close()
		}
	}
}

// gcStops is how often the garbage collector stopped the world so far, by how long.
func gcStops() *metrics.Float64Histogram {
	sample := []metrics.Sample{{Name: "/sched/pauses/total/gc:seconds"}}
	metrics.Read(sample)
	return sample[0].Value.Float64Histogram()
}

// longestStop is the upper bound of the class of the longest between two looks, in seconds.
func longestStop(before, after *metrics.Float64Histogram) float64 {
	for i := len(after.Counts) - 1; i >= 0; i-- {
		if after.Counts[i] > before.Counts[i] {
			return after.Buckets[i+1]
		}
	}
	return 0
}

// BenchmarkTouch is the longest stop of the world, of those that collections all the time ask for, next to guests that
// write to 60 MB for the first time, two pages with each instruction.
func BenchmarkTouch(b *testing.B) {
	for _, guest := range []string{"touch-borders", "grow-borders", "grow-once"} {
		for _, off := range []string{"", "ways"} {
			name := "guest=" + guest + "/mended"
			if off != "" {
				name = "guest=" + guest + "/before"
			}
			b.Run(name, func(b *testing.B) {
				e := openEngine(b, off)
				e.off.fresh = off != ""
				s := loadLarge(b, e, guest)
				quit, done := make(chan struct{}), make(chan struct{})
				go func() {
					defer close(done)
					for {
						select {
						case <-quit:
							return
						default:
							runtime.GC()
						}
					}
				}()
				before := gcStops()
				for b.Loop() {
					if _, err := s.Call(b.Context(), hostileRequest, discard{}); err != nil {
						b.Fatal(err)
					}
				}
				close(quit)
				<-done
				b.ReportMetric(longestStop(before, gcStops())*1000, "ms-paused")
			})
		}
	}
}
