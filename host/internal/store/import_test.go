package store

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// file is one entry of an archive that is made for a test.
type file struct {
	name, text string
	mode       fs.FileMode
}

// archive makes a zip file.
func archive(t *testing.T, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
		if f.mode != 0 {
			h.SetMode(f.mode)
		}
		entry, err := w.CreateHeader(h)
		if err == nil {
			_, err = entry.Write([]byte(f.text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func openArchive(t *testing.T, data []byte) (*Archive, error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "package.zip")
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	a, err := OpenArchive(name)
	if err == nil {
		t.Cleanup(func() { a.Close() })
	}
	return a, err
}

// tree lists the files below a folder, with what they hold; hidden ones of the folder's own are left out.
func tree(t *testing.T, root string) (lines []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if err == nil && d.Name() == modulesDir {
				return fs.SkipDir
			}
			return err
		}
		text, err := os.ReadFile(name)
		rel, _ := filepath.Rel(root, name)
		if rel != lockName {
			lines = append(lines, filepath.ToSlash(rel)+" "+string(text))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestImportArchive(t *testing.T) {
	root := write(t, map[string]string{"docs/": "", "other/": ""})
	s := open(t, root)
	data := archive(t, file{name: "a.wasm", text: "module"}, file{name: "a.toml", text: "x=1"}, file{name: ".DS_Store"},
		file{name: "resources/"}, file{name: "resources/a/deep/table.csv", text: "1,2"}, file{name: "b.wasm", text: "module"})
	a, err := openArchive(t, data)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Import("docs", "v1", a, true)
	if err != nil || got != "v1" {
		t.Fatal(got, err)
	}
	auto, err := s.Import("other", "", a, false)
	if err != nil || !strings.HasPrefix(auto, "auto-") {
		t.Fatal(auto, err)
	}
	if again, err := s.Import("other", "", a, true); err != nil || again != auto {
		t.Errorf("the same package gives %s, then %s, %v", auto, again, err)
	}
	if st, err := s.State("other"); err != nil || st.Held(auto) || len(st.Imports) != 1 {
		t.Errorf("after the second time the state is %+v, %v", st, err)
	}
	lines := tree(t, filepath.Join(root, "docs", "generations"))
	want := []string{"v1/a.toml x=1", "v1/a.wasm module", "v1/b.wasm module", "v1/resources/a/deep/table.csv 1,2"}
	if !slices.Equal(lines, want) {
		t.Errorf("got %q, want %q", lines, want)
	}
	st, err := s.State("docs")
	if err != nil || !st.Held("v1") || st.Mode != ModeNewest {
		t.Errorf("state %+v, %v", st, err)
	}
	info, err := os.Stat(filepath.Join(root, "docs/generations/v1/a.wasm"))
	if err != nil || links(info) != 5 { // two services, two endpoints each, and the one that is kept
		t.Errorf("the module has %d names, %v; modules with the same bytes are kept once", links(info), err)
	}
	if _, err := s.Import("docs", "v1", a, true); !errors.Is(err, ErrExists) {
		t.Errorf("a second import of one id: %v", err)
	}
	if _, err := s.Import("nobody", "v1", a, true); !errors.Is(err, ErrNotFound) {
		t.Errorf("import into no service: %v", err)
	}
	if _, err := s.Import("docs", "../v2", a, true); !errors.Is(err, ErrName) {
		t.Errorf("import with a bad name: %v", err)
	}
}

func TestImportFolder(t *testing.T) {
	from := write(t, map[string]string{"a.wasm": "module", "resources/a/m.bin": "data", ".git/config": "", "x.tmp": ""})
	root := write(t, map[string]string{"docs/": ""})
	s := open(t, root)
	for _, test := range []struct {
		name, link string
		want       error
	}{{"v1", "", nil}, {"v2", "resources/a/link", ErrPackage}} {
		if test.link != "" {
			writeFile(t, from, test.link, "-> m.bin")
		}
		f, err := OpenFolder(from)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := s.Import("docs", test.name, f, false); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
	lines := tree(t, filepath.Join(root, "docs", "generations"))
	if want := []string{"v1/a.wasm module", "v1/resources/a/m.bin data"}; !slices.Equal(lines, want) {
		t.Errorf("got %q, want %q", lines, want)
	}
}

// TestHostileArchives imports archives that must not become a generation: nothing is left of them, inside of the folder
// of services or outside.
func TestHostileArchives(t *testing.T) {
	ok := file{name: "a.wasm", text: "m"}
	long := strings.Repeat("x", 2000)
	var many []file
	for i := range maxPackageFiles + 1 {
		many = append(many, file{name: fmt.Sprintf("resources/a/%d", i)})
	}
	good := archive(t, ok, file{name: "a.toml", text: strings.Repeat("#", 1000)})
	for _, test := range []struct {
		name, want string
		data       []byte
	}{
		{"no archive", "not a zip archive", []byte("hello")},
		{"nothing", "not a zip archive", nil},
		{"empty", "no module", archive(t)},
		{"no module", "no module", archive(t, file{name: "resources/a/x"})},
		{"up", "not the name of a file", archive(t, ok, file{name: "../a.wasm"})},
		{"up inside", "not the name of a file", archive(t, ok, file{name: "resources/a/../../../x"})},
		{"absolute", "not the name of a file", archive(t, ok, file{name: "/etc/passwd"})},
		{"backslash", "not the name of a file", archive(t, ok, file{name: `resources/a/..\..\x`})},
		{"drive", "no place", archive(t, ok, file{name: "C:/x"})},
		{"NUL", "not the name of a file", archive(t, ok, file{name: "resources/a/x\x00y"})},
		{"empty name", "not the name of a file", archive(t, ok, file{name: ""})},
		{"folder up", "not the name of a folder", archive(t, ok, file{name: "../"})},
		{"link", "a link or a special file", archive(t, ok, file{"resources/a/l", "/etc/passwd", fs.ModeSymlink | 0o777})},
		{"pipe", "a link or a special file", archive(t, ok, file{"resources/a/p", "", fs.ModeNamedPipe | 0o666})},
		{"device", "a link or a special file", archive(t, ok, file{"resources/a/d", "", fs.ModeDevice | 0o666})},
		{"twice", "there twice", archive(t, ok, ok)},
		{"file and folder", "a file and a folder", archive(t, ok, file{name: "resources/a/x"}, file{name: "resources/a/x/y"})},
		{"folder and file", "there twice", archive(t, ok, file{name: "resources/a/x/y"}, file{name: "resources/a/x"})},
		{"a long name", "too long", archive(t, ok, file{name: "resources/a/" + long})},
		{"deep", "too deep", archive(t, ok, file{name: "resources/a/" + strings.Repeat("d/", 20) + "x"})},
		{"many", "more than 10000 files", archive(t, append(many, ok)...)},
		{"elsewhere", "has no place", archive(t, ok, file{name: "README.md"})},
		{"a folder around all", "has no place", archive(t, file{name: "v1/a.wasm"})},
		{"a bad id", "has no place", archive(t, file{name: "a b.wasm"})},
		{"sidecar alone", "which is not there", archive(t, ok, file{name: "b.toml"})},
		{"resources alone", "which is not there", archive(t, ok, file{name: "resources/b/x"})},
		{"a large manifest", "at most 1048576", archive(t, ok, file{name: "a.toml", text: strings.Repeat("#", 1<<20+1)})},
		{"a bomb", "at most 67108864", archive(t, file{name: "a.wasm", text: strings.Repeat("\x00", 64<<20+1)})},
		{"encrypted", "encrypted", patch(t, good, "PK\x01\x02", 8, 1)},
		{"another method", "cannot be read", patch(t, good, "PK\x01\x02", 10, 99)},
		{"a wrong size", "cannot be read", patch(t, good, "PK\x01\x02", 24, 2)},
		{"damaged", "cannot be read", patch(t, good, "a.toml", 9, 0xff)},
	} {
		root := write(t, map[string]string{"docs/generations/": ""})
		s := open(t, root)
		a, err := openArchive(t, test.data)
		if err == nil {
			_, err = s.Import("docs", "v1", a, false)
		}
		if !errors.Is(err, ErrPackage) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
		if left := tree(t, filepath.Dir(root)); len(left) > 0 {
			t.Errorf("%s: files are left: %q", test.name, left)
		}
	}
}

// patch changes a byte behind the last place of a mark.
func patch(t *testing.T, data []byte, mark string, offset int, value byte) []byte {
	t.Helper()
	data = bytes.Clone(data)
	at := bytes.LastIndex(data, []byte(mark))
	if mark == "a.toml" {
		at = bytes.Index(data, []byte(mark))
	}
	if at < 0 {
		t.Fatalf("no %q", mark)
	}
	if offset == 24 {
		binary.LittleEndian.PutUint32(data[at+offset:], uint32(value))
	} else {
		data[at+offset] = value
	}
	return data
}

// TestEveryPrefixRefused cuts an archive at each byte.
func TestEveryPrefixRefused(t *testing.T) {
	data := archive(t, file{name: "a.wasm", text: "module"}, file{name: "a.toml", text: "x=1"})
	root := write(t, map[string]string{"docs/": ""})
	s := open(t, root)
	for n := range data {
		a, err := openArchive(t, data[:n])
		if err == nil {
			_, err = s.Import("docs", "v1", a, false)
		}
		if !errors.Is(err, ErrPackage) {
			t.Fatalf("the first %d of %d bytes: %v", n, len(data), err)
		}
	}
}

// TestFaults makes each step of an import and of a switch fail in turn: what was there stays, and the next attempt
// succeeds.
func TestFaults(t *testing.T) {
	for _, cause := range []error{syscall.ENOSPC, syscall.EIO, syscall.EACCES} {
		for fail, done := 0, false; !done; fail++ {
			root := write(t, map[string]string{"docs/generations/v1/a.wasm": "old"})
			s := open(t, root)
			if _, err := s.Activated("docs", "v1", 0); err != nil {
				t.Fatal(err)
			}
			a, err := openArchive(t, archive(t, file{name: "a.wasm", text: "new"}, file{name: "resources/a/x"}))
			if err != nil {
				t.Fatal(err)
			}
			steps := 0
			s.fault = func(step, name string) error {
				if steps++; steps == fail+1 {
					return &fs.PathError{Op: step, Path: name, Err: cause}
				}
				return nil
			}
			_, err = s.Import("docs", "v2", a, true)
			if err == nil {
				err = s.SwitchTo("docs", "v2")
			}
			done = steps <= fail
			if !done && !errors.Is(err, cause) || done && err != nil {
				t.Fatalf("%v at step %d: %v", cause, fail, err)
			}
			if cause == syscall.ENOSPC && !done && !errors.Is(err, ErrFull) {
				t.Fatalf("a full disk at step %d: %v", fail, err)
			}
			s.fault = nil
			services, problems, err := s.Scan()
			if err != nil || len(problems) > 0 || len(services) != 1 {
				t.Fatalf("%v at step %d: %v, %v, %v", cause, fail, services, problems, err)
			}
			checkWhole(t, s, services[0])
			if _, err = s.Import("docs", "v2", a, true); err != nil && !errors.Is(err, ErrExists) {
				t.Fatalf("%v at step %d, once more: %v", cause, fail, err)
			}
			if err = s.SwitchTo("docs", "v2"); err != nil {
				t.Fatalf("%v at step %d, once more: %v", cause, fail, err)
			}
		}
	}
}

// checkWhole says whether each generation has the bytes that belong to it.
func checkWhole(t *testing.T, s *Store, found Service) {
	t.Helper()
	for _, g := range found.Generations {
		files, err := s.Read(g.Endpoints[0])
		if want := map[string]string{"v1": "old", "v2": "new"}[g.ID]; err != nil || string(files.Module) != want {
			t.Errorf("generation %s has %q, %v", g.ID, files.Module, err)
		}
	}
	if found.Generations[len(found.Generations)-1].ID != "v1" {
		t.Errorf("generation v1 is gone or out of order: %v", found.Generations)
	}
}
