package sandbox

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"skep/host/internal/clock"
	"skep/host/internal/service"
)

// TestWithoutLength shows that a result is as long as a guest likes where nobody looks.
func TestWithoutLength(t *testing.T) {
	for _, off := range []bool{false, true} {
		e := ownEngine(t)
		e.off.long = off
		s := loadHostile(t, e, "result-long", func(spec *Spec) { spec.Limits.Timeout = time.Minute })
		var a answer
		if _, err := s.Call(t.Context(), hostileRequest, &a); errors.Is(err, service.ErrGuestProtocol) == off ||
			(a.Len() == 15_000_007) != off {
			t.Errorf("without a limit: %v: %d bytes, %v", off, a.Len(), err)
		}
	}
}

// TestWithoutIndices has a guest name the global behind its own last one, which is its fuel: without the check it has as
// much as it likes, and seems to have used none.
func TestWithoutIndices(t *testing.T) {
	e := ownEngine(t)
	e.off.check = true
	s := loadHostile(t, e, "index-global", nil)
	if usage, err := s.Call(t.Context(), hostileRequest, new(answer)); err != nil || usage.Fuel != 0 {
		t.Errorf("it has used %d units of fuel, %v; want none", usage.Fuel, err)
	}
	in := mustTake(t, s.pool)
	defer s.pool.put(in, clock.Now())
	in.begin(t.Context(), time.Now(), time.Minute, 1)
	if err := in.exchange(in.call, hostileRequest, new(answer)); err != nil || int64(in.fuelLeft.Get()) < 1<<62 {
		t.Errorf("%d units are left of one, %v", int64(in.fuelLeft.Get()), err)
	}
}

// TestWithoutFolder shows what is behind the paths of the guest file-escape where a host opens what a guest names.
func TestWithoutFolder(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "resources")
	secret := filepath.Join(root, "secret")
	for _, err := range []error{os.Mkdir(dir, 0o755), os.WriteFile(secret, []byte("secret"), 0o600),
		os.Symlink(secret, filepath.Join(dir, "out")), os.Symlink("/", filepath.Join(dir, "up"))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"../secret", "out", "up" + secret, "up/../" + secret} {
		if text, err := os.ReadFile(dir + "/" + path); err != nil || string(text) != "secret" {
			t.Errorf("%s: %q, %v", path, text, err)
		}
	}
}
