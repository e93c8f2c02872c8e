package sandbox

import (
	"errors"
	"os"
	"runtime/debug"
	"testing"
	"time"

	"skep/host/internal/service"
)

// BenchmarkStackOverflow is the time until a guest that calls itself without end is ended, and by how much the resident
// memory of the process grows meanwhile, at the most: by the stack budget, and without it by the engine, for comparison.
func BenchmarkStackOverflow(b *testing.B) {
	for _, by := range []string{"budget", "engine"} {
		for _, guest := range []string{"recurse", "recurse-two", "recurse-wide", "recurse-table"} {
			b.Run("by="+by+"/guest="+guest, func(b *testing.B) {
				e := ownEngine(b)
				e.off.stack = by == "engine"
				s := loadHostile(b, e, guest, func(spec *Spec) { spec.Limits.Timeout = time.Minute })
				peak := int64(0)
				for b.Loop() {
					b.StopTimer()
					debug.FreeOSMemory()
					// From here on the kernel looks for a new peak of the resident memory.
					if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
						b.Skip(err)
					}
					before := peakMemory(b)
					b.StartTimer()
					_, err := s.Call(b.Context(), hostileRequest, discard{})
					b.StopTimer()
					if err == nil || by == "budget" && !errors.Is(err, service.ErrGuestStack) {
						b.Fatalf("the guest has ended with %v", err)
					}
					peak = max(peak, peakMemory(b)-before)
					b.StartTimer()
				}
				b.ReportMetric(float64(peak), "peak-B")
			})
		}
	}
}

// peakMemory is the most that the process has had resident, in bytes.
func peakMemory(b *testing.B) int64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skip(err)
	}
	return sumOf(b, text, "VmHWM:")
}
