package sandbox

import (
	"context"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// Engine compiles modules. Compiled code is kept in a folder, so that a module is compiled once and only loaded
// afterwards, by later processes too.
type Engine struct {
	cache wazero.CompilationCache
}

// NewEngine opens the folder of compiled code, which is made when it is missing. The folder holds code that will be
// executed: nobody else should be able to write to it.
func NewEngine(cacheDir string) (*Engine, error) {
	cache, err := wazero.NewCompilationCacheWithDir(cacheDir)
	if err != nil {
		return nil, fmt.Errorf("folder for compiled modules: %w", err)
	}
	return &Engine{cache: cache}, nil
}

// Close releases what the engine shares between modules. Every sandbox must have been closed before.
func (e *Engine) Close() error { return e.cache.Close(context.Background()) }

// runtime makes the engine's runtime for one module; closing it frees all. It sets no limit on memory: linearMemory does,
// which learns in this way of every grow that is refused.
func (e *Engine) runtime(ctx context.Context) (wazero.Runtime, error) {
	config := wazero.NewRuntimeConfig().
		WithCompilationCache(e.cache).
		WithDebugInfoEnabled(false).
		WithCloseOnContextDone(true)
	rt := wazero.NewRuntimeWithConfig(ctx, config)
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, rt); err != nil {
		return nil, err
	}
	if err := exportHostFunctions(ctx, rt); err != nil {
		return nil, err
	}
	return rt, nil
}
