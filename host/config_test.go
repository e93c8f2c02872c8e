package host_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"skep/host"
)

func TestConfigValidate(t *testing.T) {
	root := t.TempDir()
	file := filepath.Join(root, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		config host.Config
		want   []string // what the error names; nil for none
	}{
		{host.Config{}, nil},
		{host.Config{Root: root}, nil},
		{host.Config{Root: root, Infra: "vertex-ai", RequestMetadata: true}, nil},
		{host.Config{Infra: "mainframe"}, []string{"Infra", `"mainframe"`, "static"}},
		{host.Config{Root: filepath.Join(root, "missing")}, []string{"Root", "missing", "no such file"}},
		{host.Config{Root: file}, []string{"Root", "file", "not a folder"}},
		{host.Config{MemoryBudget: -1}, []string{"MemoryBudget", "-1"}},
	} {
		err := test.config.Validate()
		if (err != nil) != (test.want != nil) {
			t.Errorf("%+v: %v", test.config, err)
			continue
		}
		if err != nil && !errors.Is(err, host.ErrConfig) {
			t.Errorf("%v is not ErrConfig", err)
		}
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q does not name %q", err, want)
			}
		}
	}
}

func TestNewErrors(t *testing.T) {
	discard := slog.New(slog.DiscardHandler)
	root := t.TempDir()
	file := filepath.Join(root, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	bad := t.TempDir()
	if err := os.WriteFile(filepath.Join(bad, "skep.toml"), []byte("[max]\ntimeout = 1"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir()) // so that the default root is not there
	for name, test := range map[string]struct {
		config host.Config
		want   string
	}{
		"infrastructure": {host.Config{Root: root, Infra: "mainframe", Log: discard}, "mainframe"},
		"default root":   {host.Config{Log: discard}, `"services" does not exist`},
		"skep.toml":      {host.Config{Root: bad, Log: discard}, filepath.Join(bad, "skep.toml:2:1")},
		"cache folder":   {host.Config{Root: root, CacheDir: filepath.Join(file, "cache"), Log: discard}, file},
	} {
		h, err := host.New(test.config)
		if err == nil {
			_ = h.Close()
			t.Errorf("%s: no error", name)
		} else if !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %q does not name %q", name, err, test.want)
		}
	}
}

func TestInfraTypes(t *testing.T) {
	types, names := host.InfraTypes(), host.InfraNames()
	if len(types) != len(names) || len(names) != 7 {
		t.Fatalf("%d types, %d names, want 7", len(types), len(names))
	}
	for i, typ := range types {
		if typ.Name != names[i] {
			t.Errorf("type %d is %s, its name %s", i, typ.Name, names[i])
		}
	}
}
