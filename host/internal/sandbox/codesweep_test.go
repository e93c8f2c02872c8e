package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSweep(t *testing.T) {
	const day = 24 * time.Hour
	digest := strings.Repeat("0f", digestLength/2)
	for _, tc := range []struct {
		name string
		path string        // kind stands for the kind of this engine
		age  time.Duration // since its last use
		lock bool
		gone bool
	}{
		{"used lately", "kind/" + digest, keepUnused - day, false, false},
		{"not used for long", "kind/" + digest, keepUnused + day, false, true},
		{"old and in use", "kind/" + digest, keepUnused + day, true, false},
		{"no code", "kind/notes", keepUnused + day, false, false},
		{"of another engine, used lately", "wazero-v9/" + digest, keepOtherKinds - day, false, false},
		{"of another engine", "wazero-v9/" + digest, keepOtherKinds + day, false, true},
		{"of another engine, in use", "wazero-v9/" + digest, keepOtherKinds + day, true, false},
		{"temporary", tmpPrefix + "1", keepTemporary / 2, false, false},
		{"temporary and old", tmpPrefix + "1", keepTemporary * 2, false, true},
		{"temporary, old and in use", tmpPrefix + "1", keepTemporary * 2, true, false},
		{"somebody else's", "photos", 10 * keepUnused, false, false},
		{"somebody else's code", "photos/" + digest, 10 * keepUnused, false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := newEngine(t, "")
			now := time.Now()
			path := filepath.Join(e.codes.dir, strings.Replace(tc.path, "kind", e.codes.kind.String(), 1))
			if err := os.MkdirAll(path, 0o700); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(path, "file"), []byte("x"))
			if err := os.Chtimes(path, now.Add(-tc.age), now.Add(-tc.age)); err != nil {
				t.Fatal(err)
			}
			if tc.lock {
				lock, err := lockShared(path)
				if err != nil {
					t.Fatal(err)
				}
				defer lock.release()
			}

			e.codes.sweepNowAndThen(now)
			if _, err := os.Stat(path); err != nil {
				t.Errorf("swept though the last time was not long ago: %v", err)
			}
			next := newEngine(t, e.codes.dir) // sweeps
			if _, err := os.Stat(path); (err != nil) != tc.gone {
				t.Errorf("error %v, want gone %v", err, tc.gone)
			}
			if tc.gone && !strings.HasPrefix(tc.path, "kind") {
				if left := names(next.codes.dir); len(left) != 1 {
					t.Errorf("left are %q", left)
				}
			}
		})
	}
}

// TestUsedCodeStays loads code that is old, and then sweeps: it was used.
func TestUsedCodeStays(t *testing.T) {
	e := newEngine(t, "")
	module := tiny("a")
	m, err := e.load(t.Context(), module)
	if err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-2 * keepUnused)
	age := func() {
		if err := os.Chtimes(m.kept.dir, long, long); err != nil {
			t.Fatal(err)
		}
	}
	age()
	newEngine(t, e.codes.dir)
	if _, err := os.Stat(m.kept.dir); err != nil {
		t.Errorf("the code of a loaded module is gone: %v", err)
	}
	if err := m.free(); err != nil {
		t.Fatal(err)
	}
	age()
	if m, err = e.load(t.Context(), module); err != nil {
		t.Fatal(err)
	}
	if err := m.free(); err != nil {
		t.Fatal(err)
	}
	newEngine(t, e.codes.dir)
	if _, err := os.Stat(m.kept.dir); err != nil {
		t.Errorf("code that was used just now is gone: %v", err)
	}
	age()
	newEngine(t, e.codes.dir)
	if _, err := os.Stat(m.kept.dir); err == nil {
		t.Error("code that nobody uses stays; the test above shows nothing")
	}
}
