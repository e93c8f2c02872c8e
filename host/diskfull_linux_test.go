package host_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"skep/host"
)

// TestDiskFull deploys to a disk without room: each change is refused as that, and what serves and what is known stays.
func TestDiskFull(t *testing.T) {
	a := administer(t, host.Config{})
	a.ask(t, 200, "POST", services, `{"serviceId":"docs"}`)
	dir := filepath.Join(a.root, "docs")
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=256k"); errors.Is(err, syscall.EPERM) {
		t.Skip("no disk can be made:", err)
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // before the folder is removed
		_ = a.Close()
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	a.put(t, 1, "&activate=true")
	a.put(t, 2, "")
	fill := filepath.Join(dir, ".fill")
	if err := os.WriteFile(fill, make([]byte, 1<<20), 0o644); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk takes a file that is larger: %v", err)
	}
	before := readDir(t, dir)

	a.ask(t, 507, "POST", services+"/docs/actions/switchTo/g2", "")
	a.ask(t, 507, "POST", services+"/docs/actions/setMapping",
		`{"entries":[{"generation":"g1","proba":0.5},{"generation":"g2","proba":0.5}]}`)
	a.ask(t, 507, "POST", services+"/docs/actions/disable", "")
	a.ask(t, 507, "POST", services+"/docs/generations?generation=g3&activate=true", zipped(t, "a.wasm", says("g3")))
	for range 20 {
		a.answers(t, "g1", "g1")
	}
	if after := readDir(t, dir); after != before {
		t.Errorf("the folder has\n%swant\n%s", after, before)
	}

	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	a.act(t, "switchTo/g2", "")
	a.answers(t, "g2", "g2")
}

// readDir is the folder as text: names, and the content of the state.
func readDir(t *testing.T, dir string) (text string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		text += path + "\n"
		if d.Name() == "state.json" {
			state, err := os.ReadFile(path)
			text += string(state)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}
