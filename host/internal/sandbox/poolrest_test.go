package sandbox

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tetratelabs/wazero/experimental/wazerotest"

	"skep/host/internal/clock"
	"skep/host/internal/manifest"
)

// newRestingPool is a pool whose instances may rest. woken counts those that were made anew; with an error none can be.
func newRestingPool(ceil int, cannot *error) (p *pool, woken *int) {
	woken = new(int)
	made := func() (*instance, error) {
		return &instance{mod: wazerotest.NewModule(nil), memory: new(linearMemory)}, nil
	}
	p = newPool(manifest.Pool{Cruise: ceil, Ceil: ceil, Queue: 1, Timeout: time.Minute}, made)
	p.wake = func(*instance) (*instance, error) {
		*woken++
		if *cannot != nil {
			return nil, *cannot
		}
		return made()
	}
	return p, woken
}

// TestPoolRest shows that instances rest when they have waited for long, and only then; that those which do not are taken
// first; and that one that cannot be made anew is counted out.
func TestPoolRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var cannot error
		p, woken := newRestingPool(3, &cannot)
		a, b, c := mustTake(t, p), mustTake(t, p), mustTake(t, p)
		p.put(a, clock.Now())
		p.put(b, clock.Now())
		p.put(c, clock.Now())
		time.Sleep(restAge - time.Second)
		p.put(mustTake(t, p), clock.Now())
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if !a.rests() || !b.rests() || c.rests() {
			t.Errorf("they rest: %v, %v, %v; want all but the last used one", a.rests(), b.rests(), c.rests())
		}
		if got := mustTake(t, p); got != c || *woken != 0 {
			t.Error("an instance that rests was taken though one did not")
		}
		if p.ready() != nil {
			t.Error("an instance that rests is called ready")
		}
		if got := mustTake(t, p); got.rests() || *woken != 1 {
			t.Errorf("rests %v, %d were made anew, want 1", got.rests(), *woken)
		} else {
			p.put(got, clock.Now())
		}
		p.put(c, clock.Now())
		time.Sleep(2*restAge + time.Second)
		synctest.Wait()
		for i, in := range p.idle {
			if !in.rests() {
				t.Errorf("instance %d of %d does not rest", i, len(p.idle))
			}
		}
		cannot = errors.New("no memory")
		if _, err := p.take(t.Context()); !errors.Is(err, cannot) || p.total != 2 {
			t.Errorf("error %v; %d are counted, want 2", err, p.total)
		}
		p.close()
		<-p.empty
	})
}

// TestRest has the only instance of an endpoint rest: what it took is given back, but not its place in the budget, and the
// next call finds the image.
func TestRest(t *testing.T) {
	e := newBudgetEngine(t, 0)
	s := mustLoadInto(t, e, nil)
	mustAsk(t, s, "count", "1")
	in := s.pool.idle[0]
	mod, used := in.mod, e.budget.used.Load()
	e.budget.limit = used // not a byte is left
	s.pool.rest(0)
	if !in.rests() || !mod.IsClosed() || in.memory.reserved != nil {
		t.Error("the instance still has its memory")
	}
	if now := e.budget.used.Load(); now != used {
		t.Errorf("%d bytes are charged while it rests, want %d", now, used)
	}
	if state := s.Pool(); state.Idle != 1 || state.InUse != 0 {
		t.Errorf("%+v, want one that is idle", state)
	}
	mustAsk(t, s, "count", "1")
	if now := e.budget.used.Load(); now != used || len(s.pool.idle) != 1 || s.pool.idle[0].rests() {
		t.Errorf("%d bytes are charged after a call, want %d; %d instances", now, used, len(s.pool.idle))
	}
	s.pool.rest(0)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if now := e.budget.used.Load(); now != 0 {
		t.Errorf("%d bytes are charged when all is closed", now)
	}
}

// TestNoRestForWarmState shows that a guest which keeps its memory is not put to rest.
func TestNoRestForWarmState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := newTestPool(manifest.Pool{Cruise: 1, Ceil: 1})
		p.put(mustTake(t, p), clock.Now())
		time.Sleep(3 * restAge)
		synctest.Wait()
		if p.idle[0].rests() {
			t.Error("an instance rests that cannot be made anew")
		}
	})
	s := mustLoad(t, func(spec *Spec) { spec.Isolation = manifest.IsolationInstance })
	if s.pool.wake != nil {
		t.Error("instances that keep their memory may rest")
	}
}

// TestRestHammer has instances rest while many goroutines call, so that each call may find any kind of instance.
func TestRestHammer(t *testing.T) {
	s := mustLoad(t, func(spec *Spec) { spec.Pool.Cruise, spec.Pool.Ceil = 3, 3 })
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			for range 50 {
				if got, err := ask(t, s, "count"); err != nil || got != "1" {
					t.Errorf("%q, %v", got, err)
				}
			}
		})
	}
	for range 100 {
		s.pool.rest(0)
	}
	all.Wait()
	if state := s.Pool(); state.InUse != 0 || state.Idle == 0 {
		t.Errorf("%+v when nobody calls any more", state)
	}
}
