package host_test

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"skep/host"
	"skep/host/hosttest"
)

// TestFrozen shows what an image freezes: what a guest drew or read before its image was taken is the same in every
// request, and so are the numbers of sources that were seeded then. What it asks the host for is not.
func TestFrozen(t *testing.T) {
	root := t.TempDir()
	hosttest.Build(t, filepath.Join("testdata", "random"), root, "docs")
	s := hosttest.Start(t, host.Config{Root: root})
	var answers [2]struct{ Response map[string]any }
	for i := range answers {
		r := s.Post(t, "docs/random/run", "{}")
		if err := json.Unmarshal([]byte(r.Body), &answers[i]); err != nil || r.Status != 200 {
			t.Fatalf("%d %s, %v", r.Status, r.Body, err)
		}
	}
	for name, fresh := range map[string]bool{
		"Rand": true, "crypto/rand": true, "time.Now": true,
		"math/rand": false, "math/rand/v2": false, "a source of one's own": false, "time.Now at the start": false,
		"maphash": false, "a variable": false,
	} {
		a, errA := json.Marshal(answers[0].Response[name])
		b, errB := json.Marshal(answers[1].Response[name])
		if errA != nil || errB != nil || string(a) == "null" {
			t.Fatalf("%s: %v, %v, %s", name, errA, errB, a)
		}
		if (string(a) != string(b)) != fresh {
			t.Errorf("%s: %s and %s", name, a, b)
		}
	}
	numbers := answers[0].Response["Rand"].([]any)
	if numbers[0] == numbers[1] || numbers[1] == numbers[2] {
		t.Errorf("one request gets %v", numbers)
	}
}
