package sandbox

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"skep/host/internal/manifest"
)

const osPage = 4 << 10 // what is copied, mapped and counted at a time; larger pages hold several

// benchRollbacks runs a benchmark for each way of rolling back that works here.
func benchRollbacks(b *testing.B, bench func(b *testing.B, how rollback)) {
	for _, r := range rollbacks {
		b.Run("by="+r.name, func(b *testing.B) {
			how, err := r.probe()
			if err != nil {
				b.Skip(err)
			}
			bench(b, how)
		})
	}
}

// benchMemory is the memory of an instance, on a thread of its own until the benchmark ends, and the image it has.
func benchMemory(b *testing.B, how rollback, size int64) (*linearMemory, *frozen) {
	b.Helper()
	source := make([]byte, size)
	for at := 0; at < len(source); at += osPage {
		source[at] = 1
	}
	f, err := freeze(source, nil)
	if err != nil {
		b.Fatal(err)
	}
	mapped := f
	if !how.maps() {
		mapped = nil
	}
	m, err := newMemory(size, size, 0, mapped, &place{budget: new(budget)})
	if err != nil {
		b.Fatal(err)
	}
	if mapped == nil {
		copy(m.bytes(), f.source)
	}
	runtime.LockOSThread()
	b.Cleanup(func() {
		runtime.UnlockOSThread()
		m.Free()
		f.release()
	})
	return m, f
}

// measureRollback is a call over and over: what the guest does to the memory, and the rollback. An operation is both,
// since a way of rolling back leaves page faults to the guest; what the rollback alone takes is a metric.
func measureRollback(b *testing.B, how rollback, m *linearMemory, f *frozen, guest func(memory []byte, call int)) {
	b.Helper()
	memory := m.bytes()
	var alone time.Duration
	step := func(call int) {
		how.begin(m)
		guest(memory, call)
		start := time.Now()
		if !how.restore(f, m) {
			b.Fatal("the memory was not rolled back")
		}
		alone += time.Since(start)
	}
	calls := 0
	for ; calls < 20; calls++ { // what is needed in every call has become private
		step(calls)
	}
	alone = 0
	for b.Loop() {
		step(calls)
		calls++
	}
	b.ReportMetric(float64(alone.Nanoseconds())/float64(b.N), "rollback-ns/op")
	for i := 0; i < len(memory); i += osPage {
		if memory[i] != f.source[i] {
			b.Fatalf("byte %#x is not as in the image", i)
		}
	}
}

// BenchmarkRollbackDirty writes to some of the 4,096 pages of an image in each call: always to the same ones, as most
// guests do, or to others in each call.
func BenchmarkRollbackDirty(b *testing.B) {
	const size = 16 << 20
	benchRollbacks(b, func(b *testing.B, how rollback) {
		for _, where := range []string{"same", "other"} {
			for _, pages := range []int{1, 4, 16, 64, 256, 1000} {
				b.Run(fmt.Sprintf("pages=%s/dirty=%d", where, pages), func(b *testing.B) {
					m, f := benchMemory(b, how, size)
					stride := size / pages / osPage * osPage
					measureRollback(b, how, m, f, func(memory []byte, call int) {
						first := 0
						if where == "other" {
							first = call * osPage % stride
						}
						for i := range pages {
							memory[first+i*stride]++
						}
					})
				})
			}
		}
	})
}

// BenchmarkRollbackResident reads through all of an image in each call and writes to one page: to the same one, or to
// another in each call, so that the kernel is asked.
func BenchmarkRollbackResident(b *testing.B) {
	benchRollbacks(b, func(b *testing.B, how rollback) {
		for _, where := range []string{"same", "other"} {
			for _, size := range []int64{1 << 20, 4 << 20, 16 << 20, 64 << 20} {
				b.Run(fmt.Sprintf("page=%s/resident=%s", where, manifest.FormatSize(size)), func(b *testing.B) {
					m, f := benchMemory(b, how, size)
					sum := byte(0)
					measureRollback(b, how, m, f, func(memory []byte, call int) {
						for at := 0; at < len(memory); at += osPage {
							sum += memory[at]
						}
						if where == "same" {
							call = 0
						}
						memory[call*osPage%len(memory)] ^= sum | 1
					})
				})
			}
		}
	})
}

// BenchmarkRollbackCollection calls a Go guest that does nothing, the same one collecting its garbage in each call, and
// the calls that do nothing again, of which each tenth comes after one that collected.
func BenchmarkRollbackCollection(b *testing.B) {
	benchRollbacks(b, func(b *testing.B, how rollback) {
		e := ownEngine(b)
		e.rollback = how
		call := func(b *testing.B, s *Sandbox, request []byte) {
			if _, err := s.Call(b.Context(), request, discard{}); err != nil {
				b.Fatal(err)
			}
		}
		nothing, collect := []byte("nothing"), []byte("collect")
		for _, c := range []struct {
			name  string
			every int // a collection before each call of this number, off the clock; 0: none
			call  []byte
		}{
			{"quiet", 0, nothing},
			{"collecting", 0, collect},
			{"after", 10, nothing},
		} {
			b.Run("call="+c.name, func(b *testing.B) {
				s, err := loadWith(b, e, nil)
				if err != nil {
					b.Fatal(err)
				}
				for range 20 {
					call(b, s, c.call)
				}
				for n := 0; b.Loop(); n++ {
					if c.every > 0 && n%c.every == 0 {
						b.StopTimer()
						call(b, s, collect)
						b.StartTimer()
					}
					call(b, s, c.call)
				}
				in := s.pool.idle[0]
				private := 0
				for _, p := range in.memory.private {
					private += p.to - p.from
				}
				if how.maps() {
					b.ReportMetric(float64(private)/osPage, "private-pages")
				}
			})
		}
	})
}
