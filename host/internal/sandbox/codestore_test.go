package sandbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tetratelabs/wazero"

	"skep/host/internal/wasmbin"
)

// newEngine is an engine with a folder of its own, or dir. Its compiler is the test binary, or another program.
func newEngine(t *testing.T, dir string, compiler ...string) *Engine {
	t.Helper()
	if dir == "" {
		dir = filepath.Join(t.TempDir(), "cache")
	}
	e, err := NewEngine(Config{CacheDir: dir, Compiler: compiler, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// asIs is a module that is compiled as it is.
func asIs(module []byte) source {
	digest := sha256.Sum256(module)
	return source{hex.EncodeToString(digest[:]), module, func() (*wasmbin.Rewritten, error) {
		return &wasmbin.Rewritten{Module: module}, nil
	}}
}

// asMade is a module that a child checks and rewrites.
func asMade(module []byte) source {
	from := asIs(module)
	from.rewrite = nil
	return from
}

// tiny is a module that compiles in no time; each name makes another one.
func tiny(name string) source { return asIs(tinyModule(name)) }

func tinyModule(name string) []byte {
	custom := append([]byte{byte(len(name))}, name...)
	return append(append(sound().bytes(), 0, byte(len(custom))), custom...)
}

// mustCode loads a module, which is closed at the end of the test, and gives its folder.
func mustCode(t *testing.T, e *Engine, module source) string {
	t.Helper()
	m, err := e.load(t.Context(), module)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.free(); err != nil {
			t.Error(err)
		}
	})
	if len(m.code.ExportedFunctions()) != 2 {
		t.Errorf("exports %v, want 2", m.code.ExportedFunctions())
	}
	return m.kept.dir
}

func wantChildren(t *testing.T, e *Engine, want int64) {
	t.Helper()
	if got := e.codes.compiler.started.Load(); got != want {
		t.Errorf("%d children were started, want %d", got, want)
	}
}

// codeOf is the folder of any module.
func codeOf(t *testing.T, module source) string {
	t.Helper()
	kept, err := newEngine(t, "").codes.get(t.Context(), module, false)
	if err != nil {
		t.Fatal(err)
	}
	kept.release()
	return kept.dir
}

// entryOf is the path of the engine's file in a module's folder.
func entryOf(t *testing.T, dir string) string {
	t.Helper()
	folder, file, err := onlyFile(dir)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, folder, file)
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// files lists all below a folder.
func files(t *testing.T, dir string) (list []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, _ fs.DirEntry, err error) error {
		list = append(list, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestCodeIsKept(t *testing.T) {
	e := newEngine(t, "")
	dir := mustCode(t, e, tiny("a"))
	mustCode(t, e, tiny("a"))
	mustCode(t, e, tiny("b"))
	wantChildren(t, e, 2)

	again := newEngine(t, e.codes.dir)
	if got := mustCode(t, again, tiny("a")); got != dir {
		t.Errorf("the folder is %s, want %s", got, dir)
	}
	wantChildren(t, again, 0)

	for _, path := range []string{e.codes.dir, dir, filepath.Dir(entryOf(t, dir))} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %v, want 0700", path, info.Mode())
		}
	}
	for _, name := range names(e.codes.dir) {
		if strings.HasPrefix(name, tmpPrefix) {
			t.Errorf("%s is left behind", name)
		}
	}
}

// TestDamage has something happen to kept code: a child compiles it again, once, and what comes of it can be loaded.
func TestDamage(t *testing.T) {
	foreign := codeOf(t, big(3, 3))
	other := read(t, entryOf(t, foreign))
	type damage struct {
		name string
		do   func(t *testing.T, dir, entry string)
	}
	onEntry := func(name string, change func([]byte) []byte) damage {
		return damage{name, func(t *testing.T, _, entry string) { write(t, entry, change(read(t, entry))) }}
	}
	flip := func(name string, at func(size int) int) damage {
		return onEntry("flip "+name, func(b []byte) []byte { b[at(len(b))] ^= 0x10; return b })
	}
	for _, d := range []damage{
		flip("magic", func(int) int { return 0 }),
		flip("version", func(int) int { return 8 }),
		flip("number of functions", func(int) int { return 12 }),
		flip("table of offsets", func(int) int { return 24 }),
		flip("code", func(size int) int { return size / 2 }),
		flip("end", func(size int) int { return size - 1 }),
		onEntry("empty", func([]byte) []byte { return nil }),
		onEntry("first half", func(b []byte) []byte { return b[:len(b)/2] }),
		onEntry("all but a byte", func(b []byte) []byte { return b[:len(b)-1] }),
		onEntry("a byte more", func(b []byte) []byte { return append(b, 0) }),
		onEntry("foreign", func([]byte) []byte { return other }),
		{"no entry", func(t *testing.T, _, entry string) { os.Remove(entry) }},
		{"two entries", func(t *testing.T, _, entry string) { write(t, entry+"2", []byte("x")) }},
		{"no folder of the engine", func(t *testing.T, _, entry string) { os.RemoveAll(filepath.Dir(entry)) }},
		{"no sum", func(t *testing.T, dir, _ string) { os.Remove(filepath.Join(dir, sumFile)) }},
		{"empty sum", func(t *testing.T, dir, _ string) { write(t, filepath.Join(dir, sumFile), nil) }},
		{"another outline", func(t *testing.T, dir, _ string) {
			write(t, filepath.Join(dir, outlineFile), read(t, filepath.Join(foreign, outlineFile)))
		}},
		{"no outline", func(t *testing.T, dir, _ string) { os.Remove(filepath.Join(dir, outlineFile)) }},
		{"what the rewrite says changed", func(t *testing.T, dir, _ string) {
			path := filepath.Join(dir, rewriteFile)
			write(t, path, bytes.Replace(read(t, path), []byte(`"MaxMemory":0`), []byte(`"MaxMemory":9`), 1))
		}},
		{"no word of the rewrite", func(t *testing.T, dir, _ string) { os.Remove(filepath.Join(dir, rewriteFile)) }},
		{"the folder of another module", func(t *testing.T, dir, _ string) {
			os.RemoveAll(dir)
			if err := os.CopyFS(dir, os.DirFS(foreign)); err != nil {
				t.Error(err)
			}
		}},
		{"nothing", func(t *testing.T, dir, _ string) { os.RemoveAll(dir); os.Mkdir(dir, 0o700) }},
	} {
		t.Run(d.name, func(t *testing.T) {
			dir := mustCode(t, newEngine(t, ""), tiny("a"))
			d.do(t, dir, entryOf(t, dir))
			e := newEngine(t, filepath.Dir(filepath.Dir(dir)))
			mustCode(t, e, tiny("a"))
			wantChildren(t, e, 1)
			if err := e.codes.check(dir); err != nil {
				t.Errorf("afterwards: %v", err)
			}
			mustCode(t, e, tiny("a"))
			wantChildren(t, e, 1)
		})
	}
}

// TestEveryByteCounts flips each byte that is kept in turn.
func TestEveryByteCounts(t *testing.T) {
	e := newEngine(t, "")
	dir := mustCode(t, e, tiny("a"))
	for _, path := range []string{entryOf(t, dir), filepath.Join(dir, outlineFile), filepath.Join(dir, rewriteFile),
		filepath.Join(dir, sumFile)} {
		whole := read(t, path)
		for i := range whole {
			changed := bytes.Clone(whole)
			changed[i]++
			write(t, path, changed)
			if e.codes.check(dir) == nil {
				t.Errorf("%s: byte %d of %d is not covered by the hash", path, i, len(whole))
			}
		}
		write(t, path, whole)
		if err := e.codes.check(dir); err != nil {
			t.Error(err)
		}
	}
}

// TestOtherRevision shows that nothing is used that another revision of the rewrite has left.
func TestOtherRevision(t *testing.T) {
	e := newEngine(t, "")
	old := mustCode(t, e, tiny("a"))
	this := fmt.Sprintf("-%d.%d", wasmbin.Revision, layout)
	before := strings.Replace(e.codes.kind.String(), this, fmt.Sprintf("-%d.%d", wasmbin.Revision-1, layout), 1)
	if err := os.Rename(e.codes.ofKind(), filepath.Join(e.codes.dir, before)); err != nil {
		t.Fatal(err)
	}
	again := newEngine(t, e.codes.dir)
	if dir := mustCode(t, again, tiny("a")); dir != old {
		t.Errorf("it is kept in %s, want %s", dir, old)
	}
	wantChildren(t, again, 1)
}

// TestUselessCode has hashes that are right for what the engine cannot use.
func TestUselessCode(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, e *Engine, dir string){
		"not code":   func(t *testing.T, e *Engine, dir string) { write(t, entryOf(t, dir), []byte("no code")) },
		"no outline": func(t *testing.T, e *Engine, dir string) { write(t, filepath.Join(dir, outlineFile), nil) },
		"no JSON":    func(t *testing.T, e *Engine, dir string) { write(t, filepath.Join(dir, rewriteFile), []byte("{")) },
		"code of another module": func(t *testing.T, e *Engine, dir string) {
			other := entryOf(t, mustCode(t, e, tiny("other")))
			folder := filepath.Dir(entryOf(t, dir))
			if err := os.RemoveAll(folder); err != nil {
				t.Fatal(err)
			}
			if err := os.CopyFS(folder, os.DirFS(filepath.Dir(other))); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEngine(t, "")
			dir := mustCode(t, e, tiny("a"))
			change(t, e, dir)
			sum, err := hashesOf(dir, filepath.Base(dir))
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, sumFile), sum)
			fresh := newEngine(t, e.codes.dir)
			mustCode(t, fresh, tiny("a"))
			wantChildren(t, fresh, 1)
		})
	}
}

