package main

import (
	"math"
	"testing"

	"skep/guest-sdk/go/skep"
	"skep/guest-sdk/go/skep/skeptest"
)

var authorized = skeptest.Request{Headers: skep.Headers{{Name: "authorization", Value: "Basic a2V5Og=="}}}

func TestSum(t *testing.T) {
	for _, c := range []struct{ p1, p2, want any }{
		{1, 2, int64(3)},
		{-1, 1, int64(0)},
		{5, 0, int64(5)},
		{1.5, 2, 3.5},
		{2.0, 3, int64(5)},
		{int64(1<<53 + 1), 1, int64(1<<53 + 2)},
		{int64(math.MaxInt64), 1, float64(1 << 63)},
		{int64(math.MinInt64), -1, -float64(1 << 63)},
		{uint64(math.MaxUint64), 0.5, float64(1 << 64)},
	} {
		r := authorized.Run(t, map[string]any{"p1": c.p1, "p2": c.p2, "p3": "ignored"})
		if r.Status != 200 || r.Value != c.want {
			t.Errorf("%v + %v = %d %v, want %v", c.p1, c.p2, r.Status, r.Value, c.want)
		}
	}
}

func TestNotAuthorized(t *testing.T) {
	for name, q := range map[string]skeptest.Request{
		"no header":    {},
		"empty header": {Headers: skep.Headers{{Name: "Authorization"}}},
	} {
		r := q.Run(t, map[string]any{"p1": 1, "p2": 2})
		if r.Status != 401 || r.Message != "The caller is not authorized" || r.ErrorType != "" {
			t.Errorf("%s: got %+v", name, r)
		}
	}
}

// TestFailsClosed says that a host that tells no headers lets nobody pass.
func TestFailsClosed(t *testing.T) {
	q := authorized
	q.NoMetadata = true
	r := q.Run(t, map[string]any{"p1": 1, "p2": 2})
	if r.Status != 500 || r.Message != skep.ErrNoRequestMetadata.Error() {
		t.Errorf("got %+v", r)
	}
}

func TestBadArguments(t *testing.T) {
	for _, args := range []map[string]any{{}, {"p1": 1}, {"p2": 1}, {"p1": "1", "p2": 2}, {"p1": nil, "p2": 2}} {
		if r := authorized.Run(t, args); r.Status != 400 || r.ErrorType != "IllegalArgument" {
			t.Errorf("%v: got %+v", args, r)
		}
	}
}
