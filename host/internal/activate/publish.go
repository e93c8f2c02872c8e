package activate

import (
	"slices"

	"skep/host/internal/service"
	"skep/host/internal/store"
)

// put makes the service known, as enabled or disabled as it should be.
func (l *line) put(s *service.Service, serving ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s.ID, s.Disabled = l.id, l.wanted.State.Disabled
	l.serving = serving
	l.a.Registry.Put(s)
}

// announce makes a service known of which nothing but names is known yet.
func (l *line) announce(s store.Service) {
	active := &service.Generation{Endpoints: make(map[string]*service.Endpoint)}
	for _, g := range s.Generations[:min(1, len(s.Generations))] {
		active.ID = g.ID
		for _, e := range g.Endpoints {
			active.Endpoints[e.ID] = &service.Endpoint{Service: l.id, Generation: g.ID, ID: e.ID,
				State: service.StateLoading}
		}
	}
	l.put(&service.Service{Active: active})
}

// show makes a generation known that is being loaded.
func (l *line) show(g *generation) { l.put(&service.Service{Active: g.snapshot()}) }

// showRefused makes the newest generation known, with the reasons why it does not serve.
func (l *line) showRefused(s store.Service) {
	active := &service.Generation{}
	for _, g := range s.Generations {
		if r, ok := l.refused[g.ID]; ok {
			active = r.generation
			break
		}
	}
	l.put(&service.Service{Active: active})
}

// publish has generations serve, the active one first.
func (l *line) publish(next []*generation, mapping service.Mapping) {
	old := l.a.Registry.Lookup([]byte(l.id))
	s := &service.Service{Active: next[0].snapshot(), Mapping: mapping}
	serving := []string{s.Active.ID}
	for _, g := range next[1:] {
		s.Others = append(s.Others, g.snapshot())
		serving = append(serving, g.stored.ID)
	}
	l.put(s, serving...)
	if old == nil || old.Active.ID != s.Active.ID || !slices.Equal(old.Mapping, mapping) {
		l.a.Log.Info("generation active", "service", l.id, "generation", s.Active.ID, "others", len(s.Others))
	}
}

// unload ends what is loaded and does not serve any more.
func (l *line) unload(next []*generation) {
	used := make(map[service.Caller]bool)
	for _, g := range next {
		for _, e := range g.endpoints {
			used[e.Caller] = true
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, g := range l.loaded {
		l.drop(g.replaces, used)
		g.replaces = nil
		if !slices.Contains(next, g) {
			l.drop(g, used)
			delete(l.loaded, id)
		}
	}
}

// drop ends the endpoints of a generation and of those that it replaces, but for those that serve elsewhere.
func (l *line) drop(g *generation, used map[service.Caller]bool) {
	for ; g != nil; g = g.replaces {
		l.a.retire(g.unused(used))
	}
}

// unused are the endpoints of a generation that can be called and are not among the used ones, which they are from now on.
func (g *generation) unused(used map[service.Caller]bool) (list []*service.Endpoint) {
	for _, e := range g.endpoints {
		if e.Caller != nil && !used[e.Caller] {
			used[e.Caller] = true
			list = append(list, e)
		}
	}
	return list
}

// withdraw ends a service that has nothing left to serve. One that has a state is known, and answers that it has
// nothing.
func (l *line) withdraw(s store.Service) {
	if s.State.Mode == "" {
		l.a.Registry.Remove(l.id)
	} else {
		l.put(&service.Service{Active: &service.Generation{}})
	}
	l.mu.Lock()
	l.serving = nil
	l.mu.Unlock()
	l.unload(nil)
}

// forget drops what is known of generations that are neither in the folder nor loaded.
func (l *line) forget(s store.Service) {
	there := make(map[string]bool)
	for _, g := range s.Generations {
		there[g.ID] = true
	}
	l.mu.Lock()
	for id := range l.refused {
		if !there[id] {
			delete(l.refused, id)
		}
	}
	for id, g := range l.loaded {
		there[id] = true
		for _, e := range g.endpoints {
			there[e.Generation] = true
		}
	}
	l.mu.Unlock()
	l.a.forget(l.id, there)
}
