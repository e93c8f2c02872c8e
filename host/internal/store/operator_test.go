package store

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestOperatorFiles(t *testing.T) {
	root := write(t, map[string]string{
		"skep.toml":              "host",
		"with/service.toml":      "service",
		"without/":               "",
		"folder/service.toml/":   "",
		"nowhere/service.toml":   "-> missing",
		"outside/service.toml":   "-> /etc/hostname",
		"large/service.toml":     strings.Repeat("#", MaxManifest+1),
		"linked/service.toml":    "-> ../with/service.toml",
		"pipe/other":             "",
		"other.wasm/is not read": "",
	})
	if err := syscall.Mkfifo(filepath.Join(root, "pipe", "service.toml"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, root)
	host, err := s.Host()
	if err != nil || host.Name != filepath.Join(root, "skep.toml") || string(host.Bytes) != "host" {
		t.Errorf("skep.toml is %q in %s, %v", host.Bytes, host.Name, err)
	}
	for id, want := range map[string]string{"with": "service", "linked": "service", "without": "", "missing": ""} {
		text, err := s.Service(id)
		if err != nil || string(text.Bytes) != want {
			t.Errorf("service.toml of %s is %q, %v; want %q", id, text.Bytes, err, want)
		}
		if want == "" && text.Name != "" {
			t.Errorf("service.toml of %s is called %s, and is not there", id, text.Name)
		}
	}
	for _, id := range []string{"folder", "nowhere", "outside", "large", "pipe"} {
		if text, err := s.Service(id); err == nil {
			t.Errorf("service.toml of %s is read: %d bytes", id, len(text.Bytes))
		}
	}
}

func TestNoHostFile(t *testing.T) {
	if text, err := open(t, write(t, nil)).Host(); err != nil || text.Name != "" || text.Bytes != nil {
		t.Errorf("%+v, %v; want nothing", text, err)
	}
}

func TestAlive(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"file":   {"apinode-not-alive.txt": ""},
		"folder": {"apinode-not-alive.txt/": ""},
		"link":   {"apinode-not-alive.txt": "-> nowhere"},
	} {
		if s := open(t, write(t, files)); s.Alive() {
			t.Errorf("alive with a %s of that name", name)
		}
	}
	if s := open(t, write(t, map[string]string{"docs/apinode-not-alive.txt": ""})); !s.Alive() {
		t.Error("not alive because of a file in a folder")
	}
}
