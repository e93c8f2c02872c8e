package sandbox

import (
	"slices"
	"time"
)

// restAge is how long an instance waits for work before it rests: then nothing is left of it but its place in the memory
// budget, and whoever takes it has it made anew.
const restAge = time.Minute

// rest has instances rest that have been idle for an age or longer.
func (p *pool) rest(age time.Duration) {
	p.mu.Lock()
	from := slices.IndexFunc(p.idle, func(in *instance) bool { return !in.rests() })
	to := max(from, 0)
	for from >= 0 && to < len(p.idle) && time.Since(p.idle[to].idle) >= age {
		to++
	}
	tired := slices.Clone(p.idle[max(from, 0):to])
	p.idle = slices.Delete(p.idle, max(from, 0), to)
	p.mu.Unlock()
	for _, in := range tired { // without the lock, since it takes a while
		in.rest()
	}
	p.mu.Lock()
	for len(tired) > 0 && len(p.waiting) > 0 {
		p.waiting[0] <- tired[0]
		p.waiting, tired = p.waiting[1:], tired[1:]
	}
	closed := p.closed
	if !closed {
		p.idle = slices.Insert(p.idle, 0, tired...)
		p.settle()
	}
	p.mu.Unlock()
	if closed {
		for _, in := range tired {
			in.close()
			p.discard()
		}
	}
}

// restLater looks in a while for instances that should rest, while there can be any. The lock is held.
func (p *pool) restLater() {
	n := len(p.idle)
	if p.resting != nil || p.wake == nil || p.closed || n == 0 || p.idle[n-1].rests() {
		return
	}
	p.resting = time.AfterFunc(restAge, func() {
		p.rest(restAge)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.resting = nil
		p.restLater()
	})
}

// awake gives the instance that somebody has taken, made anew where it rests.
func (p *pool) awake(in *instance, err error) (*instance, error) {
	if err != nil || !in.rests() {
		return in, err
	}
	woken, err := p.wake(in)
	if err != nil {
		in.close()
		p.discard()
	}
	return woken, err
}
