package main

import (
	"os"
	"testing"
)

func TestWeightsAreThoseOfTheFile(t *testing.T) {
	want, err := os.ReadFile("../weights.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got := weights(); got != string(want) {
		t.Errorf("fitting again gives\n%s\nweights.txt has\n%s\nrun go generate ./modules/docs/model", got, want)
	}
}

// TestFitIsGood says that the models learned something.
func TestFitIsGood(t *testing.T) {
	data := draw()
	w := fitClasses(data)
	right := 0
	for _, s := range data {
		p := softmax(w, s.x)
		if p[s.class] == max(p[0], p[1], p[2]) {
			right++
		}
	}
	if right < len(data)*3/4 {
		t.Errorf("%d of %d records are classified right", right, len(data))
	}
	for i, v := range fitNumber(data) {
		if v < truth[i]-0.1 || v > truth[i]+0.1 {
			t.Errorf("weight %d is %v, the truth is %v", i, v, truth[i])
		}
	}
}
