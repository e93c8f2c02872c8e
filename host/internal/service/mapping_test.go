package service

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// divided is a service with these weights, the first being that of the active generation.
func divided(mapping ...Share) *Service {
	s := &Service{ID: "docs", Active: &Generation{ID: "v1"}, Mapping: mapping}
	for _, id := range []string{"v2", "v3"} {
		s.Others = append(s.Others, &Generation{ID: id})
	}
	return s
}

func TestPick(t *testing.T) {
	s := divided(Share{"v2", 0}, Share{"v1", 0.25}, Share{"v3", 0.75}, Share{"v2", 0})
	for at, want := range map[float64]string{0: "v1", 0.2499: "v1", 0.25: "v3", 0.9999999: "v3", 1: "v3"} {
		if got := s.pick(at); got.ID != want {
			t.Errorf("%v: %s, want %s", at, got.ID, want)
		}
	}
	if got := divided().Any(); got.ID != "v1" {
		t.Errorf("without mapping: %s", got.ID)
	}
	if got := divided().ForKey([]byte("k")); got.ID != "v1" {
		t.Errorf("without mapping: %s", got.ID)
	}
}

// The places were computed with coreutils, so that other hosts can compute them too:
//
//	printf 'docs\0u42' | sha256sum
func TestPlaceOfKeys(t *testing.T) {
	for _, test := range []struct {
		service, key string
		first        uint64
	}{
		{"docs", "u42", 0xfa307d1a8efd605f},
		{"docs", "", 0x2d180f83f0120803},
		{"other", "u42", 0x9bf6c724ae287552},
	} {
		if got, want := place(test.service, []byte(test.key)), float64(test.first)/(1<<64); got != want {
			t.Errorf("%s, %q: %v, want %v", test.service, test.key, got, want)
		}
	}
}

// Probabilities hold statistically: within 6 standard deviations, which fails once in 500 million runs.
func TestWeights(t *testing.T) {
	const n, p = 100_000, 0.2
	s := divided(Share{"v1", p}, Share{"v2", 1 - p})
	for name, pick := range map[string]func(i int) *Generation{
		"any":  func(int) *Generation { return s.Any() },
		"keys": func(i int) *Generation { return s.ForKey(fmt.Appendf(nil, "user-%d", i)) },
	} {
		count := 0
		for i := range n {
			if pick(i).ID == "v1" {
				count++
			}
		}
		if deviation := math.Abs(float64(count)-n*p) / math.Sqrt(n*p*(1-p)); deviation > 6 {
			t.Errorf("%s: %d of %d, want %v", name, count, n, n*p)
		}
	}
}

func TestPickAllocatesNothing(t *testing.T) {
	s := divided(Share{"v1", 0.5}, Share{"v2", 0.5})
	key := []byte("u42")
	if n := testing.AllocsPerRun(100, func() {
		s.Any()
		s.ForKey(key)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestPutEndpointOfOtherGenerations(t *testing.T) {
	var r Registry
	s := divided(Share{"v1", 0.5}, Share{"v2", 0.5})
	for _, g := range append([]*Generation{s.Active}, s.Others...) {
		g.Endpoints = map[string]*Endpoint{}
	}
	r.Put(s)
	for _, generation := range []string{"v1", "v2"} {
		if !r.PutEndpoint(&Endpoint{Service: "docs", Generation: generation, ID: "e"}) {
			t.Errorf("%s is not loaded", generation)
		}
	}
	if r.PutEndpoint(&Endpoint{Service: "docs", Generation: "v4", ID: "e"}) {
		t.Error("v4 is loaded")
	}
	got := r.Lookup([]byte("docs"))
	if len(s.Active.Endpoints)+len(s.Others[0].Endpoints) != 0 {
		t.Error("a snapshot has changed")
	}
	if len(got.Mapping) != 2 || got.Generation([]byte("v2")).Endpoints["e"].Generation != "v2" ||
		got.Active.Endpoints["e"].Generation != "v1" || len(got.Generation([]byte("v3")).Endpoints) != 0 {
		t.Errorf("%+v", got)
	}
	var places []string
	for _, e := range r.Endpoints() {
		places = append(places, e.Place())
	}
	if strings.Join(places, " ") != "docs/v1/e docs/v2/e" {
		t.Errorf("%v", places)
	}
}
