package store

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// write makes files in a new folder of services, the folders around them too. A name that ends in / is a folder; a text
// that begins with "-> " makes a link.
func write(t *testing.T, files map[string]string) (root string) {
	t.Helper()
	root = filepath.Join(t.TempDir(), "services")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		writeFile(t, root, name, text)
	}
	return root
}

func writeFile(t *testing.T, root, name, text string) {
	t.Helper()
	file := filepath.Join(root, filepath.FromSlash(name))
	err := os.MkdirAll(filepath.Dir(file), 0o755)
	if target, ok := strings.CutPrefix(text, "-> "); err == nil && ok {
		err = os.Symlink(target, file)
	} else if err == nil && strings.HasSuffix(name, "/") {
		err = os.MkdirAll(file, 0o755)
	} else if err == nil {
		err = os.WriteFile(file, []byte(text), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, root string) *Store {
	t.Helper()
	s, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestOpenErrors(t *testing.T) {
	root := write(t, map[string]string{"file": ""})
	for name, want := range map[string]string{
		"missing": "create it",
		"file":    "folder of services",
	} {
		_, err := Open(filepath.Join(root, name))
		if err == nil {
			t.Errorf("%s: no error", name)
		} else if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %q does not say %q", name, err, want)
		}
	}
}

func TestRead(t *testing.T) {
	s := open(t, write(t, map[string]string{
		"docs/text.wasm": "code", "docs/text.toml": "input = 1", "docs/empty.wasm": "",
	}))

	files, err := s.Read(Endpoint{Module: "docs/text.wasm", Sidecar: "docs/text.toml"})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("code"))
	if got, want := files.Digest, hex.EncodeToString(sum[:]); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
	if string(files.Module) != "code" || string(files.Sidecar) != "input = 1" {
		t.Errorf("got %q and %q", files.Module, files.Sidecar)
	}

	if files, err = s.Read(Endpoint{Module: "docs/text.wasm"}); err != nil || files.Sidecar != nil {
		t.Errorf("without a sidecar: %q, %v", files.Sidecar, err)
	}
	if files, err = s.Read(Endpoint{Module: "docs/empty.wasm"}); err != nil || len(files.Module) != 0 {
		t.Errorf("an empty file: %q, %v", files.Module, err)
	}
}

// What a folder may hold in place of a module must neither be read nor stop the host.
func TestReadRefuses(t *testing.T) {
	root := write(t, map[string]string{
		"secret":            "",
		"docs/folder.wasm/": "",
		"docs/loop.wasm":    "-> loop.wasm",
		"docs/gone.wasm":    "-> nowhere",
		"docs/out.wasm":     "-> ../../secret",
		"docs/host.wasm":    "-> /etc/passwd",
		"docs/ok.wasm":      "code",
		"docs/big.wasm":     "",
		"docs/big.toml":     "",
	})
	outside := filepath.Join(filepath.Dir(root), "secret")
	if err := os.WriteFile(outside, []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(root, "docs/pipe.wasm"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, size := range map[string]int64{"docs/big.wasm": 1 << 30, "docs/big.toml": MaxManifest + 1} { // sparse
		if err := os.Truncate(filepath.Join(root, name), size); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, root)
	for _, test := range []struct {
		endpoint Endpoint
		want     string
	}{
		{Endpoint{Module: "docs/folder.wasm"}, "not a regular file"},
		{Endpoint{Module: "docs/pipe.wasm"}, "not a regular file"},
		{Endpoint{Module: "docs/loop.wasm"}, "loop.wasm"},
		{Endpoint{Module: "docs/gone.wasm"}, "no such file"},
		{Endpoint{Module: "docs/out.wasm"}, "escapes"},
		{Endpoint{Module: "docs/host.wasm"}, "escapes"},
		{Endpoint{Module: "docs/big.wasm"}, "at most 67108864"},
		{Endpoint{Module: "docs/ok.wasm", Sidecar: "docs/big.toml"}, "at most 1048576"},
		{Endpoint{Module: "docs/missing.wasm"}, "no such file"},
	} {
		files, err := s.Read(test.endpoint)
		if err == nil {
			t.Errorf("%+v: no error, %d bytes", test.endpoint, len(files.Module))
		} else if !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %q does not say %q", test.endpoint, err, test.want)
		}
	}
}

func TestReadAtTheLimit(t *testing.T) {
	root := write(t, map[string]string{"docs/text.wasm": "code", "docs/text.toml": ""})
	if err := os.Truncate(filepath.Join(root, "docs/text.toml"), MaxManifest); err != nil {
		t.Fatal(err)
	}
	files, err := open(t, root).Read(Endpoint{Module: "docs/text.wasm", Sidecar: "docs/text.toml"})
	if err != nil || len(files.Sidecar) != MaxManifest {
		t.Errorf("%d bytes, %v", len(files.Sidecar), err)
	}
}

func TestReadUnreadable(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root reads everything")
	}
	root := write(t, map[string]string{"docs/text.wasm": "code"})
	if err := os.Chmod(filepath.Join(root, "docs/text.wasm"), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, root).Read(Endpoint{Module: "docs/text.wasm"}); err == nil {
		t.Error("no error")
	}
}
