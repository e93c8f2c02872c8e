package sandbox

import (
	"runtime"
	"sync"
	"time"
)

// spareAge is how long Go keeps its second processor after the last long call.
const spareAge = 10 * time.Second

// spare gives Go, on a machine with one processor, a second one while calls run for long: one stays for the network and
// short calls then, between which and the guests the kernel divides the machine. Without long calls there is nothing to
// divide, and two threads that serve short calls only wait for each other. The zero value does nothing.
type spare struct {
	set func(processors int) // nil: nothing has to be done

	mu   sync.Mutex
	used time.Time // by a long call, last
	on   bool
}

func newSpare(wanted bool) spare {
	if !wanted || runtime.GOMAXPROCS(0) > 1 {
		return spare{}
	}
	return spare{set: func(processors int) { runtime.GOMAXPROCS(processors) }}
}

// need is called for a long call, again and again as long as it runs.
func (s *spare) need(now time.Time) {
	if s.set == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used = now
	if !s.on {
		s.on = true
		s.set(2)
		time.AfterFunc(spareAge, s.look)
	}
}

// look gives the second processor up when no long call has used it for an age.
func (s *spare) look() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if left := spareAge - time.Since(s.used); left > 0 {
		time.AfterFunc(left, s.look)
		return
	}
	s.on = false
	s.set(1)
}
