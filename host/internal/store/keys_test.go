package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

func TestUpdateKeys(t *testing.T) {
	root := write(t, map[string]string{"docs/": "", "outside": "-> /tmp", "file": ""})
	s := open(t, root)
	set := func(text string) func([]byte) ([]byte, error) {
		return func([]byte) ([]byte, error) { return []byte(text), nil }
	}
	for id, want := range map[string]string{"docs": "docs/keys.json", "": "admin-keys.json"} {
		if text, err := s.Keys(id); err != nil || text.Name != "" {
			t.Errorf("before: %+v, %v", text, err)
		}
		path, err := s.UpdateKeys(id, set("one"))
		if err != nil || path != filepath.Join(root, want) {
			t.Errorf("written to %s, %v; want %s", path, err, want)
		}
		if err := os.Chmod(path, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.UpdateKeys(id, func(old []byte) ([]byte, error) { return append(old, "+two"...), nil }); err != nil {
			t.Error(err)
		}
		if text, err := s.Keys(id); err != nil || string(text.Bytes) != "one+two" || text.Name != path {
			t.Errorf("after: %q in %s, %v", text.Bytes, text.Name, err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
			t.Errorf("the mode is %v, %v; it was 0600", info.Mode(), err)
		}
		failure := errors.New("no")
		_, err = s.UpdateKeys(id, func([]byte) ([]byte, error) { return []byte("three"), failure })
		if !errors.Is(err, failure) {
			t.Errorf("got %v, want %v", err, failure)
		}
		if text, _ := s.Keys(id); string(text.Bytes) != "one+two" {
			t.Errorf("after a failure: %q", text.Bytes)
		}
	}
	if found, err := os.ReadDir(filepath.Join(root, "docs")); err != nil || len(found) != 1 {
		t.Errorf("left behind: %v, %v", found, err)
	}
	if _, err := s.UpdateKeys("missing", set("x")); !errors.Is(err, ErrNotFound) {
		t.Errorf("a service that is not there: %v", err)
	}
	for _, id := range []string{"outside", "file"} {
		if _, err := s.UpdateKeys(id, set("x")); err == nil {
			t.Errorf("written to %s", id)
		}
	}
}

// TestUpdateKeysTogether shows that no update is lost when several programs update at once.
func TestUpdateKeysTogether(t *testing.T) {
	root := write(t, map[string]string{"docs/": ""})
	const programs, updates = 4, 10
	var all sync.WaitGroup
	for range programs {
		s := open(t, root)
		all.Go(func() {
			for range updates {
				_, err := s.UpdateKeys("docs", func(old []byte) ([]byte, error) {
					n, _ := strconv.Atoi(string(old))
					return strconv.AppendInt(nil, int64(n+1), 10), nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if text, err := open(t, root).Keys("docs"); err != nil || string(text.Bytes) != strconv.Itoa(programs*updates) {
		t.Errorf("counted %s, %v; want %d", text.Bytes, err, programs*updates)
	}
}

func TestServiceFile(t *testing.T) {
	s := open(t, write(t, map[string]string{"docs/jwks.json": "keys", "docs/link": "-> /etc/hostname", "docs/folder/": ""}))
	if text, err := s.ServiceFile("docs", "jwks.json"); err != nil || string(text.Bytes) != "keys" {
		t.Errorf("%q, %v", text.Bytes, err)
	}
	if _, err := s.ServiceFile("docs", "missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	for _, name := range []string{"link", "folder"} {
		if text, err := s.ServiceFile("docs", name); err == nil {
			t.Errorf("%s is read: %q", name, text.Bytes)
		}
	}
}

// A file keeps its mode, whatever new files get.
func TestKeysKeepMode(t *testing.T) {
	root := write(t, map[string]string{"docs/a.wasm": "", "docs/keys.json": "old"})
	file := filepath.Join(root, "docs/keys.json")
	for _, mode := range []os.FileMode{0o666, 0o600, 0o640} {
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := open(t, root).UpdateKeys("docs", func([]byte) ([]byte, error) { return []byte(mode.String()), nil }); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != mode {
			t.Errorf("the file has %v, %v; want %v", info.Mode(), err, mode)
		}
	}
}
