package main

import (
	"reflect"
	"testing"

	"skep/guest-sdk/go/skep/skeptest"
)

var withTable = skeptest.Request{Resources: []string{"resources"}}

func TestElement(t *testing.T) {
	r := withTable.Run(t, map[string]any{"symbol": "Ar"})
	want := map[string]any{"name": "argon", "number": int64(18), "mass": 39.95}
	if r.Status != 200 || !reflect.DeepEqual(r.Value, want) {
		t.Errorf("got %+v, want %v", r, want)
	}
	if len(elements) != 18 {
		t.Errorf("the table has %d elements", len(elements))
	}
}

func TestNoElement(t *testing.T) {
	if r := withTable.Run(t, map[string]any{"symbol": "Xx"}); r.Status != 404 {
		t.Errorf("got %+v", r)
	}
	if r := withTable.Run(t, map[string]any{}); r.Status != 400 {
		t.Errorf("got %+v", r)
	}
}
