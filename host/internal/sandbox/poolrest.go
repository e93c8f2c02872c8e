package sandbox

import (
	"slices"
	"time"
)

// restAge is how long an instance waits for work before it rests: then nothing is left of it but its place in the memory
// budget, and whoever takes it has it made anew.
const restAge = time.Minute

// packAge is how long an endpoint waits for work before its image is packed.
const packAge = 10 * time.Minute

// rest has instances rest that have been idle for an age or longer.
func (p *pool) rest(age time.Duration) {
	p.mu.Lock()
	from := p.atRest()
	to := from
	for to < len(p.idle) && time.Since(p.idle[to].idle) >= age {
		to++
	}
	tired := slices.Clone(p.idle[from:to])
	p.idle = slices.Delete(p.idle, from, to)
	tiring := make(chan struct{})
	p.tiring = tiring
	p.mu.Unlock()
	for _, in := range tired { // without the lock, since it takes a while
		in.rest()
	}
	p.mu.Lock()
	p.tiring = nil
	defer close(tiring)
	for len(tired) > 0 && len(p.waiting) > 0 {
		p.waiting[0] <- tired[0]
		p.waiting, tired = p.waiting[1:], tired[1:]
	}
	closed := p.closed
	if !closed {
		p.packed = p.packed && len(tired) == 0 // those needed the image
		p.idle = slices.Insert(p.idle, p.atRest(), tired...)
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

// tireless gives the lock back, and waits until none is put to rest any more, which takes a moment. It reports false where
// none was: then there is nothing to be had that was not there before.
func (p *pool) tireless() bool {
	tiring := p.tiring
	p.mu.Unlock()
	if tiring == nil {
		return false
	}
	<-tiring
	return true
}

// atRest is how many instances rest. The lock is held.
func (p *pool) atRest() int {
	n := 0
	for n < len(p.idle) && p.idle[n].rests() {
		n++
	}
	return n
}

// restLater looks in a while for what should rest or be packed, while there can be anything. The lock is held.
func (p *pool) restLater() {
	n := len(p.idle)
	if p.resting != nil || p.wake == nil || p.closed || n == 0 {
		return
	}
	last, age := p.idle[n-1], restAge
	if last.rests() {
		if p.packed {
			return
		}
		age = packAge
	}
	left := age - time.Since(last.idle)
	if left <= 0 { // another one is in use
		left = restAge
	}
	p.resting = time.AfterFunc(left, p.look)
}

// look has rest what should, and packs the image where all have rested for long.
func (p *pool) look() {
	p.rest(restAge)
	p.mu.Lock()
	p.resting = nil
	n := len(p.idle)
	pack := !p.closed && !p.packed && n > 0 && n == p.total && p.idle[n-1].rests() &&
		time.Since(p.idle[n-1].idle) >= packAge
	p.packed = p.packed || pack
	p.restLater()
	p.mu.Unlock()
	if pack {
		p.pack()
	}
}

// awake gives the instance that somebody has taken, made anew where it rests.
func (p *pool) awake(in *instance, err error) (*instance, error) {
	if err != nil || !in.rests() {
		return in, err
	}
	p.mu.Lock()
	p.packed = false
	p.mu.Unlock()
	woken, err := p.wake(in)
	if err != nil {
		in.close()
		p.discard()
	}
	return woken, err
}
