package main

import (
	"testing"

	"skep/guest-sdk/go/skep/skeptest"
)

func TestDirect(t *testing.T) {
	r := skeptest.Run(t, nil)
	if r.Status != 200 || r.Response == nil || string(r.Response.Body) != "Hello No Helper World" {
		t.Fatalf("got %+v", r)
	}
	headers := r.Response.Headers
	if len(headers) != 2 || headers.Get("Content-Type") != "text/plain" || headers.Get("Content-Encoding") != "utf-8" {
		t.Errorf("got headers %v", headers)
	}
}
