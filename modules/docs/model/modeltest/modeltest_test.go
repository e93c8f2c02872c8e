package modeltest

import (
	"os/exec"
	"testing"
)

// TestExpected runs the independent program again where there is a Python.
func TestExpected(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed: expected.csv is taken as it stands, expected.py was not run")
	}
	got, err := exec.CommandContext(t.Context(), python, "expected.py", "../weights.txt").Output()
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != expected {
		t.Errorf("expected.py writes\n%s\nexpected.csv has\n%s", got, expected)
	}
}