// TestNeverCompiles takes the code away when it has been checked: the engine fails and writes nothing, where it would
// compile without loadOnly.
func TestNeverCompiles(t *testing.T) {
	e := newEngine(t, "")
	module := tiny("a")
	kept, err := e.codes.get(t.Context(), module, false)
	if err != nil {
		t.Fatal(err)
	}
	defer kept.release()
	if err := os.Remove(entryOf(t, kept.dir)); err != nil {
		t.Fatal(err)
	}
	before := files(t, kept.dir)
	if _, err := open(t.Context(), kept); !errors.Is(err, errNoCode) {
		t.Errorf("error %v, want errNoCode", err)
	}
	if after := files(t, kept.dir); !slices.Equal(before, after) {
		t.Errorf("the engine wrote: %q, before %q", after, before)
	}

	outline := read(t, filepath.Join(kept.dir, outlineFile))
	cache, err := wazero.NewCompilationCacheWithDir(kept.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer cache.Close(t.Context())
	rt := wazero.NewRuntimeWithConfig(t.Context(), engineConfig(cache))
	defer rt.Close(t.Context())
	if _, err := rt.CompileModule(t.Context(), outline); err != nil {
		t.Fatal(err)
	}
	if after := files(t, kept.dir); len(after) != len(before)+1 {
		t.Errorf("a compilation leaves %q; the test above shows nothing", after)
	}
}

// TestOtherCompiler has compilers that leave what this engine cannot use: the host is at fault, not the module.
func TestOtherCompiler(t *testing.T) {
	kind, err := thisEngine(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, script string
		children     int64
	}{
		{"another version", "mkdir wazero-v0; echo >wazero-v0/code", 1},
		{"nothing", "", 1},
		{"another processor", "mkdir " + kind.folder + "; echo >" + kind.folder + "/code", 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := newEngine(t, "", "sh", "-c", tc.script)
			_, err := e.load(t.Context(), asMade(tinyModule("a")))
			if err == nil || errors.Is(err, ErrModule) || !strings.Contains(err.Error(), "of the same version") {
				t.Errorf("a module that it is to rewrite: error %v", err)
			}
			e = newEngine(t, "", "sh", "-c", tc.script)
			_, err = e.load(t.Context(), tiny("a"))
			if err == nil || errors.Is(err, ErrModule) || !strings.Contains(err.Error(), "of the same version") {
				t.Errorf("error %v", err)
			}
			wantChildren(t, e, tc.children)
		})
	}
}

