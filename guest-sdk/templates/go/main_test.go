package main

import (
	"testing"

	"skep/guest-sdk/go/skep/skeptest"
)

func TestRun(t *testing.T) {
	request := skeptest.Request{Config: map[string]string{"greeting": "Hello"}}
	if r := request.Run(t, map[string]any{"name": "Ada"}); r.Status != 200 || r.Value != "Hello, Ada!" {
		t.Errorf("got %+v", r)
	}
	if r := request.Run(t, map[string]any{"name": ""}); r.Status != 422 {
		t.Errorf("empty name: got %+v", r)
	}
	if r := request.Run(t, nil); r.Status != 400 {
		t.Errorf("no name: got %+v", r)
	}
}
