package sandbox

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"skep/host/internal/clock"
	"skep/host/internal/manifest"
	"skep/host/internal/service"
)

func TestBudget(t *testing.T) {
	b := budget{limit: 100}
	for _, step := range []struct {
		take int64
		ok   bool
		used int64
	}{{60, true, 60}, {41, false, 60}, {40, true, 100}, {1, false, 100}, {0, true, 100}, {1 << 62, false, 100}} {
		if ok := b.take(step.take); ok != step.ok || b.used.Load() != step.used {
			t.Errorf("take %d: %v and %d used, want %v and %d", step.take, ok, b.used.Load(), step.ok, step.used)
		}
	}
	b.giveBack(100)
	if !b.take(100) {
		t.Error("what was given back cannot be taken")
	}
	if none := (*budget)(nil); !none.take(1<<62) || !new(budget).take(1<<62) {
		t.Error("there is a limit that nobody has set")
	}
	if err := b.exhausted(1 << 20); !errors.Is(err, ErrNoRoom) {
		t.Errorf("error %v", err)
	}
}

// TestBudgetConcurrent has many takers at once: the counter is never above the limit, and ends where it began.
func TestBudgetConcurrent(t *testing.T) {
	b := budget{limit: 1000}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(i)))
			for range 5000 {
				n := r.Int64N(400)
				if !b.take(n) {
					continue
				}
				if used := b.used.Load(); used > b.limit || used < 0 {
					t.Errorf("%d used", used)
				}
				b.giveBack(n)
			}
		})
	}
	all.Wait()
	if used := b.used.Load(); used != 0 {
		t.Errorf("%d used in the end", used)
	}
}

