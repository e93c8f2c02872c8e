package main

import (
	"testing"

	"skep/guest-sdk/go/skep/skeptest"
)

func TestText(t *testing.T) {
	r := skeptest.Run(t, nil)
	if r.Status != 200 || r.Response == nil || string(r.Response.Body) != "Hello, World!" {
		t.Fatalf("got %+v", r)
	}
	if got := r.Response.Headers.Get("Content-Type"); got != "text/plain; charset=utf-8" {
		t.Errorf("content type %q", got)
	}
}