// TestOtherModule has a compiler that leaves the code of another module than the one it was given.
func TestOtherModule(t *testing.T) {
	other := codeOf(t, asMade(tinyModule("b")))
	e := newEngine(t, "", "sh", "-c", "cp -r "+other+"/. .")
	_, err := e.load(t.Context(), asMade(tinyModule("a")))
	if err == nil || errors.Is(err, ErrModule) || !strings.Contains(err.Error(), "not of the module") {
		t.Errorf("error %v", err)
	}
	mustCode(t, e, asMade(tinyModule("b")))
}

// TestTwoEngines has two engines, as if of two processes, load the same modules in many goroutines.
func TestTwoEngines(t *testing.T) {
	first := newEngine(t, "")
	second := newEngine(t, first.codes.dir)
	var all sync.WaitGroup
	for i := range 16 {
		e := []*Engine{first, second}[i%2]
		module := tiny([]string{"a", "b"}[i/2%2])
		all.Go(func() {
			m, err := e.load(t.Context(), module)
			if err != nil {
				t.Error(err)
				return
			}
			if err := m.free(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, e := range []*Engine{first, second} {
		if started := e.codes.compiler.started.Load(); started > 2 {
			t.Errorf("%d children for 2 modules", started)
		}
	}
	if codes := names(first.codes.ofKind()); len(codes) != 2 {
		t.Errorf("kept are %q, want 2", codes)
	}
}

// TestDamagedCodeServes goes the whole way: a guest whose code was damaged answers after the next start.
func TestDamagedCodeServes(t *testing.T) {
	e := newEngine(t, "")
	entry := entryOf(t, mustLoadInto(t, e, nil).module.kept.dir)
	code := read(t, entry)
	code[len(code)/2] ^= 1
	write(t, entry, code)

	again := newEngine(t, e.codes.dir)
	mustAsk(t, mustLoadInto(t, again, nil), "count", "1")
	wantChildren(t, again, 1)
}

func TestEngineKind(t *testing.T) {
	mod := read(t, filepath.Join("..", "..", "..", "go.mod"))
	version, _, _ := strings.Cut(engineSettings, "-")
	if !bytes.Contains(mod, []byte("github.com/tetratelabs/wazero "+version+"\n")) {
		t.Errorf("engineSettings says %s, go.mod another version: kept code would be taken for that of the new engine", version)
	}
	kind, err := thisEngine(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if len(kind.probe) != 2*sha256.Size || !strings.HasPrefix(kind.String(), enginePrefix) {
		t.Errorf("got %+v", kind)
	}
}
