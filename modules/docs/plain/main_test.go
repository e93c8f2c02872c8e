package main

import (
	"math"
	"reflect"
	"testing"

	"skep/guest-sdk/go/skep/skeptest"
)

func TestEcho(t *testing.T) {
	for _, args := range []map[string]any{
		{},
		{"min": int64(math.MinInt64), "max": int64(math.MaxInt64), "above": uint64(math.MaxUint64)},
		{"whole": 1.0, "small": 5e-324, "text": "é 日本 🐝\x00", "": "empty", "nothing": nil, "yes": true},
		{"list": []any{int64(1), []any{}, map[string]any{"a": []any{false}}}},
	} {
		if r := skeptest.Run(t, args); r.Status != 200 || !reflect.DeepEqual(r.Value, any(args)) {
			t.Errorf("sent %v, got %d %v", args, r.Status, r.Value)
		}
	}
}

func TestNoArguments(t *testing.T) {
	if r := skeptest.Run(t, nil); r.Status != 200 || !reflect.DeepEqual(r.Value, any(map[string]any{})) {
		t.Errorf("got %+v", r)
	}
}
