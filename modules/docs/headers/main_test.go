package main

import (
	"slices"
	"testing"

	"skep/guest-sdk/go/skep"
	"skep/guest-sdk/go/skep/skeptest"
)

func TestHeaders(t *testing.T) {
	r := skeptest.Run(t, nil)
	if r.Status != 200 || r.Response == nil || string(r.Response.Body) != "Hello, World!" {
		t.Fatalf("got %+v", r)
	}
	want := skep.Headers{
		{Name: "Machin", Value: "Truc"},
		{Name: "Set-Cookie", Value: "chocolate"},
		{Name: "Set-Cookie", Value: "pecan"},
	}
	headers := r.Response.Headers
	if got := headers.Get("Content-Type"); got != "text/plain; charset=utf-8" {
		t.Errorf("content type %q", got)
	}
	headers.Del("Content-Type")
	if !slices.Equal(headers, want) {
		t.Errorf("got headers %v, want %v", headers, want)
	}
}
