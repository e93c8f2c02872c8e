package sandbox

import (
	"context"
	"errors"
	"sync"
)

// flights sees to it that of all who want the same thing done one does it, and the others wait for the outcome.
type flights struct {
	mu      sync.Mutex
	running map[string]*flight
}

type flight struct {
	done chan struct{}
	err  error // after done
}

// do runs work, or waits for who runs it for the same key already. Who gives up because its own context has ended
// leaves the work to the next.
func (f *flights) do(ctx context.Context, key string, work func() error) error {
	for {
		mine, other := f.join(key)
		if other == nil {
			defer f.land(key, mine)
			mine.err = work()
			return mine.err
		}
		select {
		case <-other.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if !errors.Is(other.err, context.Canceled) && !errors.Is(other.err, context.DeadlineExceeded) {
			return other.err
		}
	}
}

func (f *flights) join(key string) (mine, other *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if other = f.running[key]; other != nil {
		return nil, other
	}
	if f.running == nil {
		f.running = map[string]*flight{}
	}
	mine = &flight{done: make(chan struct{}), err: context.Canceled} // should work panic
	f.running[key] = mine
	return mine, nil
}

func (f *flights) land(key string, mine *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.running, key)
	close(mine.done)
}
