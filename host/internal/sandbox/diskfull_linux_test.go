package sandbox

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestDiskFull has children that cannot write what they make: that is not the module's fault, and what they have begun goes.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=256k,mode=700"); errors.Is(err, syscall.EPERM) {
		t.Skip("no disk can be made:", err)
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // before the folder is removed
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	e := newEngine(t, dir)
	fill := filepath.Join(dir, "fill")
	if err := os.WriteFile(fill, make([]byte, 1<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk takes a file that is larger: %v", err)
	}
	for name, from := range map[string]source{"made": asMade(tinyModule("a")), "compiled": tiny("a")} {
		_, err := e.load(t.Context(), from)
		if !errors.Is(err, ErrCompiler) || errors.Is(err, ErrModule) || !strings.Contains(err.Error(), "no space left") {
			t.Errorf("%s: error %v", name, err)
		}
		if left := names(dir); len(left) != 2 || len(names(e.codes.ofKind())) != 0 {
			t.Errorf("%s: left behind: %q", name, left)
		}
	}
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	m, err := e.load(t.Context(), asMade(tinyModule("a")))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.free(); err != nil {
		t.Error(err)
	}
}
