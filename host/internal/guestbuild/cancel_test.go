package guestbuild

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestCanceledAmid cancels a build whose compiler is at work: nothing of it stays.
func TestCanceledAmid(t *testing.T) {
	dir, temporary := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temporary)
	t.Setenv("GOTMPDIR", "") // is restored
	os.Unsetenv("GOTMPDIR")
	write(t, dir, map[string]string{"go.mod": goMod, "main.go": guest(t)})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			for _, pattern := range []string{"go-build*", "skep-build-*/go-build*"} {
				if found, _ := filepath.Glob(filepath.Join(temporary, pattern)); len(found) > 0 {
					cancel()
				}
			}
			time.Sleep(time.Millisecond)
		}
	}()
	if _, err := Build(ctx, Options{Dir: dir}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	left, err := os.ReadDir(temporary)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}
