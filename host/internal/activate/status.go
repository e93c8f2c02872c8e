package activate

import (
	"cmp"
	"maps"
	"slices"

	"skep/host/internal/service"
	"skep/host/internal/store"
)

// Status is what is known of a service.
type Status struct {
	ID       string
	Disabled bool
	Mode     store.Mode
	// Problem is why the service is not what it should be, nil where it is.
	Problem     error
	Generations []GenerationStatus // the newest first
}

// GenerationStatus is what is known of a generation.
type GenerationStatus struct {
	ID string
	// Share is the part of the requests that it gets, 0 to 1.
	Share float64
	// Loaded says that it can serve; Held that it waits for a switch.
	Loaded, Held bool
	// Refused is why it cannot serve, nil where nothing is known against it.
	Refused   error
	Endpoints []*service.Endpoint // by id; what is known of them, empty before it was loaded
	// Outlived is why endpoints were refused whose predecessors are among Endpoints and go on.
	Outlived map[string]error
}

// Services are all services, by id.
func (a *Activator) Services() []Status {
	a.mu.Lock()
	var lines []*line
	for _, l := range a.lines {
		lines = append(lines, l)
	}
	a.mu.Unlock()
	var list []Status
	for _, l := range lines {
		if s, ok := l.status(); ok {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b Status) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// status tells of one service. It reports false for one that is not there any more.
func (l *line) status() (Status, bool) {
	published := l.a.Registry.Lookup([]byte(l.id))
	l.mu.Lock()
	defer l.mu.Unlock()
	st := Status{ID: l.id, Disabled: l.wanted.State.Disabled, Mode: l.wanted.State.Mode, Problem: l.wanted.Err}
	if published == nil {
		return st, len(l.wanted.Generations) > 0 || l.wanted.State.Mode != ""
	}
	listed := make(map[string]bool)
	for _, g := range l.wanted.Generations {
		listed[g.ID] = true
		st.Generations = append(st.Generations, l.describe(g.ID, published))
	}
	for _, id := range l.serving { // its files may be gone
		if !listed[id] {
			st.Generations = append(st.Generations, l.describe(id, published))
		}
	}
	return st, true
}

// describe tells of one generation. The lock is held.
func (l *line) describe(id string, published *service.Service) GenerationStatus {
	g := GenerationStatus{ID: id, Held: l.wanted.State.Held(id), Refused: l.refused[id].reason}
	if slices.Contains(l.serving, id) {
		g.Share = published.Share(id)
	}
	var endpoints map[string]*service.Endpoint
	if have := l.loaded[id]; have != nil {
		g.Loaded, g.Outlived, endpoints = true, have.outlived, have.endpoints
	} else if r, ok := l.refused[id]; ok {
		endpoints = r.generation.Endpoints
	}
	g.Endpoints = slices.SortedFunc(maps.Values(endpoints), func(a, b *service.Endpoint) int {
		return cmp.Compare(a.ID, b.ID)
	})
	return g
}
