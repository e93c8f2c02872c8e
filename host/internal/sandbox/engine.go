package sandbox

import (
	"context"
	"log/slog"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"skep/host/internal/pace"
	"skep/host/internal/wasmbin"
)

// Config says where an engine keeps compiled modules and who compiles them.
type Config struct {
	// CacheDir is the folder for compiled code, which is made when it is missing. It holds what will be executed: it
	// must belong to the user of this process, and nobody else may be able to write to it.
	CacheDir string
	// Compiler is the command line of a program whose main calls [CompileChild]. Default: this program.
	Compiler []string
	// MemoryBudget is how much memory all guests together may take, in bytes. Default: no limit.
	MemoryBudget int64
	// SpareProcessor lets Go have one processor more, where it has few, while calls run for long or modules are loaded. It is
	// a setting of the whole process.
	SpareProcessor bool
	// Log takes what operators should know.
	Log *slog.Logger
}

// Engine loads modules. Each is compiled once, in a process of its own, and its code is kept in a folder: it is only
// loaded afterwards, by later processes too, and once in each however many sandboxes use it.
type Engine struct {
	codes    *codeStore
	modules  modules
	rollback rollback
	tokens   *tokens
	spare    spare
	budget   budget
	pools    pools
	files    fileBudget
	packer   packer
	off      defences
}

// NewEngine opens the folder of compiled code.
func NewEngine(config Config) (*Engine, error) {
	how, name, why, err := chooseRollback()
	if err != nil {
		return nil, err
	}
	config.Log.Info("sandboxes are rolled back", "by", name, "because", why)
	compiler, err := newCompiler(config.Compiler)
	if err != nil {
		return nil, err
	}
	codes, err := openCodeStore(config.CacheDir, compiler, config.Log)
	if err != nil {
		return nil, err
	}
	e := &Engine{codes: codes, rollback: how, tokens: newTokens(), spare: newSpare(config.SpareProcessor),
		budget: budget{limit: config.MemoryBudget}, files: fileBudget{limit: maxSystemFiles()}}
	e.budget.shrink = e.pools.shrink
	return e, nil
}

// Serving says that requests are answered from now on: modules are compiled beside them, and not on all processors.
func (e *Engine) Serving() { e.codes.compiler.serving.Store(true) }

// State is what all sandboxes of an engine have taken.
type State struct {
	// MemoryUsed is what the memory budget is charged for, in bytes; MemoryLimit is the budget, 0 for none.
	MemoryUsed, MemoryLimit int64
	// Compiled is how many modules were compiled, and Loaded how many had kept code that could be used.
	Compiled, Loaded uint64
	CompileTime      time.Duration // of those compiled, together
}

// State tells how the engine is.
func (e *Engine) State() State {
	return State{MemoryUsed: e.budget.used.Load(), MemoryLimit: e.budget.limit, Compiled: e.codes.compiled.Load(),
		Loaded: e.codes.loaded.Load(), CompileTime: time.Duration(e.codes.compiling.Load())}
}

// Close releases what the engine shares between modules. Every sandbox must have been closed before.
func (e *Engine) Close() error { return nil }

// newRuntime makes the engine's runtime for one module; closing it and its cache frees all. It sets no limit on memory:
// linearMemory does, which learns in this way of every grow that is refused. WASI, which takes the most time, is there only
// where the module imports of it.
func newRuntime(ctx context.Context, cache wazero.CompilationCache, module []byte) (wazero.Runtime, error) {
	rt := wazero.NewRuntimeWithConfig(ctx, engineConfig(cache))
	wasi, err := wasmbin.ImportsFrom(module, wasi_snapshot_preview1.ModuleName)
	if err == nil && wasi {
		err = exportWASI(ctx, rt)
	}
	if err != nil {
		return nil, err
	}
	pace.Of(ctx).Step()
	if err := exportHostFunctions(ctx, rt); err != nil {
		return nil, err
	}
	if err := exportSlice(ctx, rt); err != nil {
		return nil, err
	}
	return rt, nil
}
