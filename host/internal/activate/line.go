package activate

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"skep/host/internal/service"
	"skep/host/internal/store"
)

// retryAfter is how long a generation rests that the host was not able to load, though nothing is known against it.
const retryAfter = 15 * time.Second

// line brings one service from what it is to what it should be, one step after the other.
type line struct {
	a     *Activator
	id    string
	ended chan struct{}

	mu      sync.Mutex
	wanted  store.Service // what was found last
	version int           // of wanted
	reached int           // the version that was brought up last
	changed chan struct{} // closed when version or reached change, and made anew

	// What follows belongs to the goroutine of run; mu is held to change it.
	loaded  map[string]*generation // that can serve, by id
	refused map[string]refusal     // generations that cannot, by id
	serving []string               // ids of the generations that are published, the active one first
	ahead   string                 // id of the generation that somebody was the last to ask for before switching to it
	asked   []string               // ids of those that somebody waits for
}

// refusal is why a generation does not serve.
type refusal struct {
	fingerprint string
	reason      error
	generation  *service.Generation // with all its endpoints refused
	again       time.Time           // when it is tried once more; zero: when it has changed
}

func newLine(a *Activator, id string) *line {
	return &line{a: a, id: id, ended: make(chan struct{}), changed: make(chan struct{}),
		loaded: make(map[string]*generation), refused: make(map[string]refusal)}
}

// want says what the service should be from now on.
func (l *line) want(s store.Service) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if errors.Is(s.Err, store.ErrState) {
		s.State.Disabled = l.wanted.State.Disabled // it stays as it is
	}
	l.wanted = s
	l.a.Registry.SetDisabled(l.id, s.State.Disabled) // at once, whatever is being loaded
	l.version++
	l.signal()
}

// signal wakes all that wait for a change. The lock is held.
func (l *line) signal() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// run works until the activator stops, or the service is gone.
func (l *line) run() {
	defer close(l.ended)
	var began time.Time // when the service was last brought up
	for {
		l.mu.Lock()
		wanted, version, done, changed := l.wanted, l.version, l.version == l.reached, l.changed
		l.mu.Unlock()
		if !done {
			began = time.Now()
			l.guarded(wanted)
		}
		if l.a.ctx.Err() != nil {
			return
		}
		if !done {
			l.mu.Lock()
			l.reached = version
			l.signal()
			l.mu.Unlock()
			continue
		}
		if l.dissolved() {
			return
		}
		retry := l.retry(began)
		select {
		case <-changed:
		case <-retry:
			l.mu.Lock()
			l.reached = -1
			l.mu.Unlock()
		case <-l.a.ctx.Done():
		}
	}
}

// dissolved ends a line of which nothing is left and nothing wanted, and says whether it did.
func (l *line) dissolved() bool {
	l.a.mu.Lock()
	defer l.a.mu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &l.wanted
	if l.version != l.reached || len(s.Generations) > 0 || s.State.Mode != "" || s.Err != nil || len(l.loaded) > 0 {
		return false
	}
	delete(l.a.lines, l.id)
	return true
}

// guarded brings the service up. A defect of the host that it lays open must not stop the others.
func (l *line) guarded(s store.Service) {
	defer func() {
		if p := recover(); p != nil {
			l.a.Log.Error("activating failed: what serves goes on", "service", l.id, "panic", fmt.Sprint(p),
				"stack", string(debug.Stack()))
		}
	}()
	l.bring(l.a.ctx, s)
}

// retry is when the first refused generation is tried again; nil where there is none. Of those whose time had come when the
// service was last brought up none was wanted.
func (l *line) retry(began time.Time) <-chan time.Time {
	var first time.Time
	sooner := func(again time.Time) {
		if again.After(began) && (first.IsZero() || again.Before(first)) {
			first = again
		}
	}
	for _, r := range l.refused {
		sooner(r.again)
	}
	for _, g := range l.loaded {
		sooner(g.again)
	}
	if first.IsZero() {
		return nil
	}
	return time.After(time.Until(first))
}

// preload has a generation loaded. It stays until done is called, and then until another one is preloaded.
func (l *line) preload(generation string) (done func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ahead, l.asked = generation, append(l.asked, generation)
	l.version++
	l.signal()
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		i := slices.Index(l.asked, generation)
		l.asked = slices.Delete(l.asked, i, i+1)
	}
}

// preloaded says whether it is known how loading a generation went, and that. Where it is not, the channel is closed when
// it may be.
func (l *line) preloaded(generation string) (known bool, changed <-chan struct{}, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	have := l.loaded[generation]
	for _, g := range l.wanted.Generations {
		if g.ID == generation && !g.Settled && (have == nil || have.stored.Fingerprint != g.Fingerprint) {
			return false, l.changed, nil
		}
	}
	if have != nil {
		return true, nil, nil
	}
	if r, ok := l.refused[generation]; ok {
		return true, nil, fmt.Errorf("%w: %w", ErrRefused, r.reason)
	}
	return true, nil, fmt.Errorf("%w: service %s has no generation %s", store.ErrNotFound, l.id, generation)
}

