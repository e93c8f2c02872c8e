package activate

import (
	"fmt"

	"skep/host/internal/infra"
	"skep/host/internal/manifest"
	"skep/host/internal/service"
	"skep/host/internal/store"
)

// candidate is an endpoint on its way to serve.
type candidate struct {
	stored   store.Endpoint
	files    store.Files
	manifest manifest.Endpoint
	endpoint *service.Endpoint // its state is what is known so far
}

// refuse makes the candidate one that cannot be served.
func (c *candidate) refuse(reason error) {
	c.endpoint = &service.Endpoint{
		Service: c.stored.Service, Generation: c.stored.Generation, ID: c.stored.ID,
		Digest: c.files.Digest, State: service.StateRefused, Reason: reason,
	}
}

// read looks at all that can be known without compiling: the files, the manifest, and what the operator and the
// infrastructure grant.
func (a *Activator) read(e store.Endpoint) *candidate {
	c := &candidate{stored: e}
	err := a.guarded(c, func() (err error) {
		if c.files, err = a.Store.Read(e); err != nil {
			return err
		}
		top, err := a.maxima(e.Service)
		if err != nil {
			return err
		}
		if c.manifest, err = readManifest(e, c.files, top); err != nil {
			return err
		}
		return Granted(c.stored.Service+"/"+c.stored.ID, c.manifest, a.Infra)
	})
	c.files.Module = nil // there may be more than fit into the memory: it is read again when its turn has come
	if err != nil {
		a.refuse(c, err)
	} else {
		c.endpoint = c.describe(service.StateLoading)
	}
	a.report(c, nil)
	return c
}

// describe is the endpoint that the manifest describes.
func (c *candidate) describe(state service.State) *service.Endpoint {
	declared, _ := c.manifest.Schema() // the manifest was checked
	return &service.Endpoint{
		Service: c.stored.Service, Generation: c.stored.Generation, ID: c.stored.ID,
		Kind:           c.manifest.Kind,
		JSONInput:      c.manifest.Input == manifest.InputJSON,
		CustomResponse: c.manifest.CustomResponse,
		MaxBody:        c.manifest.Limits.Body,
		Schema:         declared,
		Description:    c.manifest.Description,
		Digest:         c.files.Digest,
		State:          state,
	}
}

// Granted is nil when an infrastructure type allows what the manifest of an endpoint wants, else an ErrInfrastructure.
func Granted(endpoint string, m manifest.Endpoint, t infra.Type) error {
	if m.CustomResponse && !t.CustomResponses {
		return fmt.Errorf("%w: endpoint %s has returns_custom_response = true, which infrastructure type %q does not "+
			"support; remove the setting, or deploy to one that does", ErrInfrastructure, endpoint, t.Name)
	}
	return nil
}
