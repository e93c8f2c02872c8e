package activate

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"skep/abi"
	"skep/host/internal/frame"
	"skep/host/internal/pace"
	"skep/host/internal/sandbox"
	"skep/host/internal/service"
)

// ErrStopped says that the host was closed before an endpoint was loaded: nothing is known against the endpoint.
var ErrStopped = errors.New("the host was closed before it was loaded")

// ErrInternal says that the host itself failed while it loaded an endpoint.
var ErrInternal = errors.New("the host failed to load it")

// start brings up a candidate that is loading. In the end it is ready or refused.
func (a *Activator) start(ctx context.Context, c *candidate) {
	if c.endpoint.State != service.StateLoading {
		return
	}
	var results []TestResult
	err := a.guarded(c, func() (err error) {
		results, err = a.bringUp(ctx, c)
		return err
	})
	switch {
	case err == nil:
	case ctx.Err() != nil:
		c.refuse(ErrStopped)
	default:
		a.refuse(c, err)
	}
	a.report(c, results)
}

// bringUp compiles, initialises and tests a candidate, when its turn has come, and makes it ready.
func (a *Activator) bringUp(ctx context.Context, c *candidate) ([]TestResult, error) {
	select {
	case a.slots <- struct{}{}:
		defer func() { <-a.slots }()
	case <-ctx.Done():
		return nil, ErrStopped
	}
	if ctx.Err() != nil { // both could have been chosen
		return nil, ErrStopped
	}
	turn := a.Pace.Begin()
	ctx = pace.With(ctx, turn)
	queries, err := makeQueries(c)
	if err != nil {
		return nil, err
	}
	files, err := a.Store.Read(c.stored)
	if err != nil {
		return nil, err
	}
	if files.Digest != c.files.Digest {
		return nil, fmt.Errorf("%s has changed since its manifest was read; it is loaded again", c.stored.Module)
	}
	turn.Step()
	folder, paths, err := a.resources(c)
	if err != nil {
		return nil, err
	}
	log := a.Log.With("service", c.stored.Service, "generation", c.stored.Generation, "endpoint", c.stored.ID)
	ready := false
	stats := a.Observer.Endpoint(c.stored.Service, c.stored.ID)
	defer func() {
		if !ready {
			stats.Release()
		}
	}()
	caller, err := a.Engine.Load(ctx, sandbox.Spec{
		Module:    files.Module,
		Digest:    files.Digest,
		Limits:    c.manifest.Limits,
		Pool:      c.manifest.Pool,
		Isolation: c.manifest.Isolation,
		Init:      a.initFrame(c, paths),
		Resources: folder,
		Accept:    &acceptance{kind: c.manifest.Kind},
		WarmUp:    warmUp(queries),
		Log:       log,
		Lines:     stats.Lines(c.stored.Generation),
	})
	if err != nil {
		return nil, err
	}
	defer func() {
		if !ready {
			_ = caller.Close() // nobody else has called it
		}
	}()
	turn.Step()
	results := runQueries(ctx, caller, queries)
	if err := failures(results); err != nil {
		return results, err
	}
	if len(queries) > 0 {
		turn.Step()
		caller.Renew()
	}
	ready = true
	c.endpoint = c.describe(service.StateReady)
	c.endpoint.Caller, c.endpoint.Stats = caller, stats
	c.endpoint.Outcomes = new(service.Outcomes)
	log.Info("endpoint ready", "kind", c.manifest.Kind.String(), "sha256", c.files.Digest)
	return results, nil
}

// guarded takes a step for a candidate. A panic ends that candidate only: what a module lays open in the host must not
// stop its neighbours.
func (a *Activator) guarded(c *candidate, step func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			a.Log.Error("loading failed", "service", c.stored.Service, "generation", c.stored.Generation,
				"endpoint", c.stored.ID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: %v", ErrInternal, p)
		}
	}()
	return step()
}

// refuse makes the candidate one that cannot be served and tells the log.
func (a *Activator) refuse(c *candidate, reason error) {
	c.refuse(reason)
	a.Log.Error("endpoint refused", "service", c.stored.Service, "generation", c.stored.Generation,
		"endpoint", c.stored.ID, "infrastructure", a.Infra.Name, "reason", reason)
}

// initFrame is what a candidate is told, resources being the guest's paths of the folders that it may read.
func (a *Activator) initFrame(c *candidate, resources []string) []byte {
	return frame.AppendInit(nil, abi.Init{
		Endpoint:   c.stored.ID,
		Service:    c.stored.Service,
		Generation: c.stored.Generation,
		Kind:       c.manifest.Kind,
		Infra:      a.Infra.Name,
		Config:     c.manifest.Config,
		Resources:  resources,
	})
}

// acceptance compares the kind that a module has registered with the manifest's.
type acceptance struct{ kind abi.Kind }

// ReadResult reads the answer to the init frame.
func (a *acceptance) ReadResult(answer []byte) error {
	kind, err := frame.ReadInitResult(answer)
	if err != nil {
		return err
	}
	if kind != a.kind {
		return fmt.Errorf("%w: the module registers a %s, its manifest says kind = %q; make them agree",
			sandbox.ErrModule, kind, a.kind)
	}
	return nil
}
