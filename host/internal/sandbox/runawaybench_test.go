package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"skep/host/internal/service"
)

// BenchmarkRunaway is the time by which a guest that does not end is ended after its deadline: alone, and next to others,
// where it spends most of its time waiting for a token. An operation is a call, or as many at the same time, in full.
func BenchmarkRunaway(b *testing.B) {
	const deadline = 50 * time.Millisecond
	for _, guest := range []string{"loop", "straight-line", "exponential", "fill", "copy"} {
		for _, atOnce := range []int{1, 8} {
			b.Run(fmt.Sprintf("guest=%s/at-once=%d", guest, atOnce), func(b *testing.B) {
				s := loadHostile(b, ownEngine(b), guest, func(spec *Spec) {
					spec.Limits.Timeout = deadline
					spec.Pool.Ceil, spec.Pool.Cruise = atOnce, atOnce
				})
				var mu sync.Mutex
				var late []time.Duration
				for b.Loop() {
					var all sync.WaitGroup
					for range atOnce {
						all.Go(func() {
							start := time.Now()
							_, err := s.Call(b.Context(), hostileRequest, discard{})
							took := time.Since(start)
							mu.Lock()
							defer mu.Unlock()
							if !errors.Is(err, service.ErrGuestTimeout) {
								b.Errorf("the guest has ended with %v", err)
							}
							late = append(late, took-deadline)
						})
					}
					all.Wait()
				}
				slices.Sort(late)
				b.ReportMetric(float64(late[len(late)/2].Microseconds()), "p50-late-µs")
				b.ReportMetric(float64(late[len(late)*9/10].Microseconds()), "p90-late-µs")
				b.ReportMetric(float64(late[len(late)-1].Microseconds()), "longest-late-µs")
			})
		}
	}
}
