package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"skep/host/internal/activate"
	"skep/host/internal/observe"
	"skep/host/internal/service"
	"skep/host/internal/store"
)

// readBody reads a JSON object. No body counts as an empty one, as the client sends it.
func readBody(r *http.Request, into any) error {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if len(data) == 0 {
		return nil
	}
	if err := json.Unmarshal(data, into); err != nil {
		return badRequest("the body is not the JSON that is wanted: " + err.Error())
	}
	return nil
}

// serviceItem is a service in a list.
type serviceItem struct {
	ServiceID string `json:"serviceId"`
	Enabled   bool   `json:"enabled"`
	Mode      string `json:"mode,omitempty"`
	Problem   string `json:"problem,omitempty"`
	// Generations are the newest first. Of their endpoints a list has those with a reason: they are
	// refused, or were, and their predecessors go on.
	Generations []generationItem `json:"generations"`
}

func (s *Server) describeService(st activate.Status, endpoints bool) serviceItem {
	item := serviceItem{ServiceID: st.ID, Enabled: !st.Disabled, Mode: string(st.Mode),
		Generations: describeGenerations(st, endpoints)}
	if st.Problem != nil {
		item.Problem = st.Problem.Error()
	} else if s.Access != nil {
		item.Problem = s.Access(st.ID)
	}
	return item
}

func (s *Server) listServices(http.ResponseWriter, *http.Request) (any, error) {
	list := []serviceItem{}
	for _, st := range s.Activator.Services() {
		list = append(list, s.describeService(st, false))
	}
	return list, nil
}

// find gives what is known of the service that a request names.
func (s *Server) find(r *http.Request) (activate.Status, error) {
	id := r.PathValue("service")
	for _, st := range s.Activator.Services() {
		if st.ID == id {
			return st, nil
		}
	}
	return activate.Status{}, fmt.Errorf("%w: service %.80q", store.ErrNotFound, id)
}

func (s *Server) showService(_ http.ResponseWriter, r *http.Request) (any, error) {
	st, err := s.find(r)
	if err != nil {
		return nil, err
	}
	return struct {
		serviceItem
		Rollout *rolloutItem `json:"rollout,omitempty"`
	}{s.describeService(st, true), s.describeRollout(st.ID)}, nil
}

func (s *Server) createService(_ http.ResponseWriter, r *http.Request) (any, error) {
	var body struct {
		ServiceID string `json:"serviceId"`
	}
	if err := readBody(r, &body); err != nil {
		return nil, err
	}
	if err := s.Store.Create(body.ServiceID); err != nil {
		return nil, err
	}
	return ok{OK: true}, s.refresh(r.Context())
}

func (s *Server) deleteService(_ http.ResponseWriter, r *http.Request) (any, error) {
	if err := s.Store.Delete(r.PathValue("service")); err != nil {
		return nil, err
	}
	return ok{OK: true}, s.refresh(r.Context())
}

// refresh has the host see a change, and waits until it serves what it should.
func (s *Server) refresh(ctx context.Context) error {
	if err := s.Store.Refresh(ctx); err != nil {
		return err
	}
	return s.Activator.Wait(ctx)
}

func (s *Server) enable(_ http.ResponseWriter, r *http.Request) (any, error) {
	return s.setEnabled(r, true)
}

// disable has a service answer 503, and tells how many of its requests are still being answered.
func (s *Server) disable(_ http.ResponseWriter, r *http.Request) (any, error) {
	wait, err := waitOf(r)
	if err == nil {
		_, err = s.setEnabled(r, false)
	}
	if err != nil {
		return nil, err
	}
	return struct {
		ok
		InFlight int64 `json:"inFlight"`
	}{ok{OK: true}, s.idle(r.Context(), r.PathValue("service"), wait)}, nil
}

