package guestbuild

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/manifest"
	"skep/host/internal/wasmbin"
)

const goMod = "module guest\n\ngo 1.26\n"

// guest is the source of a module with the required exports.
func guest(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/guest.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// write makes files below a folder; what has no content is left out.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// names are the files in a folder.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return strings.Join(list, " ")
}

func TestBuild(t *testing.T) {
	const text = "# my endpoint\nkind = \"regression\"\n[build]\nlang = \"go\"\n"
	dir := filepath.Join(t.TempDir(), "hello")
	write(t, dir, map[string]string{"go.mod": goMod, "main.go": guest(t), "endpoint.toml": text})
	var log bytes.Buffer
	got, err := Build(t.Context(), Options{Dir: dir, Log: &log})
	if err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile(filepath.Join(dir, "hello.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	m := manifest.Default()
	m.Kind = abi.KindRegression
	m.Build.Lang = "go"
	sum := sha256.Sum256(module)
	want := Result{
		Path: filepath.Join(dir, "hello.wasm"), Size: int64(len(module)), SHA256: hex.EncodeToString(sum[:]),
		Lang: "go", Manifest: m,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if section, ok, err := wasmbin.Section(module, abi.ManifestSection); string(section) != text || !ok || err != nil {
		t.Errorf("the module carries %q, %v, %v, want the manifest as it stands", section, ok, err)
	}
	if !strings.Contains(log.String(), "GOOS=wasip1 GOARCH=wasm") || !strings.Contains(log.String(), "go build") {
		t.Errorf("the log is %q, want the command", log.String())
	}
	if got := names(t, dir); got != "endpoint.toml go.mod hello.wasm main.go" {
		t.Errorf("the folder holds %s", got)
	}
}

// TestSameSourceSameDigest builds one source as a project of its own in two places, one of them below a go.work that
// does not name it, and into a folder that does not exist yet.
func TestSameSourceSameDigest(t *testing.T) {
	files := map[string]string{"go.mod": goMod, "main.go": guest(t)}
	a := filepath.Join(t.TempDir(), "a")
	b := filepath.Join(t.TempDir(), "some", "where", "else", "b")
	write(t, a, files)
	write(t, b, files)
	write(t, filepath.Dir(b), map[string]string{"go.work": "go 1.26\n"})
	t.Setenv("GOWORK", "") // restored at the end
	os.Unsetenv("GOWORK")
	first, err := Build(t.Context(), Options{Dir: a})
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "new", "folder", "x.wasm")
	second, err := Build(t.Context(), Options{Dir: b, Out: out})
	if err != nil {
		t.Fatal(err)
	}
	if first.SHA256 != second.SHA256 {
		t.Errorf("digests differ: %s and %s", first.SHA256, second.SHA256)
	}
	if second.Path != out || names(t, filepath.Dir(out)) != "x.wasm" {
		t.Errorf("result is at %s, the folder holds %s", second.Path, names(t, filepath.Dir(out)))
	}
	module, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, err := wasmbin.Section(module, abi.ManifestSection); ok || err != nil {
		t.Errorf("a folder without a manifest gives a module with one: %v, %v", ok, err)
	}
	if !reflect.DeepEqual(second.Manifest, manifest.Default()) {
		t.Errorf("manifest is %+v, want the default", second.Manifest)
	}
	if bytes.Contains(module, []byte(b)) {
		t.Error("the module holds the path of its sources")
	}
}

// TestFolderOfModule builds a folder that is one package of a larger Go module and imports another of it.
func TestFolderOfModule(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{
		"go.mod":                   goMod,
		"lib/lib.go":               "package lib\n",
		"modules/docs/text/lib.go": "package main\n\nimport _ \"guest/lib\"\n",
		"modules/docs/text/run.go": guest(t),
	})
	got, err := Build(t.Context(), Options{Dir: filepath.Join(root, "modules", "docs", "text")})
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(root, "modules", "docs", "text", "text.wasm"); got.Path != want {
		t.Errorf("the module is at %s, want %s", got.Path, want)
	}
}

// TestFailures checks that a failed build says why, leaves no file behind and keeps the module of an earlier one.
func TestFailures(t *testing.T) {
	broken := "package main\n\nfunc main() { undefined() }\n"
	empty := "package main\n\nfunc main() {}\n"
	half := empty + "\n//go:wasmexport skep_v1_alloc\nfunc alloc(n uint32) uint32 { return 0 }\n"
	tests := []struct {
		name  string
		files map[string]string
		lang  string
		is    error
		want  string // DIR stands for the folder
	}{
		{"compile error", map[string]string{"go.mod": goMod, "main.go": broken}, "", ErrCompile,
			"DIR: compilation failed:\nmain.go:3:15: undefined: undefined"},
		{"no exports", map[string]string{"go.mod": goMod, "main.go": empty}, "", ErrExports,
			"DIR: module lacks required exports: function skep_v1_alloc, function skep_v1_call; " +
				"import skep/guest-sdk/go/skep and register a handler: var _ = skep.Function(run)"},
		{"one export", map[string]string{"go.mod": goMod, "main.go": half}, "", ErrExports,
			"DIR: module lacks required exports: function skep_v1_call; " +
				"import skep/guest-sdk/go/skep and register a handler: var _ = skep.Function(run)"},
		{"manifest", map[string]string{"go.mod": goMod, "main.go": empty, "endpoint.toml": "[limits]\ntimeout = \"2m\"\n"},
			"", manifest.ErrInvalid,
			"DIR/endpoint.toml:2:1: limits.timeout: 2m0s is not above 0 and at most 1m0s"},
		{"language of the manifest", map[string]string{"main.go": empty, "endpoint.toml": "build.lang = \"cobol\""}, "",
			ErrLanguage, `DIR: no guest language "cobol"; there are go`},
		{"language of the options", map[string]string{"main.go": empty, "endpoint.toml": "build.lang = \"go\""}, "perl",
			ErrLanguage, `DIR: no guest language "perl"; there are go`},
		{"no language", map[string]string{"main.txt": ""}, "", ErrLanguage,
			"DIR: no guest language found in the folder's files; there are go, " +
				"say which under [build] lang in endpoint.toml"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir, out := t.TempDir(), t.TempDir()
			write(t, dir, test.files)
			write(t, out, map[string]string{"old.wasm": "old"})
			_, err := Build(t.Context(), Options{Dir: dir, Out: filepath.Join(out, "old.wasm"), Lang: test.lang})
			if !errors.Is(err, test.is) || strings.ReplaceAll(err.Error(), dir, "DIR") != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
			if text, err := os.ReadFile(filepath.Join(out, "old.wasm")); string(text) != "old" || err != nil {
				t.Errorf("the old module became %q, %v", text, err)
			}
			if got := names(t, out); got != "old.wasm" {
				t.Errorf("the output's folder holds %s", got)
			}
		})
	}
}

