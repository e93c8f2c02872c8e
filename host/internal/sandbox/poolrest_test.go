package sandbox

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental/wazerotest"

	"skep/host/internal/clock"
	"skep/host/internal/manifest"
	"skep/host/internal/service"
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
	p.pack = func() {}
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

// slowEnd is a module that takes until told to be closed.
type slowEnd struct {
	api.Module
	ends chan struct{}
}

func (m slowEnd) Close(context.Context) error {
	<-m.ends
	return nil
}

// TestPoolTiring shows that nobody is refused because the only instance is being put to rest: neither who cannot wait nor
// who may not.
func TestPoolTiring(t *testing.T) {
	for name, take := range map[string]func(*pool) (*instance, error){
		"now":      func(p *pool) (*instance, error) { return p.takeNow(p.fresh) },
		"no queue": func(p *pool) (*instance, error) { return p.take(t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, woken := newRestingPool(1, new(error))
				p.size.Queue = 0
				in := mustTake(t, p)
				ends := make(chan struct{})
				in.mod = slowEnd{in.mod, ends}
				p.put(in, clock.Now())
				time.Sleep(restAge)
				synctest.Wait()
				time.AfterFunc(time.Second, func() { close(ends) })
				if in, err := take(p); err != nil || in.rests() || *woken != 1 {
					t.Errorf("error %v, %d were made anew, want 1", err, *woken)
				}
				if _, err := take(p); !errors.Is(err, service.ErrPoolFull) {
					t.Errorf("error %v while the only one is in use, want %v", err, service.ErrPoolFull)
				}
			})
		})
	}
}

// TestPoolPack shows that the image of an endpoint is packed once when it has been idle for long, again after it was
// needed, be it for an instance that had no place before, and never while an instance is in use.
func TestPoolPack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := newRestingPool(2, new(error))
		var packed atomic.Int64
		p.pack = func() { packed.Add(1) }
		after := func(d time.Duration, want int64) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			if got := packed.Load(); got != want {
				t.Errorf("packed %d times, want %d", got, want)
			}
		}
		a, b := mustTake(t, p), mustTake(t, p)
		p.put(a, time.Now())
		after(3*packAge, 0)
		p.put(b, time.Now())
		after(packAge-time.Second, 0)
		after(2*time.Second, 1)
		after(3*packAge, 1)
		p.put(mustTake(t, p), time.Now())
		after(packAge-time.Second, 1)
		after(2*time.Second, 2)
		p.giveUp(0, 0) // another endpoint needs the memory
		p.put(mustTake(t, p), time.Now())
		after(packAge-time.Second, 2)
		after(2*time.Second, 3)
		p.close()
		<-p.empty
	})
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
