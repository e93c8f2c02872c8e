package sandbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"skep/host/internal/clock"
	"skep/host/internal/manifest"
	"skep/host/internal/service"
)

// surplusAge is how long an instance above the cruising number waits for work before it is given up.
const surplusAge = 10 * time.Second

// pool holds the instances of one endpoint, as many as its ceiling at most. The one that was used last is taken first,
// since its memory is warm; who waits is served in the order of arrival.
type pool struct {
	size  manifest.Pool
	fresh func() (*instance, error) // makes one more instance
	// wake makes an instance of one that rests; nil: none may rest.
	wake func(*instance) (*instance, error)
	pack func() // is called when all have rested for long

	mu      sync.Mutex
	idle    []*instance      // last used at the end; those that rest come before those that do not
	waiting []chan *instance // a nil instance is the leave to make one
	total   int              // idle, in use and being made
	closed  bool
	drained chan struct{} // set when nobody but guests may call; closed when nothing is in use
	trim    *time.Timer
	resting *time.Timer
	tiring  chan struct{} // set while instances are put to rest, and closed then
	packed  bool          // pack was called, and none has been made anew since
	empty   chan struct{} // closed when the pool is closed and nothing is left
}

func newPool(size manifest.Pool, fresh func() (*instance, error)) *pool {
	return &pool{size: size, fresh: fresh, empty: make(chan struct{})}
}

// ready gives a free instance at once, nil where there is none for everybody.
func (p *pool) ready() *instance {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.idle); p.closed || p.drained != nil || n == 0 || p.idle[n-1].rests() {
		return nil
	}
	return p.pop()
}

// take gives a free instance, a new one where the ceiling and the memory budget allow it, or waits.
func (p *pool) take(ctx context.Context) (*instance, error) {
	return p.awake(p.takeAny(ctx))
}

// takeAny is take, and may give an instance that rests.
func (p *pool) takeAny(ctx context.Context) (*instance, error) {
	p.mu.Lock()
	if p.closed || p.drained != nil {
		p.mu.Unlock()
		return nil, service.ErrUnavailable
	}
	if in := p.pop(); in != nil {
		p.mu.Unlock()
		return in, nil
	}
	if p.total < p.size.Ceil && len(p.waiting) == 0 {
		p.total++
		p.mu.Unlock()
		if in, err := p.make(p.fresh); in != nil || err != nil {
			return in, err
		}
	} else if p.total < p.size.Ceil && len(p.waiting) < p.size.Queue {
		// There was no room in the budget. Who waits first looks whether there is now.
		p.total++
		p.countOut()
	}
	if len(p.waiting) >= p.size.Queue {
		if p.tireless() {
			return p.takeAny(ctx)
		}
		return nil, service.ErrPoolFull
	}
	turn := make(chan *instance, 1)
	p.waiting = append(p.waiting, turn)
	p.mu.Unlock()

	timeout := time.NewTimer(p.size.Timeout)
	defer timeout.Stop()
	for {
		var in *instance
		select {
		case in = <-turn:
		case <-timeout.C:
			return p.leave(turn, service.ErrPoolTimeout)
		case <-ctx.Done():
			return p.leave(turn, ctx.Err())
		}
		if in != nil {
			return in, nil
		}
		if in, err := p.make(p.fresh); in != nil || err != nil {
			return in, err
		}
		p.waiting = slices.Insert(p.waiting, 0, turn) // its turn had come
		p.mu.Unlock()
	}
}

// leave gives up a place in the queue, unless its turn has just come.
func (p *pool) leave(turn chan *instance, cause error) (*instance, error) {
	p.mu.Lock()
	if i := slices.Index(p.waiting, turn); i >= 0 {
		p.waiting = slices.Delete(p.waiting, i, i+1)
		p.settle()
		p.mu.Unlock()
		return nil, cause
	}
	p.mu.Unlock()
	if in := <-turn; in != nil {
		return in, nil
	}
	in, err := p.make(p.fresh)
	if in == nil && err == nil {
		p.settle()
		p.mu.Unlock()
		err = cause
	}
	return in, err
}

// takeNow is take for who cannot wait, with its own way to make an instance.
func (p *pool) takeNow(fresh func() (*instance, error)) (*instance, error) {
	return p.awake(p.takeAnyNow(fresh))
}

// takeAnyNow is takeNow, and may give an instance that rests.
func (p *pool) takeAnyNow(fresh func() (*instance, error)) (*instance, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, service.ErrUnavailable
	}
	if in := p.pop(); in != nil {
		p.mu.Unlock()
		return in, nil
	}
	if p.total >= p.size.Ceil || len(p.waiting) > 0 {
		if p.tireless() {
			return p.takeAnyNow(fresh)
		}
		return nil, service.ErrPoolFull
	}
	p.total++
	p.mu.Unlock()
	in, err := p.make(fresh)
	if in == nil && err == nil {
		p.settle()
		p.mu.Unlock()
		err = service.ErrPoolFull
	}
	return in, err
}

