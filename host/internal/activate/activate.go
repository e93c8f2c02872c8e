// Package activate brings stored modules to the point where they serve: it reads manifests, asks what the
// infrastructure grants, has modules compiled and initialised, runs their test queries, puts what passed into the
// registry, and takes out what has been replaced when its last call is answered. It knows neither HTTP nor the engine
// behind a sandbox.
package activate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"sync"

	"skep/host/internal/infra"
	"skep/host/internal/manifest"
	"skep/host/internal/observe"
	"skep/host/internal/pace"
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
	Max      manifest.Maxima   // of all endpoints; a service may have lower ones. Set it before the first Apply
	Keep     int               // how many generations that have served stay when another one takes over; 0: all
	Observer *observe.Observer // nil: nothing is counted. Set it before the first Apply
	Pace     *pace.Pace        // of loading; nil: it makes room for nothing. Set it before the first Apply
	Log      *slog.Logger

	slots   chan struct{} // modules that are compiled at the same time
	reads   chan struct{} // generations that are inspected at the same time, before that
	ctx     context.Context
	stop    context.CancelFunc
	closing sync.WaitGroup // callers that answer their last calls

	mu       sync.Mutex
	lines    map[string]*line // by service
	problems []store.Problem
	reports  map[string]Report // by place

	stopped []*line // by Stop, for Close
}

// New gives an activator that compiles one module a core at a time. It must be closed.
func New(s *store.Store, e *sandbox.Engine, r *service.Registry, t infra.Type, log *slog.Logger) *Activator {
	a := &Activator{Store: s, Engine: e, Registry: r, Infra: t, Log: log,
		slots:   make(chan struct{}, runtime.GOMAXPROCS(0)),
		reads:   make(chan struct{}, runtime.GOMAXPROCS(0)),
		lines:   make(map[string]*line),
		reports: make(map[string]Report)}
	a.ctx, a.stop = context.WithCancel(context.Background())
	return a
}

// ErrInfrastructure says that the infrastructure type does not grant what an endpoint asks for. It takes out that
// endpoint only.
var ErrInfrastructure = errors.New("not granted by the infrastructure")

// ErrGeneration says that an endpoint is sound, but another one of its generation is not.
var ErrGeneration = errors.New("another endpoint of its generation was refused")

// ErrRefused says that a generation cannot serve; it wraps the reason.
var ErrRefused = errors.New("generation refused")

// Apply makes the services as they were found serve, in the background, each on its own: what is new is loaded, and
// takes the place of the old when it is ready; what cannot be loaded leaves the old as it is. What was found last
// counts. It must not be called after Close.
func (a *Activator) Apply(found store.Found) {
	if found.Err != nil {
		a.Log.Error("the folder of services cannot be read: what serves goes on", "error", found.Err)
		return
	}
	a.tellProblems(found.Problems)
	a.mu.Lock()
	defer a.mu.Unlock()
	there := make(map[string]bool)
	for _, s := range found.Services {
		there[s.ID] = true
		l := a.lines[s.ID]
		if l == nil {
			l = newLine(a, s.ID)
			a.lines[s.ID] = l
			l.announce(s)
			go l.run()
		}
		l.want(s)
	}
	for id, l := range a.lines {
		if !there[id] {
			l.want(store.Service{ID: id})
		}
	}
}

// tellProblems logs what is new among the things in the folder that cannot be served.
func (a *Activator) tellProblems(problems []store.Problem) {
	a.mu.Lock()
	old := make(map[store.Problem]bool)
	for _, p := range a.problems {
		old[p] = true
	}
	a.problems = problems
	a.mu.Unlock()
	for _, p := range problems {
		if !old[p] {
			a.Log.Warn("cannot be served", "path", p.Path, "reason", p.Reason)
		}
	}
}

// Problems are the things in the folder that cannot be served because of their place or name.
func (a *Activator) Problems() []store.Problem {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]store.Problem(nil), a.problems...)
}

// Wait returns when everything that Apply was given is serving or refused, or when ctx ends.
func (a *Activator) Wait(ctx context.Context) error {
	a.mu.Lock()
	var lines []*line
	for _, l := range a.lines {
		lines = append(lines, l)
	}
	a.mu.Unlock()
	for _, l := range lines {
		if err := l.wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Preload loads a generation that is in the folder, so that a switch to it takes no time; one whose files have just
// changed is waited for. It stays loaded until another one is preloaded. The error says why it cannot serve, or is a [store.ErrNotFound].
func (a *Activator) Preload(ctx context.Context, id, generation string) error {
	a.mu.Lock()
	l := a.lines[id]
	a.mu.Unlock()
	if err := a.stopping(); err != nil {
		return err
	}
	if l == nil {
		return fmt.Errorf("%w: service %s", store.ErrNotFound, id)
	}
	defer l.preload(generation)()
	for {
		if err := l.wait(ctx); err != nil {
			return err
		}
		known, changed, err := l.preloaded(generation)
		if known {
			return err
		}
		select { // its files are being written, perhaps
		case <-changed:
		case <-l.ended:
			if err := a.stopping(); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// stopping is an ErrStopped after Stop.
func (a *Activator) stopping() error {
	if a.ctx.Err() != nil {
		return ErrStopped
	}
	return nil
}

// Stop gives up loading, and returns when nothing is loaded any more. What serves goes on.
func (a *Activator) Stop() {
	a.stop()
	a.mu.Lock()
	a.stopped, a.lines = slices.AppendSeq(a.stopped, maps.Values(a.lines)), nil
	a.mu.Unlock()
	for _, l := range a.stopped {
		<-l.ended
	}
}

// Close ends all endpoints, when their calls are answered. Stop comes first.
func (a *Activator) Close() {
	var all []*service.Endpoint
	used := make(map[service.Caller]bool)
	for _, l := range a.stopped {
		for _, g := range l.loaded {
			for ; g != nil; g = g.replaces {
				all = append(all, g.unused(used)...)
			}
		}
	}
	a.retire(all)
	a.closing.Wait()
}

// retire ends endpoints that get no new calls but from each other, when those that they have are answered.
func (a *Activator) retire(endpoints []*service.Endpoint) {
	a.closing.Go(func() {
		for _, e := range endpoints {
			e.Caller.Drain()
		}
		for _, e := range endpoints {
			_ = e.Caller.Close() // its guests have answered; what is left is memory
			e.Stats.Release()
		}
	})
}