func (s *Server) setEnabled(r *http.Request, enabled bool) (any, error) {
	if err := s.Store.SetEnabled(r.PathValue("service"), enabled); err != nil {
		return nil, err
	}
	return ok{OK: true}, s.refresh(r.Context())
}

func (s *Server) setMapping(_ http.ResponseWriter, r *http.Request) (any, error) {
	var body struct {
		Entries []store.Share `json:"entries"`
	}
	if err := readBody(r, &body); err != nil {
		return nil, err
	}
	if len(body.Entries) == 0 { // the client sends none for an empty mapping
		return nil, fmt.Errorf("%w: it names no generation", store.ErrMapping)
	}
	id := r.PathValue("service")
	if err := s.Store.CheckMapping(id, body.Entries); err != nil {
		return nil, err
	}
	for _, share := range body.Entries {
		if err := s.load(r.Context(), id, share.Generation); err != nil {
			return nil, err
		}
	}
	if err := s.Store.SetMapping(id, body.Entries); err != nil {
		return nil, err
	}
	return ok{OK: true}, s.refresh(r.Context())
}

// load sees to it that a generation can serve, before anybody switches to it.
func (s *Server) load(ctx context.Context, id, generation string) error {
	if err := s.refresh(ctx); err != nil {
		return err
	}
	return s.Activator.Preload(ctx, id, generation)
}

func (s *Server) switchTo(_ http.ResponseWriter, r *http.Request) (any, error) {
	return s.change(r, r.PathValue("generation"))
}

// change makes a generation the active one, once it is loaded.
func (s *Server) change(r *http.Request, generation string) (any, error) {
	id := r.PathValue("service")
	if err := s.load(r.Context(), id, generation); err != nil {
		return nil, err
	}
	if err := s.Store.SwitchTo(id, generation); err != nil {
		return nil, err
	}
	return ok{true, generation}, s.refresh(r.Context())
}

func (s *Server) rollback(_ http.ResponseWriter, r *http.Request) (any, error) {
	previous, err := s.Store.Previous(r.PathValue("service"))
	if err != nil {
		return nil, err
	}
	return s.change(r, previous)
}

func (s *Server) switchToNewest(_ http.ResponseWriter, r *http.Request) (any, error) {
	id := r.PathValue("service")
	newest, err := s.Store.Newest(id)
	if err == nil {
		err = s.load(r.Context(), id, newest)
	}
	if err != nil {
		return nil, err
	}
	if newest, err = s.Store.SwitchToNewest(id); err != nil {
		return nil, err
	}
	return ok{true, newest}, s.refresh(r.Context())
}

// endpointItem is what is known of an endpoint of a generation.
type endpointItem struct {
	ID         string `json:"endpoint"`
	Generation string `json:"generation"`
	State      string `json:"state"`
	Reason     string `json:"reason,omitempty"`
	Kind       string `json:"kind,omitempty"`
	SHA256     string `json:"sha256,omitempty"` // of the module

	Pool *poolItem `json:"pool,omitempty"` // where it is loaded
	// Counts are those of all its generations.
	Counts *observe.Totals `json:"counts,omitempty"`
}

// poolItem is how the instances of an endpoint are.
type poolItem struct {
	Idle    int   `json:"idle"`
	InUse   int   `json:"inUse"`
	Waiting int   `json:"waiting"`
	Ceil    int   `json:"ceil"`
	Memory  int64 `json:"memoryBytes"`
}

func describeEndpoint(e *service.Endpoint) endpointItem {
	item := endpointItem{ID: e.ID, Generation: e.Generation, State: e.State.String(), SHA256: e.Digest}
	if e.Reason != nil {
		item.Reason = e.Reason.Error()
	}
	if e.Kind != 0 {
		item.Kind = e.Kind.String()
	}
	if pooled, ok := e.Caller.(service.Pooled); ok {
		pool, counts := poolItem(pooled.Pool()), e.Stats.Totals()
		item.Pool, item.Counts = &pool, &counts
	}
	return item
}
