package main

import (
	"math"
	"testing"

	"skep/guest-sdk/go/skep"
	"skep/guest-sdk/go/skep/skeptest"
	"skep/modules/docs/model/modeltest"
)

var authorized = skeptest.Request{Headers: skep.Headers{{Name: "Authorization", Value: "Basic a2V5Og=="}}}

func TestAgreesWithExpected(t *testing.T) {
	rows := modeltest.Rows(t)
	records := make([]any, len(rows))
	for i, row := range rows {
		records[i] = row.Record()
	}
	r := authorized.Predict(t, records...)
	if r.Status != 200 || len(r.Predictions) != len(rows) {
		t.Fatalf("got %+v", r)
	}
	for i, row := range rows {
		got := r.Predictions[i]
		if got.Ignored || got.Value != row.Class || len(got.Probas) != len(row.Classes) {
			t.Errorf("%v: got %+v, want class %s", row.Features, got, row.Class)
		}
		sum := 0.0
		for _, want := range row.Classes {
			if p := got.Probas[want.Name]; !modeltest.Near(p, want.P) {
				t.Errorf("%v: %s has probability %v, want %v", row.Features, want.Name, p, want.P)
			}
			sum += got.Probas[want.Name]
		}
		if !modeltest.Near(sum, 1) {
			t.Errorf("%v: probabilities sum to %v", row.Features, sum)
		}
	}
}

// TestIgnored puts every kind of bad record between good ones, which must not notice.
func TestIgnored(t *testing.T) {
	good := modeltest.Rows(t)[2]
	bad := []any{
		map[string]any{},
		map[string]any{"f0": 1, "f1": 1, "f2": 1},
		map[string]any{"f0": 1, "f1": nil, "f2": 1, "f3": 1},
		map[string]any{"f0": "1", "f1": 1, "f2": 1, "f3": 1},
		map[string]any{"f0": true, "f1": 1, "f2": 1, "f3": 1},
		map[string]any{"f0": []any{1}, "f1": 1, "f2": 1, "f3": 1},
		map[string]any{"f0": math.MaxFloat64, "f1": math.MaxFloat64, "f2": math.MaxFloat64, "f3": math.MaxFloat64},
	}
	records := []any{good.Record()}
	for _, record := range bad {
		records = append(records, record, good.Record())
	}
	r := authorized.Predict(t, records...)
	if r.Status != 200 || len(r.Predictions) != len(records) {
		t.Fatalf("got %+v", r)
	}
	for i, p := range r.Predictions {
		if wantIgnored := i%2 == 1; p.Ignored != wantIgnored || !wantIgnored && p.Value != good.Class {
			t.Errorf("record %d, %v: got %+v", i, records[i], p)
		}
	}
}

func TestIntegersAndMoreFeatures(t *testing.T) {
	r := authorized.Predict(t, map[string]any{"f0": 5, "f1": 5, "f2": 5, "f3": 5, "name": "x"})
	if r.Status != 200 || r.Predictions[0].Value != "apple" {
		t.Errorf("got %+v", r)
	}
}

func TestNoRecords(t *testing.T) {
	if r := authorized.Predict(t); r.Status != 200 || len(r.Predictions) != 0 {
		t.Errorf("got %+v", r)
	}
}

func TestNotAuthorized(t *testing.T) {
	r := skeptest.Predict(t, modeltest.Rows(t)[0].Record())
	if r.Status != 401 || r.Message != "The caller is not authorized" {
		t.Errorf("got %+v", r)
	}
}

// TestFailsClosed says that a host that tells no headers lets nobody pass.
func TestFailsClosed(t *testing.T) {
	q := authorized
	q.NoMetadata = true
	r := q.Predict(t, modeltest.Rows(t)[0].Record())
	if r.Status != 500 || r.Message != skep.ErrNoRequestMetadata.Error() {
		t.Errorf("got %+v", r)
	}
}
