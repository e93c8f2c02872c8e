package main

import (
	"testing"

	"skep/guest-sdk/go/skep/skeptest"
)

func TestJSON(t *testing.T) {
	r := skeptest.Run(t, nil)
	if r.Status != 200 || r.Response == nil || string(r.Response.Body) != `{"a":"b","c":["e",42]}` {
		t.Fatalf("got %+v", r)
	}
	if got := r.Response.Headers.Get("Content-Type"); got != "application/json" {
		t.Errorf("content type %q", got)
	}
}
