package main

import (
	"reflect"
	"testing"

	"skep/guest-sdk/go/skep"
	"skep/guest-sdk/go/skep/skeptest"
)

var service = skeptest.Request{Self: map[string]func(any) (any, error){
	"plain":  func(args any) (any, error) { return args, nil },
	"text":   func(any) (any, error) { return skep.Text("Hello, World!"), nil },
	"closed": func(any) (any, error) { return nil, skep.NewError(401, "The caller is not authorized") },
}}

func TestValue(t *testing.T) {
	args := map[string]any{"a": []any{int64(1), 2.5, "é"}}
	r := service.Run(t, map[string]any{"to": "plain", "args": args})
	if r.Status != 200 || !reflect.DeepEqual(r.Value, any(args)) {
		t.Errorf("got %+v", r)
	}
	if r := service.Run(t, map[string]any{"to": "plain"}); r.Status != 200 || len(r.Value.(map[string]any)) != 0 {
		t.Errorf("without arguments: got %+v", r)
	}
}

func TestResponse(t *testing.T) {
	r := service.Run(t, map[string]any{"to": "text"})
	if r.Response == nil || string(r.Response.Body) != "Hello, World!" ||
		r.Response.Headers.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("got %+v", r)
	}
}

func TestErrors(t *testing.T) {
	for to, want := range map[any]skep.Error{
		"closed": {Status: 401, Message: "The caller is not authorized", Type: "DkuCustomApiException"},
		"none":   {Status: 404, Message: "the service has no such endpoint", Type: "NotFound"},
		1:        {Status: 400, Message: `argument "to" must be a string, got a number`, Type: "IllegalArgument"},
	} {
		r := service.Run(t, map[string]any{"to": to})
		if r.Status != want.Status || r.Message != want.Message || r.ErrorType != want.Type {
			t.Errorf("%v: got %+v, want %+v", to, r, want)
		}
	}
}
