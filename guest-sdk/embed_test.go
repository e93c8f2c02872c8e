//go:build !wasip1

package guestsdk_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	guestsdk "skep/guest-sdk"
)

// A new project is checked, tested and built without a network and with nothing in the module cache.
func TestNewProjectBuildsOffline(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "greeter")
	if err := guestsdk.NewProject("go", dir, "greeter"); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		args []string
		env  []string
	}{
		{[]string{"vet", "./..."}, nil},
		{[]string{"test", "./..."}, nil},
		{[]string{"build", "-buildmode=c-shared", "-o", "greeter.wasm", "."}, []string{"GOOS=wasip1", "GOARCH=wasm"}},
	} {
		cmd := exec.Command("go", step.args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off", "CGO_ENABLED=0",
			"GOMODCACHE="+t.TempDir())
		cmd.Env = append(cmd.Env, step.env...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("go %s: %v\n%s", strings.Join(step.args, " "), err, out)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "greeter.wasm")); err != nil {
		t.Error(err)
	}
	for file, want := range map[string]string{"go.mod": "module endpoint/greeter\n", "README.md": "# greeter\n"} {
		content, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil || !strings.HasPrefix(string(content), want) {
			t.Errorf("%s is %q, %v; want it to begin with %q", file, content, err, want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, ".gitignore")); err != nil {
		t.Error(err)
	}
}

func TestNewProjectOverwritesNothing(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "main.go")
	if err := os.WriteFile(mine, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := guestsdk.NewProject("go", dir, "x")
	if !errors.Is(err, guestsdk.ErrExists) || !strings.Contains(err.Error(), mine) {
		t.Errorf("got %v, want ErrExists that names %s", err, mine)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("got %v, %v; want main.go alone", entries, err)
	}
}

func TestNewProjectRefuses(t *testing.T) {
	for _, c := range []struct {
		lang, name string
		want       error
	}{
		{"cobol", "x", guestsdk.ErrLanguage},
		{"go", "", guestsdk.ErrName},
		{"go", "-x", guestsdk.ErrName},
		{"go", "a/b", guestsdk.ErrName},
		{"go", "a.b", guestsdk.ErrName},
		{"go", "é", guestsdk.ErrName},
		{"go", strings.Repeat("a", 65), guestsdk.ErrName},
		{"go", strings.Repeat("a", 64), nil},
		{"go", "FRAUD_C1", nil},
	} {
		if err := guestsdk.NewProject(c.lang, t.TempDir(), c.name); !errors.Is(err, c.want) {
			t.Errorf("NewProject(%q, %q): got %v, want %v", c.lang, c.name, err, c.want)
		}
	}
}

func TestWriteGo(t *testing.T) {
	dir := t.TempDir()
	for range 2 { // a second time over the first
		if err := guestsdk.WriteGo(dir); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"go.mod", "abi/abi.go", "guest-sdk/go/skep/call.go",
		"guest-sdk/go/skep/internal/codec/encode.go", "guest-sdk/go/skep/skeptest/skeptest.go"} {
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			t.Error(err)
		}
	}
	err := filepath.WalkDir(dir, func(name string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(name, "_test.go") {
			t.Errorf("%s is a test", name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestLanguages(t *testing.T) {
	if got := strings.Join(guestsdk.Languages(), " "); got != "go" {
		t.Errorf("got %q", got)
	}
}
