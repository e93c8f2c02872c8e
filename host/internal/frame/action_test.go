package frame

import (
	"testing"

	"skep/abi"
)

func TestParseAction(t *testing.T) {
	for a := range Action(5) {
		name := a.String()
		got := ParseAction([]byte(name))
		if want := a; a > ActionPredictMulti {
			if got != 0 || name != "unknown" {
				t.Errorf("action %d is %q and reads back as %d, want unknown and 0", a, name, got)
			}
		} else if a != 0 && got != want {
			t.Errorf("ParseAction(%q) = %d, want %d", name, got, want)
		}
	}
	for _, name := range []string{"", "unknown", "Run", "run/", "predict_multi"} {
		if got := ParseAction([]byte(name)); got != 0 {
			t.Errorf("ParseAction(%q) = %v, want 0", name, got)
		}
	}
}

func TestFits(t *testing.T) {
	for _, c := range []struct {
		a    Action
		k    abi.Kind
		want bool
	}{
		{ActionRun, abi.KindFunction, true},
		{ActionRun, abi.KindClassification, false},
		{ActionRun, abi.KindRegression, false},
		{ActionPredict, abi.KindFunction, false},
		{ActionPredict, abi.KindClassification, true},
		{ActionPredict, abi.KindRegression, true},
		{ActionPredictMulti, abi.KindFunction, false},
		{ActionPredictMulti, abi.KindClassification, true},
		{ActionPredictMulti, abi.KindRegression, true},
		{ActionRun, 0, false},
		{0, abi.KindFunction, false},
		{0, 0, false},
	} {
		if got := c.a.Fits(c.k); got != c.want {
			t.Errorf("%v fits %v: %v, want %v", c.a, c.k, got, c.want)
		}
	}
}
