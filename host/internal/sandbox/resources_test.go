package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"skep/host/internal/manifest"
	"skep/host/internal/resources"
	"skep/host/internal/service"
)

// resourcesIn is a folder for guests with what lies in dir.
func resourcesIn(tb testing.TB, dir string) *resources.Folder {
	tb.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		tb.Fatal(err)
	}
	folder, err := resources.Open(root, func(string) bool { return false })
	if err != nil {
		tb.Fatal(err)
	}
	return folder
}

// resourcesOf is a folder for guests with these files.
func resourcesOf(tb testing.TB, files map[string]string) *resources.Folder {
	tb.Helper()
	dir := tb.TempDir()
	for name, text := range files {
		place := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(place, []byte(text), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	return resourcesIn(tb, dir)
}

// TestResources has a guest look at its files with the library of its language.
func TestResources(t *testing.T) {
	large := strings.Repeat("0123456789abcdef", 1<<16)
	s := mustLoad(t, func(spec *Spec) {
		spec.Resources = resourcesOf(t, map[string]string{"a.txt": "text", "words/de/w": "Wort", "large": large, "empty": ""})
	})
	for _, c := range []struct{ request, want string }{
		{"read /resources/a.txt", "text"},
		{"read /resources/words/../a.txt", "text"},
		{"read /resources/empty", ""},
		{"read /resources/large", large},
		{"list /resources", "a.txt 4,empty 0,large 1048576,words/"},
		{"list /resources/words", "de/"},
		{"list /resources/words/de", "w 4"},
		{"list /resources/a.txt", "error: Not a directory"},
		{"stat /resources", "folder 0"},
		{"stat /resources/large", "file 1048576"},
		{"tail /resources/large", "abcdef"},
		{"read /resources/b.txt", "error: No such file or directory"},
		{"read /resources/words", "error: Is a directory"},
		{"read /resources/../etc/passwd", "error: Bad file number"},
		{"read /etc/passwd", "error: Bad file number"},
		{"stat /resources/none", "error: No such file or directory"},
		{"write /resources/a.txt", "error: Read-only file system"},
		{"write /resources/new", "error: Read-only file system"},
		{"create /resources/new", "error: Read-only file system"},
		{"truncate /resources/a.txt", "error: Read-only file system"},
		{"mkdir /resources/new", "error: Read-only file system"},
		{"remove /resources/a.txt", "error: Read-only file system"},
		{"rename /resources/a.txt", "error: Read-only file system"},
		{"link /resources/a.txt", "error: Read-only file system"},
		{"symlink /resources/a.txt", "error: Read-only file system"},
		{"chtimes /resources/a.txt", "error: Read-only file system"},
		{"many /resources/a.txt", fmt.Sprintf("%d: Too many open files", maxOpenFiles)},
		{"many /resources/a.txt", fmt.Sprintf("%d: Too many open files", maxOpenFiles)}, // and no less
		{"many /resources/words", fmt.Sprintf("%d: Too many open files", maxOpenFiles)},
	} {
		mustAsk(t, s, c.request, c.want)
	}
}

// TestNoResources shows that a guest without files has none, and no folder.
func TestNoResources(t *testing.T) {
	s := mustLoad(t, nil)
	for _, request := range []string{"read /resources/a", "list /resources", "stat /", "mkdir /resources"} {
		mustAsk(t, s, request, "error: Bad file number")
	}
}

// TestResourcesOfTheImage reads files in init: calls find what was read, and the files that were kept open, also when the
// folder is gone.
func TestResourcesOfTheImage(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"model": "a model", "index": "0123456789"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, rolled := range []bool{true, false} {
		s := mustLoad(t, func(spec *Spec) {
			spec.Init, spec.Resources = []byte("load /resources"), resourcesIn(t, dir)
			if !rolled {
				spec.Isolation = manifest.IsolationInstance
				spec.Pool.Ceil, spec.Pool.Cruise = 1, 1
			}
		})
		if !rolled {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		}
		mustAsk(t, s, "model", "a model")
		mustAsk(t, s, "index", "234") // init has read two bytes
		if rolled {
			mustAsk(t, s, "index", "234")
			mustAsk(t, s, "close", "")
			mustAsk(t, s, "index", "234")
		} else {
			mustAsk(t, s, "index", "567")
			mustAsk(t, s, "read /resources/model", "error: No such file or directory")
		}
	}
}

// TestOpenFilesAreGivenBack counts what guests have open, after calls, after failures and at the end.
func TestOpenFilesAreGivenBack(t *testing.T) {
	e := ownEngine(t)
	want := func(when string, n int64) {
		t.Helper()
		if got := e.files.used.Load(); got != n {
			t.Errorf("%s: %d files are open, want %d", when, got, n)
		}
	}
	change := func(spec *Spec) {
		spec.Init = []byte("load /resources")
		spec.Resources = resourcesOf(t, map[string]string{"model": "m", "index": "0123456789"})
	}
	t.Run("", func(t *testing.T) {
		s, err := loadWith(t, e, change)
		if err != nil {
			t.Fatal(err)
		}
		want("loaded", 1)
		for range 3 {
			mustAsk(t, s, "many /resources/model", fmt.Sprintf("%d: Too many open files", maxOpenFiles-1))
			want("after a call", 1)
		}
		if _, err := ask(t, s, "many and trap /resources/model"); !errors.Is(err, service.ErrGuestTrap) {
			t.Error(err)
		}
		want("after a trap", 1)
		e.files.limit = 3
		mustAsk(t, s, "many /resources/model", "2: File table overflow")
		e.files.limit = manyFiles
	})
	want("closed", 0)
	if _, err := loadWith(t, e, func(spec *Spec) { change(spec); spec.Init = []byte("load and trap /resources") }); err == nil {
		t.Error("it is loaded")
	}
	want("refused", 0)
}

// TestFuelOfFiles shows that reading costs fuel, by the bytes that are read.
func TestFuelOfFiles(t *testing.T) {
	s := mustLoad(t, func(spec *Spec) {
		spec.Resources = resourcesOf(t, map[string]string{"small": "x", "large": strings.Repeat("x", 4<<20)})
	})
	var fuel [2]uint64
	for i, name := range []string{"small", "large"} {
		var a answer
		usage, err := s.Call(t.Context(), []byte("sum /resources/"+name), &a)
		if err != nil {
			t.Fatal(err)
		}
		fuel[i] = usage.Fuel
	}
	if least := uint64(4 << 20 >> hostByteBits); fuel[1] < fuel[0]+least {
		t.Errorf("%d units for one byte, %d for 4 MiB, want %d more", fuel[0], fuel[1], least)
	}
}

// TestErrorsTellNothing shows what a guest learns of what went wrong on the host.
func TestErrorsTellNothing(t *testing.T) {
	for err, want := range map[error]uint64{
		fs.ErrNotExist:                               wasiNotFound,
		fs.ErrPermission:                             wasiNoAccess,
		errors.New("path escapes from parent"):       wasiIO,
		&fs.PathError{Op: "open", Err: os.ErrClosed}: wasiIO,
	} {
		if got := wasiError(err); got != want {
			t.Errorf("%v is %d, want %d", err, got, want)
		}
	}
}