// TestNoSDK builds a project whose go.mod does not know the SDK, as one that was not made by skep new.
func TestNoSDK(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"go.mod": goMod, "main.go": "package main\n\n" +
		"import _ \"skep/guest-sdk/go/skep\"\n\nfunc main() {}\n"})
	_, err := Build(t.Context(), Options{Dir: dir})
	const want = "\nthe go.mod does not say where the SDK is: skep new makes a project that holds it"
	if !errors.Is(err, ErrCompile) || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got %v, want it to end with %q", err, want)
	}
}

func TestNoCompiler(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"go.mod": goMod})
	t.Setenv("PATH", t.TempDir())
	_, err := Build(t.Context(), Options{Dir: dir})
	want := dir + `: compiler not found: there is no "go" in PATH; ` +
		"install Go 1.26 or later, see https://go.dev/doc/install"
	if !errors.Is(err, ErrCompiler) || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestFolderThatIsNone(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"file": ""})
	if _, err := Build(t.Context(), Options{Dir: filepath.Join(dir, "nope")}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing folder gives %v, want os.ErrNotExist", err)
	}
	_, err := Build(t.Context(), Options{Dir: filepath.Join(dir, "file")})
	if err == nil || !strings.Contains(err.Error(), "is no folder") {
		t.Errorf("a file gives %v", err)
	}
}

func TestCanceled(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"go.mod": goMod, "main.go": guest(t)})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Build(ctx, Options{Dir: dir}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestGoEnv(t *testing.T) {
	set := func(string) (string, bool) { return "/my/go.work", true }
	unset := func(string) (string, bool) { return "", false }
	if got := strings.Join(goEnv(unset, "w"), " "); got !=
		"GOOS=wasip1 GOARCH=wasm GOWASM= CGO_ENABLED=0 GOWORK=off GOTMPDIR=w" {
		t.Errorf("environment is %s", got)
	}
	if got := strings.Join(goEnv(set, "w"), " "); strings.Contains(got, "GOWORK") || strings.Contains(got, "GOTMPDIR") {
		t.Errorf("environment %s overrides the user's GOWORK or GOTMPDIR", got)
	}
}

// What Go's compiler makes is straightened.
func TestBuildStraightensGo(t *testing.T) {
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "out.wasm")
	write(t, dir, map[string]string{"go.mod": goMod, "main.go": guest(t)})
	if err := golang.build(t.Context(), job{dir: dir, out: out}); err != nil {
		t.Fatal(err)
	}
	compiled, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	want, err := wasmbin.Straighten(compiled)
	if err != nil || bytes.Equal(want, compiled) {
		t.Fatalf("there was nothing to do: %v", err)
	}
	if _, err := Build(t.Context(), Options{Dir: dir, Out: out}); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(out); err != nil || !bytes.Equal(got, want) {
		t.Errorf("got a module of %d bytes, %v, want %d", len(got), err, len(want))
	}
}
