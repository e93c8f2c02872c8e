package sandbox

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"

	"skep/host/internal/wasmbin"
)

// engineConfig is the configuration of every engine.
func engineConfig(cache wazero.CompilationCache) wazero.RuntimeConfig {
	return wazero.NewRuntimeConfigCompiler().WithCompilationCache(cache).WithDebugInfoEnabled(false)
}

// engineSettings names the engine's version, which the engine itself does not know in the binaries of tests, and the
// revision of engineConfig.
const engineSettings = "v1.12.0-1"

// layout counts the ways in which a codeStore has kept what belongs to a module.
const layout = 1

// loadOnly makes a context with which the engine loads code that was compiled before, and never compiles: it hands the
// functions of a module to workers, and each of these sees that the context has ended before it takes its first.
func loadOnly(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(experimental.WithCompilationWorkers(ctx, 2))
	cancel()
	return ctx
}

// engineKind says which code an engine can use.
type engineKind struct {
	folder string // where the engine keeps code below the folder it is given: its version and the machine's architecture
	probe  string // how it names the code of the empty module, which tells the features of the processor
}

// String has in it all that what is kept depends on, beside the module.
func (k engineKind) String() string {
	return fmt.Sprintf("%s-%s-%s-%d.%d", k.folder, k.probe[:8], engineSettings, wasmbin.Revision, layout)
}

// thisEngine is the kind of this process's engine, which is tried out in a folder.
func thisEngine(in string) (engineKind, error) {
	dir, err := os.MkdirTemp(in, tmpPrefix)
	if err != nil {
		return engineKind{}, err
	}
	defer os.RemoveAll(dir)
	kind, err := probeEngine(dir)
	if err != nil {
		err = fmt.Errorf("the engine cannot compile for %s/%s on this machine, which may forbid executable memory: %w",
			runtime.GOOS, runtime.GOARCH, err)
	}
	return kind, err
}

// probeEngine has the engine compile the empty module into dir.
func probeEngine(dir string) (_ engineKind, err error) {
	defer func() {
		if p := recover(); p != nil { // this is how the engine says that it has no compiler here
			err = fmt.Errorf("%v", p)
		}
	}()
	ctx := context.Background()
	cache, err := wazero.NewCompilationCacheWithDir(dir)
	if err != nil {
		return engineKind{}, err
	}
	defer cache.Close(ctx)
	rt := wazero.NewRuntimeWithConfig(ctx, engineConfig(cache))
	defer rt.Close(ctx)
	if _, err := rt.CompileModule(ctx, []byte("\x00asm\x01\x00\x00\x00")); err != nil {
		return engineKind{}, err
	}
	folder, file, err := onlyFile(dir)
	return engineKind{folder: folder, probe: file}, err
}

// onlyFile finds the file that the engine has written below dir.
func onlyFile(dir string) (folder, file string, err error) {
	found, err := fs.Glob(os.DirFS(dir), "*/*")
	if err != nil {
		return "", "", err
	}
	if len(found) != 1 {
		return "", "", fmt.Errorf("it left %d files, want 1", len(found))
	}
	folder, file = filepath.Split(found[0])
	return filepath.Clean(folder), file, nil
}
