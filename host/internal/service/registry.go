package service

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Registry holds the services that are served. Reading takes no lock: a reader sees one whole snapshot, a writer puts a
// new one in its place. The zero value is empty and ready.
type Registry struct {
	write    sync.Mutex
	snapshot atomic.Pointer[map[string]*Service]
}

func (r *Registry) load() map[string]*Service {
	if p := r.snapshot.Load(); p != nil {
		return *p
	}
	return nil
}

// Lookup finds the service of that id, nil where there is none. It does not keep id.
func (r *Registry) Lookup(id []byte) *Service { return r.load()[string(id)] }

// Put adds a service or replaces the one of the same id.
func (r *Registry) Put(s *Service) {
	r.write.Lock()
	defer r.write.Unlock()
	next := maps.Clone(r.load())
	if next == nil {
		next = make(map[string]*Service)
	}
	next[s.ID] = s
	r.snapshot.Store(&next)
}

// PutEndpoint replaces one endpoint of a generation that is loaded. It does nothing when that generation is not loaded any
// more, and says so.
func (r *Registry) PutEndpoint(e *Endpoint) bool {
	r.write.Lock()
	defer r.write.Unlock()
	services := r.load()
	old := services[e.Service]
	if old == nil {
		return false
	}
	generation := old.Generation([]byte(e.Generation))
	if generation == nil {
		return false
	}
	next := maps.Clone(services)
	next[e.Service] = old.replace(generation, generation.with(e))
	r.snapshot.Store(&next)
	return true
}

// replace is the service with another generation in the place of one.
func (s *Service) replace(old, generation *Generation) *Service {
	next := *s
	if next.Active == old {
		next.Active = generation
		return &next
	}
	next.Others = slices.Clone(s.Others)
	next.Others[slices.Index(next.Others, old)] = generation
	return &next
}

// with is the generation with one endpoint added or replaced.
func (g *Generation) with(e *Endpoint) *Generation {
	next := &Generation{ID: g.ID, Endpoints: maps.Clone(g.Endpoints)}
	next.Endpoints[e.ID] = e
	return next
}

// Endpoints are the endpoints of all generations that are loaded, ordered by service, endpoint and generation.
func (r *Registry) Endpoints() []*Endpoint {
	var list []*Endpoint
	for _, s := range r.load() {
		for _, g := range append([]*Generation{s.Active}, s.Others...) {
			for _, e := range g.Endpoints {
				list = append(list, e)
			}
		}
	}
	slices.SortFunc(list, func(a, b *Endpoint) int {
		return cmp.Or(strings.Compare(a.Service, b.Service), strings.Compare(a.ID, b.ID),
			strings.Compare(a.Generation, b.Generation))
	})
	return list
}
