// Package classifier tests skeptest.Predict: a program has one handler, and that of the tests beside is a function.
package classifier

import (
	"reflect"
	"testing"

	"skep/guest-sdk/go/skep"
	"skep/guest-sdk/go/skep/skeptest"
)

var _ = skep.Classifier(classify)

func classify(b *skep.Batch) ([]skep.Prediction, error) {
	list := make([]skep.Prediction, b.Len())
	for i, row := range b.Rows() {
		x, err := row.Float("x")
		if err != nil {
			continue
		}
		list[i] = skep.Class("big", skep.Proba{Class: "big", P: x}, skep.Proba{Class: "small", P: 1 - x})
		list[i].CustomKeys = map[string]any{"i": i}
	}
	return list, nil
}

func TestPredict(t *testing.T) {
	r := skeptest.Predict(t, map[string]any{"x": 0.75}, map[string]any{}, struct{ X int }{})
	want := []skeptest.Prediction{
		{
			Value:      "big",
			Probas:     map[string]float64{"big": 0.75, "small": 0.25},
			CustomKeys: map[string]any{"i": int64(0)},
		},
		{Ignored: true},
		{Ignored: true},
	}
	if r.Status != 200 || !reflect.DeepEqual(r.Predictions, want) {
		t.Errorf("got %+v", r)
	}
	if r := skeptest.Predict(t); r.Status != 200 || len(r.Predictions) != 0 {
		t.Errorf("no records: got %+v", r)
	}
}
