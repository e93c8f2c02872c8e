package model_test

import (
	"fmt"
	"math"
	"testing"

	"skep/modules/docs/model"
	"skep/modules/docs/model/modeltest"
)

func ExampleClassify() {
	classes, ok := model.Classify(model.Features{1.5, -0.5, 0, 0.5})
	fmt.Printf("%v %s %.2f\n", ok, model.Best(classes).Name, model.Best(classes).P)
	// Output: true apple 0.90
}

func ExampleRegress() {
	y, ok := model.Regress(model.Features{1, 0, 0, 0})
	fmt.Printf("%.2f %v\n", y, ok)
	// Output: 3.52 true
}

func TestModelsAgreeWithExpected(t *testing.T) {
	for _, row := range modeltest.Rows(t) {
		classes, ok := model.Classify(row.Features)
		if !ok || len(classes) != len(row.Classes) {
			t.Errorf("%v: %v, %v", row.Features, classes, ok)
			continue
		}
		sum := 0.0
		for i, c := range classes {
			if want := row.Classes[i]; c.Name != want.Name || !modeltest.Near(c.P, want.P) {
				t.Errorf("%v: got %v, want %v", row.Features, c, want)
			}
			sum += c.P
		}
		if !modeltest.Near(sum, 1) {
			t.Errorf("%v: probabilities sum to %v", row.Features, sum)
		}
		if got := model.Best(classes).Name; got != row.Class {
			t.Errorf("%v: got class %s, want %s", row.Features, got, row.Class)
		}
		if got, ok := model.Regress(row.Features); !ok || !modeltest.Near(got, row.Number) {
			t.Errorf("%v: got %v, want %v", row.Features, got, row.Number)
		}
	}
}

func TestNoAnswer(t *testing.T) {
	const huge = math.MaxFloat64
	for _, x := range []model.Features{{huge, -huge, huge, huge}, {math.NaN()}, {math.Inf(1)}} {
		if classes, ok := model.Classify(x); ok {
			t.Errorf("Classify(%v) = %v", x, classes)
		}
		if y, ok := model.Regress(x); ok {
			t.Errorf("Regress(%v) = %v", x, y)
		}
	}
}