// pop takes the instance that was used last, nil where none is idle. The lock is held.
func (p *pool) pop() *instance {
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	in := p.idle[n-1]
	p.idle[n-1] = nil
	p.idle = p.idle[:n-1]
	return in
}

// make adds an instance that is already counted, by fresh. Where the memory budget has no room for it, but others of the pool will
// be put back, it is counted out again, and there is neither an instance nor an error: the caller has to wait. The lock
// is held then, so that none comes back unseen.
func (p *pool) make(fresh func() (*instance, error)) (*instance, error) {
	in, err := fresh()
	if err == nil {
		return in, nil
	}
	noRoom := errors.Is(err, ErrNoRoom)
	if noRoom {
		err = fmt.Errorf("%w: %w", service.ErrPoolFull, err)
	}
	p.mu.Lock()
	if !noRoom || p.total == 1 {
		p.countOut()
		p.mu.Unlock()
		return nil, err
	}
	p.total--
	if in := p.pop(); in != nil {
		p.mu.Unlock()
		return in, nil
	}
	return nil, nil
}

// add puts one more instance into the pool.
func (p *pool) add(in *instance) {
	p.mu.Lock()
	p.total++
	p.mu.Unlock()
	p.put(in, clock.Now())
}

// put gives an instance back that is as the image is, from some moment on.
func (p *pool) put(in *instance, since time.Time) {
	p.mu.Lock()
	if len(p.waiting) > 0 {
		p.waiting[0] <- in
		p.waiting = p.waiting[1:]
		p.mu.Unlock()
		return
	}
	if p.closed {
		p.mu.Unlock()
		in.close()
		p.discard()
		return
	}
	in.idle = since
	p.idle = append(p.idle, in)
	p.settle()
	if p.trim == nil && p.total > p.size.Cruise {
		p.trim = time.AfterFunc(surplusAge, p.giveUpSurplus)
	}
	p.restLater()
	p.mu.Unlock()
}

// discard counts an instance out that was closed. Whoever waits first may make another.
func (p *pool) discard() {
	p.mu.Lock()
	p.countOut()
	p.mu.Unlock()
}

// countOut is discard with the lock held.
func (p *pool) countOut() {
	if len(p.waiting) > 0 {
		p.waiting[0] <- nil
		p.waiting = p.waiting[1:]
		return
	}
	p.total--
	p.settle()
	if p.closed && p.total == 0 {
		close(p.empty)
	}
}

// giveUp closes instances that have been idle for an age or longer, as long as more than keep are left, and says whether
// it closed any.
func (p *pool) giveUp(keep int, age time.Duration) bool {
	var old []*instance
	p.mu.Lock()
	for len(p.idle) > 0 && p.total-len(old) > keep && time.Since(p.idle[0].idle) >= age {
		old = append(old, p.idle[0])
		p.idle = p.idle[1:]
	}
	p.mu.Unlock()
	for _, in := range old {
		in.close()
		p.discard()
	}
	return len(old) > 0
}

// giveUpSurplus closes instances above the cruising number that have waited for long, and looks again later while there
// are more.
func (p *pool) giveUpSurplus() {
	p.giveUp(p.size.Cruise, surplusAge)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trim = nil
	if !p.closed && p.total > p.size.Cruise {
		p.trim = time.AfterFunc(surplusAge, p.giveUpSurplus)
	}
}

// drain refuses all but guests from now on, and returns when nothing is in use.
func (p *pool) drain() {
	p.mu.Lock()
	if p.drained == nil {
		p.drained = make(chan struct{})
		p.settle()
	}
	drained := p.drained
	p.mu.Unlock()
	<-drained
}

// settle tells who drains when nothing is in use. The lock is held.
func (p *pool) settle() {
	if p.drained == nil || p.total > len(p.idle) || len(p.waiting) > 0 {
		return
	}
	select {
	case <-p.drained:
	default:
		close(p.drained)
	}
}

// state is how many instances there are.
func (p *pool) state() service.PoolState {
	p.mu.Lock()
	defer p.mu.Unlock()
	idle := len(p.idle)
	return service.PoolState{Idle: idle, InUse: p.total - idle, Waiting: len(p.waiting), Ceil: p.size.Ceil}
}

// close ends the idle instances. Who waits is still served; those in use end when they are put back. The channel empty
// is closed after the last of them.
func (p *pool) close() {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.closed = true
	idle := p.idle
	p.idle = nil
	for _, t := range []*time.Timer{p.trim, p.resting} {
		if t != nil {
			t.Stop()
		}
	}
	if p.total == 0 {
		close(p.empty)
	}
	p.mu.Unlock()
	for _, in := range idle {
		in.close()
		p.discard()
	}
}
