package service

import (
	"fmt"
	"sync"
	"testing"
)

// put makes a service whose generation holds endpoints of these names.
func put(r *Registry, id, generation string, endpoints ...string) {
	g := &Generation{ID: generation, Endpoints: make(map[string]*Endpoint)}
	for _, name := range endpoints {
		g.Endpoints[name] = &Endpoint{Service: id, Generation: generation, ID: name, State: StateLoading}
	}
	r.Put(&Service{ID: id, Active: g})
}

func TestRegistryZeroValue(t *testing.T) {
	var r Registry
	if got := r.Lookup([]byte("docs")); got != nil {
		t.Errorf("Lookup in an empty registry: %v", got)
	}
	if got := r.Endpoints(); len(got) != 0 {
		t.Errorf("Endpoints of an empty registry: %v", got)
	}
	if r.PutEndpoint(&Endpoint{Service: "docs", Generation: "v1", ID: "text"}) {
		t.Error("PutEndpoint into a service that is not there")
	}
}

func TestRegistryPutReplaces(t *testing.T) {
	var r Registry
	put(&r, "docs", "v1", "text")
	put(&r, "other", "v1", "text")
	put(&r, "docs", "v2", "json")

	id := []byte("docs")
	found := r.Lookup(id)
	id[0] = 'X' // the registry must not have kept it
	if found == nil || found.ID != "docs" || found.Active.ID != "v2" {
		t.Fatalf("Lookup = %+v", found)
	}
	if found.Active.Endpoints["text"] != nil {
		t.Error("an endpoint of the replaced generation is still there")
	}
	if other := r.Lookup([]byte("other")); other == nil || other.Active.ID != "v1" {
		t.Errorf("the neighbour is %+v", other)
	}
}

func TestRegistryEndpointsAreOrdered(t *testing.T) {
	var r Registry
	put(&r, "b", "v1", "z", "a")
	put(&r, "a", "v1", "y", "x")
	var got []string
	for _, e := range r.Endpoints() {
		got = append(got, e.Place())
	}
	if want := "[a/v1/x a/v1/y b/v1/a b/v1/z]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestPutEndpoint(t *testing.T) {
	var r Registry
	put(&r, "docs", "v1", "text", "json")
	before := r.Lookup([]byte("docs"))
	json := before.Active.Endpoints["json"]

	ready := &Endpoint{Service: "docs", Generation: "v1", ID: "text", State: StateReady}
	if !r.PutEndpoint(ready) {
		t.Fatal("refused for the active generation")
	}
	after := r.Lookup([]byte("docs"))
	if after.Active.Endpoints["text"] != ready || after.Active.Endpoints["json"] != json {
		t.Errorf("endpoints are %v", after.Active.Endpoints)
	}
	if before.Active.Endpoints["text"].State != StateLoading {
		t.Error("the snapshot that a reader holds has changed")
	}

	if r.PutEndpoint(&Endpoint{Service: "docs", Generation: "v0", ID: "text", State: StateReady}) {
		t.Error("taken for a generation that is not active")
	}
	if got := r.Lookup([]byte("docs")).Active.Endpoints["text"]; got != ready {
		t.Errorf("the endpoint is %+v", got)
	}
}

// Readers see whole snapshots while writers replace services and endpoints.
func TestRegistryHammer(t *testing.T) {
	const services, rounds = 4, 300
	var r Registry
	var all sync.WaitGroup
	for i := range services {
		id := fmt.Sprintf("s%d", i)
		put(&r, id, "g0", "a", "b")
		all.Go(func() {
			for round := range rounds {
				generation := fmt.Sprintf("g%d", round)
				put(&r, id, generation, "a", "b")
				for _, name := range []string{"a", "b"} {
					if !r.PutEndpoint(&Endpoint{Service: id, Generation: generation, ID: name, State: StateReady}) {
						t.Errorf("%s/%s/%s: not active, though only this writer changes it", id, generation, name)
					}
				}
			}
		})
	}
	for range 2 {
		all.Go(func() {
			for range rounds {
				for i := range services {
					s := r.Lookup(fmt.Appendf(nil, "s%d", i))
					if len(s.Active.Endpoints) != 2 {
						t.Errorf("%s has %d endpoints", s.ID, len(s.Active.Endpoints))
					}
					for name, e := range s.Active.Endpoints {
						if e.ID != name || e.Service != s.ID || e.Generation != s.Active.ID {
							t.Errorf("%s stands in %s/%s as %s", e.Place(), s.ID, s.Active.ID, name)
						}
					}
				}
				if n := len(r.Endpoints()); n != 2*services {
					t.Errorf("%d endpoints", n)
				}
			}
		})
	}
	all.Wait()
	for _, e := range r.Endpoints() {
		if e.State != StateReady || e.Generation != fmt.Sprintf("g%d", rounds-1) {
			t.Errorf("in the end %s is %s", e.Place(), e.State)
		}
	}
}
