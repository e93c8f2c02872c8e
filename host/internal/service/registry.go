package service

import (
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

// PutEndpoint replaces one endpoint of a service's active generation. It does nothing when that generation is not
// active any more, and says so.
func (r *Registry) PutEndpoint(e *Endpoint) bool {
	r.write.Lock()
	defer r.write.Unlock()
	services := r.load()
	old := services[e.Service]
	if old == nil || old.Active.ID != e.Generation {
		return false
	}
	generation := &Generation{ID: e.Generation, Endpoints: maps.Clone(old.Active.Endpoints)}
	generation.Endpoints[e.ID] = e
	next := maps.Clone(services)
	next[e.Service] = &Service{ID: e.Service, Active: generation}
	r.snapshot.Store(&next)
	return true
}

// Endpoints are the endpoints of all active generations, ordered by service and endpoint.
func (r *Registry) Endpoints() []*Endpoint {
	var list []*Endpoint
	for _, s := range r.load() {
		for _, e := range s.Active.Endpoints {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b *Endpoint) int {
		if c := strings.Compare(a.Service, b.Service); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list
}
