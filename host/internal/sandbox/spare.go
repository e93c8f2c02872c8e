package sandbox

import (
	"runtime"
	"sync"
	"time"
)

// spareAge is how long Go keeps one more processor after what it was for.
const spareAge = 10 * time.Second

// fewProcessors are those of which one makes a difference to all requests.
const fewProcessors = 3

// spare gives Go, on a machine with few processors, one more while something takes one from requests, between which the kernel
// divides the machine then. Without that there is nothing to divide, and threads that serve short calls only wait for each
// other. The zero value does nothing.
//
// Loading modules takes one, by work of milliseconds and by system calls that block. So do calls that run for long where there
// is one only; where there are more, they leave one alone.
type spare struct {
	set        func(processors int)
	processors int // that Go has by itself; 0: nothing is set

	mu   sync.Mutex
	used time.Time // last
	on   bool
}

func newSpare(wanted bool) spare {
	processors := runtime.GOMAXPROCS(0)
	if !wanted || processors > fewProcessors {
		return spare{}
	}
	return spare{set: func(n int) { runtime.GOMAXPROCS(n) }, processors: processors}
}

// call is called for a long call, again and again as long as it runs.
func (s *spare) call(now time.Time) {
	if s.processors == 1 {
		s.need(now)
	}
}

// load is called when a module is loaded beside requests.
func (s *spare) load(now time.Time) {
	if s.processors > 0 {
		s.need(now)
	}
}

func (s *spare) need(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used = now
	if !s.on {
		s.on = true
		s.set(s.processors + 1)
		time.AfterFunc(spareAge, s.look)
	}
}

// look gives the processor up when nothing has needed it for an age.
func (s *spare) look() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if left := spareAge - time.Since(s.used); left > 0 {
		time.AfterFunc(left, s.look)
		return
	}
	s.on = false
	s.set(s.processors)
}
