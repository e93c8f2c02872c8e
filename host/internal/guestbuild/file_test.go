package guestbuild

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadFileIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("12345"), 0o666); err != nil {
		t.Fatal(err)
	}
	if data, err := readFile(path, 5); string(data) != "12345" || err != nil {
		t.Errorf("got %q, %v, want the file", data, err)
	}
	if _, err := readFile(path, 4); err == nil || !strings.Contains(err.Error(), "is longer than 4 bytes") {
		t.Errorf("a file that is too long gives %v", err)
	}
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "deep", "er", "f")
	for _, text := range []string{"first", "second"} {
		if err := writeFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); string(got) != text || err != nil {
			t.Errorf("got %q, %v, want %q", got, err, text)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("mode is %v, %v, want 0644", info.Mode(), err)
	}
	if got := names(t, filepath.Dir(path)); got != "f" {
		t.Errorf("the folder holds %s", got)
	}
	if err := writeFile(dir, nil); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("a folder as file gives %v", err)
	}
	if err := writeFile(filepath.Join(path, "below"), nil); err == nil {
		t.Error("a file as folder is accepted")
	}
}

func TestReadable(t *testing.T) {
	output := "# guest/pkg\n./main.go:3:15: undefined: x\n/home/me/hello/sub/a.go:1:1: bad\n" +
		"# other\n../lib/b.go:2:2: bad\n"
	want := "main.go:3:15: undefined: x\nsub/a.go:1:1: bad\n../lib/b.go:2:2: bad"
	if got := readable(output, "/home/me/hello"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHeadIsBounded(t *testing.T) {
	var h head
	long := bytes.Repeat([]byte("x"), maxOutput-1)
	for range 3 {
		if n, err := h.Write(long); n != len(long) || err != nil {
			t.Fatalf("Write = %d, %v, want %d", n, err, len(long))
		}
	}
	if h.Len() != maxOutput {
		t.Errorf("kept %d bytes, want %d", h.Len(), maxOutput)
	}
}
