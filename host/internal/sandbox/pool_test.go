package sandbox

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tetratelabs/wazero/experimental/wazerotest"

	"skep/host/internal/clock"
	"skep/host/internal/manifest"
	"skep/host/internal/service"
)

// newTestPool is a pool of instances without a guest. made counts them.
func newTestPool(size manifest.Pool) (p *pool, made *int) {
	made = new(int)
	return newPool(size, func() (*instance, error) {
		*made++
		return &instance{mod: wazerotest.NewModule(nil)}, nil
	}), made
}

func mustTake(t *testing.T, p *pool) *instance {
	t.Helper()
	in, err := p.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestPoolLastUsedFirst(t *testing.T) {
	p, made := newTestPool(manifest.Pool{Cruise: 2, Ceil: 2})
	a, b := mustTake(t, p), mustTake(t, p)
	p.put(a, clock.Now())
	p.put(b, clock.Now())
	if got := mustTake(t, p); got != b {
		t.Error("not the instance that was used last")
	}
	if *made != 2 {
		t.Errorf("%d instances were made, want 2", *made)
	}
}

func TestPoolQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, made := newTestPool(manifest.Pool{Cruise: 1, Ceil: 1, Queue: 2, Timeout: time.Minute})
		in := mustTake(t, p)
		order := make(chan int, 2)
		for i := range 2 {
			go func() {
				got, err := p.take(t.Context())
				if err != nil {
					t.Error(err)
				}
				order <- i
				p.put(got, clock.Now())
			}()
			synctest.Wait()
		}
		if _, err := p.take(t.Context()); !errors.Is(err, service.ErrPoolFull) {
			t.Errorf("the third in a queue of two: %v", err)
		}
		p.put(in, clock.Now())
		if first, second := <-order, <-order; first != 0 || second != 1 {
			t.Errorf("served %d before %d", first, second)
		}
		if *made != 1 {
			t.Errorf("%d instances were made, want 1", *made)
		}
	})
}

func TestPoolTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := newTestPool(manifest.Pool{Cruise: 1, Ceil: 1, Queue: 2, Timeout: time.Minute})
		in := mustTake(t, p)
		start := time.Now()
		if _, err := p.take(t.Context()); !errors.Is(err, service.ErrPoolTimeout) {
			t.Errorf("error %v", err)
		}
		if waited := time.Since(start); waited != time.Minute {
			t.Errorf("waited %v, want a minute", waited)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := p.take(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		if n := len(p.waiting); n != 0 {
			t.Errorf("%d still wait", n)
		}
		p.put(in, clock.Now())
		mustTake(t, p)
	})
}

// TestPoolDiscard shows that a failed instance makes room for another, for the one that waits too.
func TestPoolDiscard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, made := newTestPool(manifest.Pool{Cruise: 1, Ceil: 1, Queue: 1, Timeout: time.Minute})
		mustTake(t, p)
		got := make(chan *instance)
		go func() { got <- mustTake(t, p) }()
		synctest.Wait()
		p.discard()
		p.put(<-got, clock.Now())
		mustTake(t, p)
		if *made != 2 || p.total != 1 {
			t.Errorf("%d made, %d counted; want 2 and 1", *made, p.total)
		}
	})
}

func TestPoolCannotMake(t *testing.T) {
	broken := errors.New("no memory")
	p := newPool(manifest.Pool{Cruise: 1, Ceil: 1}, func() (*instance, error) { return nil, broken })
	for range 2 {
		if _, err := p.take(t.Context()); !errors.Is(err, broken) {
			t.Errorf("error %v", err)
		}
	}
	if p.total != 0 {
		t.Errorf("%d counted, want 0", p.total)
	}
}

// TestPoolSurplus shows that instances above the cruising number go when they have waited for long, and only then.
func TestPoolSurplus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, made := newTestPool(manifest.Pool{Cruise: 1, Ceil: 3})
		a, b, c := mustTake(t, p), mustTake(t, p), mustTake(t, p)
		p.put(a, clock.Now())
		p.put(b, clock.Now())
		p.put(c, clock.Now())
		time.Sleep(surplusAge / 2)
		p.put(mustTake(t, p), clock.Now())
		if s := p.state(); s.Idle+s.InUse != 3 {
			t.Errorf("%d instances after a short rest, want 3", s.Idle+s.InUse)
		}
		time.Sleep(3 * surplusAge)
		synctest.Wait()
		if p.total != 1 || len(p.idle) != 1 || p.idle[0] != c {
			t.Errorf("%d instances after a long rest, want the last used one", p.total)
		}
		if *made != 3 {
			t.Errorf("%d instances were made, want 3", *made)
		}
	})
}

func TestPoolClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := newTestPool(manifest.Pool{Cruise: 2, Ceil: 2, Queue: 1, Timeout: time.Minute})
		a, b := mustTake(t, p), mustTake(t, p)
		waiting := make(chan *instance)
		go func() { waiting <- mustTake(t, p) }()
		synctest.Wait()
		p.close()
		p.close()
		if _, err := p.take(t.Context()); !errors.Is(err, service.ErrUnavailable) {
			t.Errorf("a take after close: %v", err)
		}
		p.put(a, clock.Now())
		p.put(<-waiting, clock.Now()) // who waited is served
		select {
		case <-p.empty:
			t.Error("empty while an instance is in use")
		default:
		}
		p.put(b, clock.Now())
		<-p.empty
		if !a.mod.IsClosed() || !b.mod.IsClosed() {
			t.Error("an instance is still open")
		}
	})
}
