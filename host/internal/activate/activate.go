// Package activate brings stored modules to the point where they serve: it reads manifests, asks what the
// infrastructure grants, has modules compiled and initialised, runs their test queries, and puts what passed into the
// registry. It knows neither HTTP nor the engine behind a sandbox.
package activate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"

	"skep/host/internal/infra"
	"skep/host/internal/manifest"
	"skep/host/internal/sandbox"
	"skep/host/internal/service"
	"skep/host/internal/store"
)

// Activator activates the services of one store.
type Activator struct {
	Store    *store.Store
	Engine   *sandbox.Engine
	Registry *service.Registry
	Infra    infra.Type
	Max      manifest.Maxima // of all endpoints; a service may have lower ones. Set it before the first Begin
	Log      *slog.Logger

	slots chan struct{} // modules that are compiled at the same time

	mu      sync.Mutex
	reports map[string]Report // by place
}

// New gives an activator that compiles one module a core at a time.
func New(s *store.Store, e *sandbox.Engine, r *service.Registry, t infra.Type, log *slog.Logger) *Activator {
	return &Activator{Store: s, Engine: e, Registry: r, Infra: t, Log: log,
		slots:   make(chan struct{}, runtime.GOMAXPROCS(0)),
		reports: make(map[string]Report)}
}

// ErrInfrastructure says that the infrastructure type does not grant what an endpoint asks for. It takes out that
// endpoint only.
var ErrInfrastructure = errors.New("not granted by the infrastructure")

// ErrGeneration says that an endpoint is sound, but another one of its generation is not.
var ErrGeneration = errors.New("another endpoint of its generation was refused")

// ErrReplaced says that the generation of an endpoint is not the active one any more.
var ErrReplaced = errors.New("its generation was replaced while it was loaded")

// Begin makes a service known, as loading, and returns the work that is left: call it, in the background where that
// helps, to bring the service up. The newest generation that is sound becomes active; where there is none, the newest
// one, with all its endpoints refused. The service has at least one generation. When ctx ends, what is not loaded by
// then is refused with ErrStopped.
func (a *Activator) Begin(s store.Service) (finish func(context.Context)) {
	first := a.inspect(s.Generations[0])
	a.publish(first)
	return func(ctx context.Context) {
		for i, g := range s.Generations {
			next := first
			if i > 0 {
				next = a.inspect(g)
			}
			if a.load(ctx, next) {
				return
			}
			if ctx.Err() != nil {
				break
			}
		}
		a.publish(first)
	}
}

// generation is one that is being activated.
type generation struct {
	stored     store.Generation
	candidates []*candidate
}

func (a *Activator) inspect(stored store.Generation) *generation {
	g := &generation{stored: stored}
	for _, e := range stored.Endpoints {
		g.candidates = append(g.candidates, a.read(e))
	}
	return g
}

// publish makes a generation the active one of its service, with its endpoints as they stand.
func (a *Activator) publish(g *generation) {
	active := &service.Generation{ID: g.stored.ID, Endpoints: make(map[string]*service.Endpoint)}
	for _, c := range g.candidates {
		active.Endpoints[c.endpoint.ID] = c.endpoint
	}
	a.Registry.Put(&service.Service{ID: g.stored.Service, Active: active})
}

// load brings the candidates up and publishes them: each for itself where they are loose, else all or none. It reports
// whether the generation serves.
func (a *Activator) load(ctx context.Context, g *generation) bool {
	var all sync.WaitGroup
	for _, c := range g.candidates {
		all.Go(func() {
			a.start(ctx, c)
			if g.stored.Loose && !a.Registry.PutEndpoint(c.endpoint) {
				c.withdraw(ErrReplaced)
			}
		})
	}
	all.Wait()
	if g.stored.Loose {
		return true
	}
	bad := g.defect()
	if bad == nil {
		a.publish(g)
		return true
	}
	for _, c := range g.candidates {
		c.withdraw(fmt.Errorf("%w: %s", ErrGeneration, bad.endpoint.ID))
	}
	if ctx.Err() == nil {
		a.Log.Error("generation refused", "service", g.stored.Service, "generation", g.stored.ID,
			"endpoint", bad.endpoint.ID)
	}
	return false
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
	c.refuse(reason)
}
