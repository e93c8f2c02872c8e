package activate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"sync"
	"time"

	"skep/host/internal/sandbox"
	"skep/host/internal/service"
	"skep/host/internal/store"
)

// generation is one that is being activated, or has been.
type generation struct {
	stored     store.Generation
	candidates []*candidate
	endpoints  map[string]*service.Endpoint // by id, as far as it is known; some may be of another generation
	outlived   map[string]error             // why endpoints were refused whose predecessors go on
	replaces   *generation                  // of the same id, with other files; nil where there is none
	again      time.Time                    // when what could not be loaded is tried once more; zero: never
}

// inspect looks at all that can be known of a generation without compiling.
func (a *Activator) inspect(stored store.Generation) *generation {
	a.reads <- struct{}{} // one after the other: then the first serves while others are still looked at
	defer func() { <-a.reads }()
	g := &generation{stored: stored, endpoints: make(map[string]*service.Endpoint)}
	turn := a.Pace.Begin()
	for _, e := range stored.Endpoints {
		turn.Step()
		c := a.read(e)
		g.candidates = append(g.candidates, c)
		g.endpoints[c.endpoint.ID] = c.endpoint
	}
	return g
}

// snapshot is the generation as requests see it.
func (g *generation) snapshot() *service.Generation {
	return &service.Generation{ID: g.stored.ID, Endpoints: maps.Clone(g.endpoints)}
}

// load brings the candidates up: each for itself where they are loose, else all or none. It gives the one that spoils
// the generation.
func (l *line) load(ctx context.Context, g *generation) (bad *candidate) {
	before := l.before(g)
	var all sync.WaitGroup
	for _, c := range g.candidates {
		all.Go(func() {
			l.a.start(ctx, c)
			if g.stored.Loose && len(l.serving) == 0 {
				l.a.Registry.PutEndpoint(c.endpoint)
			}
		})
	}
	all.Wait()
	for _, c := range g.candidates {
		g.endpoints[c.endpoint.ID] = c.endpoint
	}
	if ctx.Err() == nil && g.stored.Loose {
		l.keepGood(g, before)
		for _, c := range g.candidates {
			if c.endpoint.State == service.StateRefused && passing(c.endpoint.Reason) {
				g.again = time.Now().Add(retryAfter)
			}
		}
		return nil
	}
	if bad = g.defect(); bad == nil && ctx.Err() == nil {
		return nil
	}
	for _, c := range g.candidates {
		if ctx.Err() != nil {
			c.withdraw(ErrStopped)
		} else {
			c.withdraw(fmt.Errorf("%w: %s", ErrGeneration, bad.endpoint.ID))
		}
		g.endpoints[c.endpoint.ID] = c.endpoint
	}
	return bad
}

// before is the loose generation that serves now; nil where there is none.
func (l *line) before(g *generation) *generation {
	if g.stored.Loose && len(l.serving) == 1 {
		if old := l.loaded[l.serving[0]]; old != nil && old.stored.Loose {
			return old
		}
	}
	return nil
}

// keepGood has the predecessors of endpoints that were refused go on.
func (l *line) keepGood(g, before *generation) {
	if before == nil {
		return
	}
	g.outlived = make(map[string]error)
	for id, e := range g.endpoints {
		old := before.endpoints[id]
		if e.State == service.StateRefused && old != nil && old.State == service.StateReady {
			g.endpoints[id], g.outlived[id] = old, e.Reason
			l.a.Log.Warn("the endpoint's predecessor goes on", "service", l.id, "endpoint", id,
				"generation", old.Generation)
		}
	}
}

// defect is a candidate that spoils its generation, nil where there is none.
func (g *generation) defect() *candidate {
	for _, c := range g.candidates {
		if c.endpoint.State == service.StateRefused && !errors.Is(c.endpoint.Reason, ErrInfrastructure) {
			return c
		}
	}
	return nil
}

// withdraw takes back a sound candidate that must not serve.
func (c *candidate) withdraw(reason error) {
	if c.endpoint.State != service.StateReady {
		return
	}
	_ = c.endpoint.Caller.Close() // nobody has called it
	c.endpoint.Stats.Release()
	c.refuse(reason)
}

// passing says whether the host may be able to load later what it could not load for this reason.
func passing(reason error) bool {
	var system *fs.PathError
	return errors.Is(reason, ErrInternal) || errors.Is(reason, sandbox.ErrNoRoom) ||
		errors.Is(reason, sandbox.ErrCompiler) || errors.As(reason, &system) && !errors.Is(reason, fs.ErrNotExist)
}
