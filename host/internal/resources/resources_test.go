package resources

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func hidden(name string) bool { return strings.HasPrefix(name, ".") }

// tree writes files and gives the folder that they lie in.
func tree(t *testing.T, files ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "resources")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		place := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(place, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func open(t *testing.T, dir string) (*Folder, error) {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Open(root, hidden)
	if err == nil {
		t.Cleanup(func() { _ = f.Close() })
	}
	return f, err
}

func mustOpen(t *testing.T, dir string) *Folder {
	t.Helper()
	f, err := open(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// show is all that is in a folder, in order.
func show(e *Entry) (text string) {
	for _, c := range e.Children {
		if c.IsDir() {
			text += c.Path + "/ " + show(c)
		} else {
			text += fmt.Sprintf("%s:%d ", c.Path, c.Size)
		}
	}
	return text
}

func TestList(t *testing.T) {
	dir := tree(t, "b/two", "b/one", "a", "c/deep/er/x", ".hidden", "b/.git/config")
	outside := tree(t, "secret")
	for name, target := range map[string]string{
		"link": "a", "b/up": "../a", "folder": "b", "loop": ".", "nowhere": "missing", "self": "self",
		"out": filepath.Join(outside, "secret"), "b/out": "../../../../etc/passwd",
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	f := mustOpen(t, dir)
	const want = "a:1 b/ b/one:5 b/two:5 b/up:1 c/ c/deep/ c/deep/er/ c/deep/er/x:11 link:1 "
	if got := show(f.Top()); got != want {
		t.Errorf("the folder holds %s, want %s", got, want)
	}
}

func TestFind(t *testing.T) {
	f := mustOpen(t, tree(t, "a", "b/one"))
	b, err := f.Find(f.Top(), "b")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from *Entry
		name string
		want string
		err  error
	}{
		{f.Top(), "a", "a", nil},
		{f.Top(), ".", ".", nil},
		{f.Top(), "./b//one", "b/one", nil},
		{f.Top(), "b/../a", "a", nil},
		{b, "../a", "a", nil},
		{b, "one", "b/one", nil},
		{b, "..", ".", nil},
		{f.Top(), "", "", fs.ErrNotExist},
		{f.Top(), "A", "", fs.ErrNotExist},
		{f.Top(), "a\x00", "", fs.ErrNotExist},
		{f.Top(), "a/b", "", fs.ErrNotExist},
		{f.Top(), "..", "", fs.ErrPermission},
		{f.Top(), "../resources/a", "", fs.ErrPermission},
		{b, "../../resources/a", "", fs.ErrPermission},
		{f.Top(), "/a", "", fs.ErrPermission},
		{f.Top(), "/etc/passwd", "", fs.ErrPermission},
		{f.Top(), "a\xff", "", fs.ErrPermission},
	} {
		e, err := f.Find(c.from, c.name)
		if !errors.Is(err, c.err) || err == nil && e.Path != c.want {
			t.Errorf("%q from %s: %v, %v, want %s, %v", c.name, c.from.Path, e, err, c.want, c.err)
		}
	}
}

// TestChangedLater shows that nothing else is opened in the place of a file that was listed.
func TestChangedLater(t *testing.T) {
	dir := tree(t, "gone", "folder", "link", "pipe", "same")
	outside := tree(t, "secret")
	f := mustOpen(t, dir)
	for _, name := range []string{"gone", "folder", "link", "pipe"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{
		os.Mkdir(filepath.Join(dir, "folder"), 0o755),
		os.Symlink(filepath.Join(outside, "secret"), filepath.Join(dir, "link")),
		syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644),
		os.WriteFile(filepath.Join(dir, "new"), nil, 0o644),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"gone", "folder", "link", "pipe"} {
		e, err := f.Find(f.Top(), name)
		if err != nil {
			t.Fatal(err)
		}
		if file, err := f.Open(e); err == nil {
			t.Errorf("%s can be opened", name)
			file.Close()
		}
	}
	if _, err := f.Find(f.Top(), "new"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what came later: %v", err)
	}
	same, err := f.Find(f.Top(), "same")
	if err != nil {
		t.Fatal(err)
	}
	file, err := f.Open(same)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if text, err := io.ReadAll(file); err != nil || string(text) != "same" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestTooMuch(t *testing.T) {
	deep := tree(t, strings.Repeat("d/", MaxDepth)+"x")
	if _, err := open(t, deep); err != nil {
		t.Errorf("%d folders in each other: %v", MaxDepth, err)
	}
	if _, err := open(t, tree(t, strings.Repeat("d/", MaxDepth+1)+"x")); !errors.Is(err, ErrFolder) {
		t.Errorf("%d folders in each other: %v", MaxDepth+1, err)
	}
	wide := tree(t)
	for i := range MaxEntries - 1 {
		if err := os.WriteFile(filepath.Join(wide, fmt.Sprint(i)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := open(t, wide); err != nil {
		t.Errorf("%d entries: %v", MaxEntries, err)
	}
	if err := os.Mkdir(filepath.Join(wide, "one more"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, wide); !errors.Is(err, ErrFolder) {
		t.Errorf("%d entries: %v", MaxEntries+1, err)
	}
}