// newBudgetEngine is an engine of its own with a budget; in the end nothing of it may be taken.
func newBudgetEngine(t *testing.T, bytes int64) *Engine {
	t.Helper()
	e, err := NewEngine(Config{CacheDir: filepath.Join(os.TempDir(), "skep-sandbox-test"), MemoryBudget: bytes,
		Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if used := e.budget.used.Load(); used != 0 {
			t.Errorf("%d bytes are charged when all is closed", used)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// loadInto loads the guest into an engine.
func loadInto(t *testing.T, e *Engine, change func(*Spec)) (*Sandbox, error) {
	t.Helper()
	module, err := guestModule()
	if err != nil {
		t.Fatal(err)
	}
	m := manifest.Default()
	spec := Spec{Module: module, Limits: m.Limits, Pool: m.Pool, Isolation: m.Isolation, Init: []byte("hello"),
		Accept: new(answer), Log: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&spec)
	}
	s, err := e.Load(t.Context(), spec)
	if err == nil {
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return s, err
}

func mustLoadInto(t *testing.T, e *Engine, change func(*Spec)) *Sandbox {
	t.Helper()
	s, err := loadInto(t, e, change)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestBudgetCharges follows the charge through the life of an instance.
func TestBudgetCharges(t *testing.T) {
	e := newBudgetEngine(t, 0)
	s := mustLoadInto(t, e, nil)
	// The image and the code, and of the image what the module holds for all images.
	kept := int64(s.image.size) - s.image.sharedSize() + s.module.charged
	if s.module.charged < 1<<20 {
		t.Errorf("%d bytes are charged for the code of a Go module", s.module.charged)
	}
	rest := kept + int64(s.image.size) + instanceOverhead + s.module.rewritten.Beside // and the one instance
	if used := e.budget.used.Load(); used != rest {
		t.Fatalf("%d bytes are charged after loading, want %d", used, rest)
	}
	mustAsk(t, s, "count", "1")
	mustAsk(t, s, "grow a little", "grown") // is cut again
	if used := e.budget.used.Load(); used != rest {
		t.Errorf("%d bytes are charged after a call that grew, want %d", used, rest)
	}
	if _, err := ask(t, s, "grow"); !errors.Is(err, service.ErrGuestMemory) { // ends the instance
		t.Errorf("growing for ever: %v", err)
	}
	if used := e.budget.used.Load(); used != kept {
		t.Errorf("%d bytes are charged without an instance, want %d", used, kept)
	}
	mustAsk(t, s, "count", "1")
	if used := e.budget.used.Load(); used != rest {
		t.Errorf("%d bytes are charged for a new instance, want %d", used, rest)
	}
}

func TestBudgetRefusesModule(t *testing.T) {
	code := mustLoadInto(t, newBudgetEngine(t, 0), nil).module.charged
	for _, budget := range []int64{1, code, code + 2<<20, code + 5<<20} { // no code, no template, no image, no instance
		e := newBudgetEngine(t, budget)
		if _, err := loadInto(t, e, nil); err == nil {
			t.Errorf("a budget of %d bytes is enough for a Go module", budget)
		}
	}
}

// panics is a reader that does.
type panics struct{}

func (panics) ReadResult([]byte) error { panic("oops") }

// TestLoadPanics shows that nothing stays taken by a module whose loading ends in a panic.
func TestLoadPanics(t *testing.T) {
	e := newBudgetEngine(t, 0)
	files := resourcesOf(t, map[string]string{"a": "x"})
	func() {
		defer func() {
			if p := recover(); p != "oops" {
				t.Errorf("panic %v", p)
			}
		}()
		_, _ = loadInto(t, e, func(spec *Spec) { spec.Accept, spec.Resources = panics{}, files })
	}()
	if used := e.budget.used.Load(); used != 0 || len(e.modules.loaded) != 0 {
		t.Errorf("%d bytes and %d modules stay", used, len(e.modules.loaded))
	}
	entry, err := files.Find(files.Top(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := files.Open(entry); !errors.Is(err, os.ErrClosed) {
		t.Errorf("the files stay open: %v", err)
	}
}

// TestBudgetHoldsHoarders has a guest take what it can get, in as many instances as it can get: the budget is kept, a
// neighbour is served meanwhile, and all memory comes back.
func TestBudgetHoldsHoarders(t *testing.T) {
	const budget = 64 << 20
	e := newBudgetEngine(t, budget)
	neighbour := mustLoadInto(t, e, nil)
	hoarder := mustLoadInto(t, e, func(spec *Spec) {
		spec.Pool = manifest.Pool{Floor: 1, Cruise: 16, Ceil: 16, Queue: 2, Timeout: time.Second}
		spec.Limits.Memory = 48 << 20
	})
	rest := e.budget.used.Load()

	watched, stop := make(chan int64), make(chan struct{})
	go func() {
		most := int64(0)
		for {
			most = max(most, e.budget.used.Load())
			select {
			case <-stop:
				watched <- most
				return
			default:
			}
		}
	}()
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 4 {
				_, err := ask(t, hoarder, "grow")
				switch {
				case errors.Is(err, service.ErrGuestMemory), errors.Is(err, service.ErrPoolFull),
					errors.Is(err, service.ErrPoolTimeout):
				default:
					t.Errorf("growing for ever: %v", err)
				}
				mustAsk(t, neighbour, "count", "1")
			}
		})
	}
	all.Wait()
	close(stop)
	if most := <-watched; most > budget || most < budget/2 {
		t.Errorf("%d bytes were charged at most, of %d", most, budget)
	}
	mustAsk(t, hoarder, "count", "1")
	e.pools.shrink()
	if used := e.budget.used.Load(); used > rest {
		t.Errorf("%d bytes are charged when all calls are over, want %d", used, rest)
	}
}

// TestBudgetShrinksOthers shows that idle instances of one endpoint make room for another.
func TestBudgetShrinksOthers(t *testing.T) {
	e := newBudgetEngine(t, 0)
	large := func(spec *Spec) { spec.Pool.Floor, spec.Pool.Cruise, spec.Pool.Ceil = 1, 9, 9 }
	first, second := mustLoadInto(t, e, large), mustLoadInto(t, e, large)
	var taken []*instance
	for range 5 {
		taken = append(taken, mustTake(t, first.pool))
	}
	for _, in := range taken {
		first.pool.put(in, clock.Now())
	}
	e.budget.limit = e.budget.used.Load() // not a byte is left
	a, b := mustTake(t, second.pool), mustTake(t, second.pool)
	if got := first.pool.total; got != 1 {
		t.Errorf("%d instances of the other endpoint are left, want its floor", got)
	}
	second.pool.put(a, clock.Now())
	second.pool.put(b, clock.Now())
}

// TestBudgetGrows shows that they make room for a guest that grows as well, and for one that is loaded.
func TestBudgetGrows(t *testing.T) {
	e := newBudgetEngine(t, 0)
	idle := mustLoadInto(t, e, func(spec *Spec) { spec.Pool.Floor, spec.Pool.Cruise, spec.Pool.Ceil = 1, 99, 99 })
	second := mustLoadInto(t, e, nil)
	for _, room := range []int64{0, 1 << 20, 2 << 20, 3 << 20, 4 << 20, 5 << 20} {
		t.Run(manifest.FormatSize(room), func(t *testing.T) {
			e.budget.limit = 0
			var taken []*instance
			for range 9 {
				taken = append(taken, mustTake(t, idle.pool))
			}
			for _, in := range taken {
				idle.pool.put(in, clock.Now())
			}
			e.budget.limit = e.budget.used.Load() + room
			if room == 0 {
				mustAsk(t, second, "grow a little", "grown")
			} else {
				mustLoadInto(t, e, nil)
			}
			if got := idle.pool.total; got != 1 {
				t.Errorf("%d instances of the other endpoint are left, want its floor", got)
			}
		})
	}
}

// TestBudgetIsAskedOnce shows that a guest that grows and grows where there is no room keeps the host from nothing else.
func TestBudgetIsAskedOnce(t *testing.T) {
	e := newBudgetEngine(t, 0)
	s := loadLeak(t, e, 4, nil)
	var asked int
	e.budget.shrink = func() bool {
		asked++
		return true
	}
	e.budget.limit = e.budget.used.Load()
	for call := range 3 {
		give(t, s, order{orderGrow, 1}, order{orderGrow, 1}, order{orderGrow, 2}, order{orderPoke, 5000, 1})
		if asked != call+1 {
			t.Errorf("after %d calls room was asked for %d times", call+1, asked)
		}
	}
}

// TestPoolWithoutRoom shows that an instance for which the budget has no room is waited for like one above the ceiling.
func TestPoolWithoutRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		room := 1
		made, _ := newTestPool(manifest.Pool{})
		p := newPool(manifest.Pool{Cruise: 4, Ceil: 4, Queue: 2, Timeout: time.Minute}, func() (*instance, error) {
			if room == 0 {
				return nil, ErrNoRoom
			}
			room--
			return made.fresh()
		})
		in := mustTake(t, p)
		order := make(chan int, 2)
		for i := range 2 {
			go func() {
				got, err := p.take(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				order <- i
				if i == 0 {
					p.put(got, clock.Now())
				}
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
		if p.total != 1 {
			t.Errorf("%d instances are counted, want 1", p.total)
		}
	})
}

// TestPoolRoomReturns shows that whoever waits gets a new instance when a later request finds room for it, and fails at
// once when there is neither room nor an instance to wait for.
func TestPoolRoomReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		room := 1
		made, _ := newTestPool(manifest.Pool{})
		p := newPool(manifest.Pool{Cruise: 4, Ceil: 4, Queue: 9, Timeout: time.Minute}, func() (*instance, error) {
			if room == 0 {
				return nil, ErrNoRoom
			}
			room--
			return made.fresh()
		})
		mustTake(t, p)
		results := make(chan error, 3)
		take := func() { _, err := p.take(t.Context()); results <- err }
		go take()
		synctest.Wait()
		room = 1
		go take()
		synctest.Wait()
		if err := <-results; err != nil || p.total != 2 || len(p.waiting) != 1 {
			t.Errorf("%v; %d counted and %d waiting, want 2 and 1", err, p.total, len(p.waiting))
		}
		go take()
		synctest.Wait()
		p.discard()
		synctest.Wait()
		if len(results) > 0 || p.total != 1 || len(p.waiting) != 2 {
			t.Errorf("%d counted and %d waiting, want 1 and 2", p.total, len(p.waiting))
		}
		p.discard() // the last one: nothing will be put back
		for range 2 {
			if err := <-results; !errors.Is(err, service.ErrPoolFull) {
				t.Errorf("error %v", err)
			}
		}
		if p.total != 0 {
			t.Errorf("%d counted, want 0", p.total)
		}
	})
}
