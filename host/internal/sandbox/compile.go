package sandbox

import (
	"context"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero"

	"skep/host/internal/wasmbin"
)

// module is compiled code that keeps to the ABI, in an engine runtime of its own.
type module struct {
	rt        wazero.Runtime
	code      wazero.CompiledModule
	rewritten *wasmbin.Rewritten // without its bytes

	cache   wazero.CompilationCache
	kept    *code
	budget  *budget // of all that the module and its instances take
	charged int64   // bytes
}

// compile checks a module that may use memory bytes, rewrites it and loads its code, which a child compiles when it is
// not kept.
func (e *Engine) compile(ctx context.Context, binary []byte, memory int64) (*module, error) {
	if !e.off.check {
		if err := wasmbin.Check(binary); err != nil {
			return nil, refuse("%w", err)
		}
	}
	rewritten, err := wasmbin.Rewrite(binary)
	if err != nil {
		return nil, refuse("%w", err)
	}
	m, err := e.load(ctx, rewritten)
	if err != nil {
		return nil, err
	}
	if err := m.charge(&budget{of: &e.budget}, &e.pools); err != nil {
		return nil, errors.Join(err, m.close())
	}
	if err := checkModule(m.rt, m.code, memory); err != nil {
		return nil, errors.Join(err, m.close())
	}
	rewritten.Module = nil
	return m, nil
}

// load loads the code of a module. Code that the engine cannot use, though its hash is right, is compiled anew, once.
func (e *Engine) load(ctx context.Context, rewritten *wasmbin.Rewritten) (*module, error) {
	kept, err := e.codes.get(ctx, rewritten.Module, false)
	if err != nil {
		return nil, err
	}
	m, err := open(ctx, kept, rewritten)
	if err == nil {
		return m, nil
	}
	e.codes.log.Warn("compiled code is of no use and made anew", "folder", kept.dir, "because", err)
	kept.release()
	if kept, err = e.codes.get(ctx, rewritten.Module, true); err != nil {
		return nil, err
	}
	if m, err = open(ctx, kept, rewritten); err != nil {
		kept.release()
		return nil, fmt.Errorf("compiled code in %s: %w", kept.dir, err)
	}
	return m, nil
}

// errNoCode says that the engine would have to compile.
var errNoCode = errors.New("it is not for this engine; is the compiler of the same version as this program?")

// open has an engine load code. It never compiles. When it succeeds, the module releases kept.
func open(ctx context.Context, kept *code, rewritten *wasmbin.Rewritten) (_ *module, err error) {
	m := &module{rewritten: rewritten, kept: kept}
	if m.cache, err = wazero.NewCompilationCacheWithDir(kept.dir); err != nil {
		return nil, err
	}
	if m.rt, err = newRuntime(ctx, m.cache); err != nil {
		return nil, errors.Join(err, m.cache.Close(ctx))
	}
	if m.code, err = m.rt.CompileModule(loadOnly(ctx), rewritten.Module); err == nil {
		return m, nil
	}
	if errors.Is(err, context.Canceled) {
		err = errNoCode
	}
	return nil, errors.Join(err, m.rt.Close(ctx), m.cache.Close(ctx))
}

// charge charges a budget for the code, which takes as much memory as its file.
func (m *module) charge(b *budget, pools *pools) error {
	size, err := m.kept.size()
	if err != nil {
		return fmt.Errorf("compiled code: %w", err)
	}
	if !b.take(size) && !(pools.shrink() && b.take(size)) {
		return b.exhausted(size)
	}
	m.budget, m.charged = b, size
	return nil
}

// close frees all that the module holds. No instance of it may be left.
func (m *module) close() error {
	ctx := context.Background()
	m.budget.giveBack(m.charged)
	err := errors.Join(m.rt.Close(ctx), m.cache.Close(ctx))
	m.kept.release()
	return err
}