// wait returns when what is wanted has been brought up, or the service is gone. The error is an ErrStopped where nothing will
// be brought up any more.
func (l *line) wait(ctx context.Context) error {
	for {
		l.mu.Lock()
		done, changed := l.version == l.reached, l.changed
		l.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-l.ended:
			return l.a.stopping()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// bring makes the service what it should be, as far as it can be.
func (l *line) bring(ctx context.Context, s store.Service) {
	defer l.forget(s)
	next, mapping := l.choose(ctx, s)
	ahead := l.loadAhead(ctx, s)
	switch {
	case ctx.Err() != nil:
		return
	case len(next) == 0 && len(s.Generations) == 0 && s.Err == nil:
		l.withdraw(s)
		return
	case len(next) == 0 && len(l.serving) > 0:
		return // what serves goes on
	case len(next) == 0:
		l.showRefused(s)
		return
	}
	l.publish(next, mapping)
	l.unload(append(next[:len(next):len(next)], ahead...))
	if len(next) == 1 && !next[0].stored.Loose {
		l.record(s, next[0].stored.ID)
	}
}

// record notes which generation serves alone, and removes those that nobody will go back to.
func (l *line) record(s store.Service, generation string) {
	if s.Recorded(generation, l.a.Keep) {
		return // as it is each time that the folder has changed by this very record
	}
	removed, err := l.a.Store.Activated(l.id, generation, l.a.Keep)
	if err != nil {
		l.a.Log.Warn("what serves is not recorded, so that a rollback will not find it, or old generations stay",
			"service", l.id, "generation", generation, "error", err)
	}
	for _, old := range removed {
		l.a.Log.Info("generation removed", "service", l.id, "generation", old)
	}
}

// loadAhead obtains the generations that are to be loaded ahead, if any.
func (l *line) loadAhead(ctx context.Context, s store.Service) []*generation {
	l.mu.Lock()
	ahead := append(slices.Clone(l.asked), l.ahead)
	l.mu.Unlock()
	var loaded []*generation
	for _, g := range s.Generations {
		if slices.Contains(ahead, g.ID) {
			if found := l.obtain(ctx, g, false); found != nil {
				loaded = append(loaded, found)
			}
		}
	}
	return loaded
}

// choose gives the generations that should serve, loaded, the active one first, and how requests are divided. It gives
// none where nothing can be changed for the better.
func (l *line) choose(ctx context.Context, s store.Service) ([]*generation, service.Mapping) {
	if s.Err != nil {
		l.a.Log.Error("service stays as it is", "service", l.id, "reason", s.Err)
		return nil, nil
	}
	if s.State.Mode == store.ModePinned {
		return l.choosePinned(ctx, s)
	}
	for _, g := range s.Generations {
		if s.State.Held(g.ID) {
			continue
		}
		if !g.Settled && l.orphaned(s) {
			return nil, nil // it was renamed to this one, perhaps: older ones must not serve in between
		}
		if found := l.obtain(ctx, g, true); found != nil {
			return []*generation{found}, nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, nil
}

// orphaned says whether what serves is not in the folder any more.
func (l *line) orphaned(s store.Service) bool {
	return len(l.serving) > 0 && !slices.ContainsFunc(s.Generations, func(g store.Generation) bool {
		return g.ID == l.serving[0]
	})
}

// choosePinned obtains all that is mapped. What serves is only changed when all of it can be had; where nothing serves
// yet, those share that can.
func (l *line) choosePinned(ctx context.Context, s store.Service) (next []*generation, mapping service.Mapping) {
	var sum, largest float64
	for _, share := range s.State.Mapping {
		var found *generation
		for _, g := range s.Generations {
			if g.ID == share.Generation {
				found = l.obtain(ctx, g, true)
			}
		}
		if found == nil {
			found = l.loaded[share.Generation] // its files are gone, or are being written
		}
		if found == nil {
			l.a.Log.Error("a mapped generation cannot be had", "service", l.id, "generation", share.Generation)
			continue
		}
		sum += share.Proba
		mapping = append(mapping, service.Share{Generation: share.Generation, Weight: share.Proba})
		next = append(next, found)
		if share.Proba > largest {
			largest = share.Proba
			next[0], next[len(next)-1] = found, next[0]
		}
	}
	if len(next) < len(s.State.Mapping) && len(l.serving) > 0 {
		return nil, nil
	}
	for i := range mapping {
		if sum == 0 {
			return next, nil // the ones that are to get requests cannot be had
		}
		mapping[i].Weight /= sum
	}
	if len(mapping) == 1 {
		mapping = nil
	}
	return next, mapping
}

// obtain gives a generation as it lies in the folder: one that is loaded already, or it loads it. It gives nil for one
// that cannot be had. With show, requests learn that it is being loaded, where nothing serves.
func (l *line) obtain(ctx context.Context, stored store.Generation, show bool) *generation {
	rests := func(again time.Time) bool { return again.IsZero() || time.Now().Before(again) }
	have := l.loaded[stored.ID]
	if !stored.Settled || have != nil && have.stored.Fingerprint == stored.Fingerprint && rests(have.again) {
		return have
	}
	if r, ok := l.refused[stored.ID]; ok && r.fingerprint == stored.Fingerprint && rests(r.again) {
		return have
	}
	next := l.a.inspect(stored)
	if show && len(l.serving) == 0 {
		l.show(next)
	}
	bad := l.load(ctx, next)
	if ctx.Err() != nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.refused, stored.ID)
	if bad != nil {
		r := refusal{fingerprint: stored.Fingerprint, generation: next.snapshot(),
			reason: fmt.Errorf("endpoint %s: %w", bad.endpoint.ID, bad.endpoint.Reason)}
		if passing(r.reason) {
			r.again = time.Now().Add(retryAfter)
		}
		l.refused[stored.ID] = r
		l.a.Log.Error("generation refused", "service", l.id, "generation", stored.ID, "endpoint", bad.endpoint.ID)
		return have // as it was before its files changed
	}
	next.replaces = have
	l.loaded[stored.ID] = next
	return next
}
