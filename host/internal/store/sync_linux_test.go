package store

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

// TestSync brings files and folders to the disk by orders to the kernel, at the same time, and by the calling thread where the
// kernel takes no orders.
func TestSync(t *testing.T) {
	var s syncer
	for _, how := range []string{"by order", "by itself"} {
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				dir := t.TempDir()
				f, err := os.Create(filepath.Join(dir, "file"))
				if err != nil {
					t.Error(err)
					return
				}
				defer f.Close()
				folder, err := os.Open(dir)
				if err != nil {
					t.Error(err)
					return
				}
				defer folder.Close()
				if _, err := f.WriteString("x"); err != nil {
					t.Error(err)
				}
				if err := errors.Join(s.sync(f), s.sync(folder)); err != nil {
					t.Errorf("%s: %v", how, err)
				}
			})
		}
		all.Wait()
		if how == "by order" && s.events == nil {
			t.Skip("this kernel takes no orders")
		}
		s.close()
	}
}

// TestSyncFails hands on what a thread that waits would be told.
func TestSyncFails(t *testing.T) {
	var s syncer
	defer s.close()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := s.sync(w); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("a pipe: %v, want %v", err, syscall.EINVAL)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.sync(w); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a closed file: %v, want %v", err, os.ErrClosed)
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	if err := s.sync(full); err == nil {
		t.Error("a device that cannot be brought to the disk was")
	}
	good, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer good.Close()
	if err := s.sync(good); err != nil {
		t.Errorf("a file after those: %v", err)
	}
}
