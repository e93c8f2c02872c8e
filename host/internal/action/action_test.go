package action

import (
	"slices"
	"testing"

	"skep/abi"
)

func TestNames(t *testing.T) {
	if len(All()) != 10 {
		t.Errorf("%v", All())
	}
	for _, a := range All() {
		if got := Parse([]byte(a.String())); got != a {
			t.Errorf("Parse(%q) = %d, want %d", a, got, a)
		}
		if method := a.Method(); (method == "GET") != (a == PredictSimple) || method != "GET" && method != "POST" {
			t.Errorf("%s: method %s", a, method)
		}
	}
	for _, name := range []string{"", "unknown", "RUN", "predict_multi"} {
		if got := Parse([]byte(name)); got != 0 {
			t.Errorf("Parse(%q) = %d", name, got)
		}
	}
	for _, a := range []Action{0, 99} {
		if a.String() != "unknown" || a.Fits(abi.KindFunction) || a.Fits(0) {
			t.Errorf("action %d: %s", a, a)
		}
	}
}

func TestOf(t *testing.T) {
	want := map[abi.Kind][]Action{
		abi.KindFunction:       {Run},
		abi.KindClassification: {Predict, PredictMulti, PredictSimple},
		abi.KindRegression:     {Predict, PredictMulti, PredictSimple},
		abi.KindForecast:       {Forecast},
		abi.KindEffect:         {PredictEffect, PredictEffectMulti},
		abi.KindLookup:         {Lookup, LookupMulti},
		abi.KindQuery:          {Query},
	}
	for _, k := range abi.Kinds() {
		if got := Of(k); !slices.Equal(got, want[k]) {
			t.Errorf("%s: %v, want %v", k, got, want[k])
		}
		for _, a := range All() {
			if a.Fits(k) != slices.Contains(want[k], a) {
				t.Errorf("%s fits %s: %v", a, k, a.Fits(k))
			}
		}
	}
}

// What the reader of requests and the writer of answers take for granted.
func TestShapes(t *testing.T) {
	for _, a := range All() {
		s := a.Shape()
		records := s.Kinds[0].TakesRecords()
		if !records && (s.List || s.InQuery || s.Record != "" || s.Single || s.Dispatches) {
			t.Errorf("%s takes arguments, but has the shape of records: %+v", a, s)
		}
		if s.List && s.Single || s.InQuery && s.List {
			t.Errorf("%s: %+v", a, s)
		}
	}
}
