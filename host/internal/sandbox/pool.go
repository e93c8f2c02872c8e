package sandbox

import (
	"context"
	"sync"
	"time"

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

	mu      sync.Mutex
	idle    []*instance      // last used at the end
	waiting []chan *instance // a nil instance is the leave to make one
	total   int              // idle, in use and being made
	closed  bool
	trim    *time.Timer
	empty   chan struct{} // closed when the pool is closed and nothing is left
}

func newPool(size manifest.Pool, fresh func() (*instance, error)) *pool {
	return &pool{size: size, fresh: fresh, empty: make(chan struct{})}
}

// take gives a free instance, a new one where the ceiling allows it, or waits.
func (p *pool) take(ctx context.Context) (*instance, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, service.ErrUnavailable
	}
	if n := len(p.idle); n > 0 {
		in := p.idle[n-1]
		p.idle[n-1] = nil
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return in, nil
	}
	if p.total < p.size.Ceil {
		p.total++
		p.mu.Unlock()
		return p.make()
	}
	if len(p.waiting) >= p.size.Queue {
		p.mu.Unlock()
		return nil, service.ErrPoolFull
	}
	turn := make(chan *instance, 1)
	p.waiting = append(p.waiting, turn)
	p.mu.Unlock()

	timeout := time.NewTimer(p.size.Timeout)
	defer timeout.Stop()
	select {
	case in := <-turn:
		return p.granted(in)
	case <-timeout.C:
		return p.leave(turn, service.ErrPoolTimeout)
	case <-ctx.Done():
		return p.leave(turn, ctx.Err())
	}
}

func (p *pool) granted(in *instance) (*instance, error) {
	if in == nil {
		return p.make()
	}
	return in, nil
}

// leave gives up a place in the queue, unless its turn has just come.
func (p *pool) leave(turn chan *instance, cause error) (*instance, error) {
	p.mu.Lock()
	for i, w := range p.waiting {
		if w == turn {
			p.waiting = append(p.waiting[:i], p.waiting[i+1:]...)
			p.mu.Unlock()
			return nil, cause
		}
	}
	p.mu.Unlock()
	return p.granted(<-turn)
}

// make adds an instance that is already counted.
func (p *pool) make() (*instance, error) {
	in, err := p.fresh()
	if err != nil {
		p.discard()
	}
	return in, err
}

// put gives an instance back that is as the image is.
func (p *pool) put(in *instance) {
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
	in.idle = time.Now()
	p.idle = append(p.idle, in)
	if p.trim == nil && p.total > p.size.Cruise {
		p.trim = time.AfterFunc(surplusAge, p.giveUpSurplus)
	}
	p.mu.Unlock()
}

// discard counts an instance out that was closed, or could not be made. Whoever waits first may make another.
func (p *pool) discard() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) > 0 {
		p.waiting[0] <- nil
		p.waiting = p.waiting[1:]
		return
	}
	p.total--
	if p.closed && p.total == 0 {
		close(p.empty)
	}
}

// giveUpSurplus closes instances above the cruising number that have waited for long, and looks again later while there
// are more.
func (p *pool) giveUpSurplus() {
	var old []*instance
	p.mu.Lock()
	for len(p.idle) > 0 && p.total-len(old) > p.size.Cruise && time.Since(p.idle[0].idle) >= surplusAge {
		old = append(old, p.idle[0])
		p.idle = p.idle[1:]
	}
	p.trim = nil
	if !p.closed && p.total-len(old) > p.size.Cruise {
		p.trim = time.AfterFunc(surplusAge, p.giveUpSurplus)
	}
	p.mu.Unlock()
	for _, in := range old {
		in.close()
		p.discard()
	}
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
	if p.trim != nil {
		p.trim.Stop()
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
