package activate

import (
	"context"
	"fmt"

	"skep/abi"
	"skep/host/internal/frame"
	"skep/host/internal/infra"
	"skep/host/internal/manifest"
	"skep/host/internal/sandbox"
	"skep/host/internal/service"
	"skep/host/internal/store"
	"skep/host/internal/wasmbin"
)

// candidate is an endpoint on its way to serve.
type candidate struct {
	stored   store.Endpoint
	files    store.Files
	manifest manifest.Endpoint
	endpoint *service.Endpoint // its state is what is known so far
}

func (c *candidate) refuse(reason error) {
	c.endpoint = &service.Endpoint{
		Service: c.stored.Service, Generation: c.stored.Generation, ID: c.stored.ID,
		State: service.StateRefused, Reason: reason,
	}
}

// read looks at all that can be known without compiling: the files, the manifest, and what the infrastructure grants.
func (a *Activator) read(e store.Endpoint) *candidate {
	c := &candidate{stored: e}
	var err error
	if c.files, err = a.Store.Read(e); err == nil {
		if c.manifest, err = readManifest(e, c.files); err == nil {
			err = a.granted(c)
		}
	}
	if err != nil {
		c.refuse(err)
		a.logRefusal(c)
	} else {
		c.endpoint = c.describe(service.StateLoading)
	}
	a.report(c, nil)
	return c
}

func (c *candidate) describe(state service.State) *service.Endpoint {
	return &service.Endpoint{
		Service: c.stored.Service, Generation: c.stored.Generation, ID: c.stored.ID,
		Kind:           c.manifest.Kind,
		JSONInput:      c.manifest.Input == manifest.InputJSON,
		CustomResponse: c.manifest.CustomResponse,
		MaxBody:        c.manifest.Limits.Body,
		State:          state,
	}
}

// readManifest is the manifest that the module carries, with the keys of the sidecar over it.
func readManifest(e store.Endpoint, files store.Files) (manifest.Endpoint, error) {
	m := manifest.Default()
	text, ok, err := wasmbin.Section(files.Module, abi.ManifestSection)
	if err != nil {
		return m, fmt.Errorf("%w: %w", sandbox.ErrModule, err)
	}
	if ok {
		if m, err = m.Apply(e.Module+" ("+abi.ManifestSection+")", text); err != nil {
			return m, err
		}
	}
	if files.Sidecar != nil {
		if m, err = m.Apply(e.Sidecar, files.Sidecar); err != nil {
			return m, err
		}
	}
	return m, m.Validate()
}

// granted asks whether the infrastructure allows what the manifest wants.
func (a *Activator) granted(c *candidate) error { return Granted(c.endpointID(), c.manifest, a.Infra) }

// Granted is nil when an infrastructure type allows what the manifest of an endpoint wants, else an ErrInfrastructure.
func Granted(endpoint string, m manifest.Endpoint, t infra.Type) error {
	if m.CustomResponse && !t.CustomResponses {
		return fmt.Errorf("%w: endpoint %s has returns_custom_response = true, which infrastructure type %q does not "+
			"support; remove the setting, or deploy to one that does", ErrInfrastructure, endpoint, t.Name)
	}
	return nil
}

func (c *candidate) endpointID() string { return c.stored.Service + "/" + c.stored.ID }

// start compiles, initialises and tests a candidate that is loading.
func (a *Activator) start(ctx context.Context, c *candidate) {
	if c.endpoint.State != service.StateLoading {
		return
	}
	log := a.Log.With("service", c.stored.Service, "generation", c.stored.Generation, "endpoint", c.stored.ID)
	queries, err := makeQueries(c)
	if err != nil {
		c.refuse(err)
		a.logRefusal(c)
		a.report(c, nil)
		return
	}
	caller, err := a.Engine.Load(ctx, sandbox.Spec{
		Module:    c.files.Module,
		Limits:    c.manifest.Limits,
		Pool:      c.manifest.Pool,
		Isolation: c.manifest.Isolation,
		Init:      a.initFrame(c),
		Accept:    &acceptance{kind: c.manifest.Kind},
		WarmUp:    warmUp(queries),
		Log:       log,
	})
	c.files.Module = nil
	if err != nil {
		c.refuse(err)
		a.logRefusal(c)
		a.report(c, nil)
		return
	}
	results := runQueries(ctx, caller, queries)
	if err := failures(results); err != nil {
		_ = caller.Close() // nobody else has called it
		c.refuse(err)
		a.logRefusal(c)
	} else {
		c.endpoint = c.describe(service.StateReady)
		c.endpoint.Caller = caller
		log.Info("endpoint ready", "kind", c.manifest.Kind.String(), "sha256", c.files.Digest)
	}
	a.report(c, results)
}

func (a *Activator) logRefusal(c *candidate) {
	a.Log.Error("endpoint refused", "service", c.stored.Service, "generation", c.stored.Generation,
		"endpoint", c.stored.ID, "infrastructure", a.Infra.Name, "reason", c.endpoint.Reason)
}

func (a *Activator) initFrame(c *candidate) []byte {
	return frame.AppendInit(nil, abi.Init{
		Endpoint:   c.stored.ID,
		Service:    c.stored.Service,
		Generation: c.stored.Generation,
		Kind:       c.manifest.Kind,
		Infra:      a.Infra.Name,
		Config:     c.manifest.Config,
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
