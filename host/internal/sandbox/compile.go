package sandbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"

	"github.com/tetratelabs/wazero"

	"skep/host/internal/pace"
	"skep/host/internal/wasmbin"
)

// module is compiled code that keeps to the ABI, in an engine runtime of its own.
type module struct {
	rt        wazero.Runtime
	code      wazero.CompiledModule
	rewritten *rewritten

	outline []byte // until it is checked
	cache   wazero.CompilationCache
	kept    *code
	budget  *budget
	charged int64 // bytes

	freezing sync.Mutex
	data     *frozen // what its images have in common; nil: not looked for yet, or little

	shared *modules // where others find it
	key    string
	users  int // guarded by shared
}

// source is a module to be loaded.
type source struct {
	digest string // of the bytes that it came with, in hex
	module []byte // these
	// rewrite makes of them what is to be compiled; nil: the child does.
	rewrite func() (*wasmbin.Rewritten, error)
}

func (e *Engine) source(binary []byte, digest string) source {
	if digest == "" {
		sum := sha256.Sum256(binary)
		digest = hex.EncodeToString(sum[:])
	}
	from := source{digest: digest, module: binary}
	if e.off.check || e.off.rewrite != nil { // a child leaves out no defence
		from.rewrite = func() (*wasmbin.Rewritten, error) {
			rewritten, err := e.off.rewritten(binary)
			if err != nil {
				return nil, refuse("%w", err)
			}
			return rewritten, nil
		}
	}
	return from
}

// compile gives a module that keeps to the ABI and may use memory bytes. What has been loaded already is shared; else its
// code is loaded, and before that made by a child from the module, where it is not kept.
func (e *Engine) compile(ctx context.Context, binary []byte, digest string, memory int64) (*module, error) {
	from := e.source(binary, digest)
	m, err := e.modules.acquire(ctx, from.digest, func() (*module, error) {
		m, err := e.load(ctx, from)
		if err != nil {
			return nil, err
		}
		if err := m.charge(&e.budget); err != nil {
			return nil, errors.Join(err, m.free())
		}
		pace.Of(ctx).Step()
		if err := m.check(ctx); err != nil && !e.off.abi {
			return nil, errors.Join(err, m.free())
		}
		return m, nil
	})
	if err != nil {
		return nil, err
	}
	if err := checkMemory(m.code, memory); err != nil {
		return nil, errors.Join(err, m.close())
	}
	return m, nil
}

// load loads the code of a module. Code that the engine cannot use, though its hash is right, is compiled anew, once.
func (e *Engine) load(ctx context.Context, from source) (*module, error) {
	kept, err := e.codes.get(ctx, from, false)
	if err != nil {
		return nil, err
	}
	m, err := open(ctx, kept)
	if err == nil {
		return m, nil
	}
	e.codes.log.Warn("compiled code is of no use and made anew", "folder", kept.dir, "because", err)
	kept.release()
	if kept, err = e.codes.get(ctx, from, true); err != nil {
		return nil, err
	}
	if m, err = open(ctx, kept); err != nil {
		kept.release()
		return nil, fmt.Errorf("compiled code in %s: %w", kept.dir, err)
	}
	return m, nil
}

// errNoCode says that the engine would have to compile.
var errNoCode = errors.New("it is not for this engine; is the compiler of the same version as this program?")

// open has an engine load code. It never compiles. When it succeeds, the module releases kept.
func open(ctx context.Context, kept *code) (_ *module, err error) {
	outline, rewritten, err := kept.read()
	if err != nil {
		return nil, err
	}
	m := &module{rewritten: rewritten, kept: kept, outline: outline}
	if m.cache, err = wazero.NewCompilationCacheWithDir(kept.dir); err != nil {
		return nil, err
	}
	pace.Of(ctx).Step()
	if m.rt, err = newRuntime(ctx, m.cache, outline); err != nil {
		return nil, errors.Join(err, m.cache.Close(ctx))
	}
	pace.Of(ctx).Step()
	if m.code, err = m.rt.CompileModule(loadOnly(ctx), outline); err == nil {
		return m, nil
	}
	if errors.Is(err, context.Canceled) {
		err = errNoCode
	}
	return nil, errors.Join(err, m.rt.Close(ctx), m.cache.Close(ctx))
}

// check compares what the module imports and exports with the ABI. It asks another copy of the module, which shares the
// code: what the engine makes to answer stays with the copy that was asked, and takes half a megabyte for a Go module.
func (m *module) check(ctx context.Context) error {
	copied, err := m.rt.CompileModule(loadOnly(ctx), m.outline)
	m.outline = nil
	if err != nil {
		return err
	}
	return errors.Join(checkModule(m.rt, copied), copied.Close(ctx))
}

// charge charges a budget for the code, which takes as much memory as its file.
func (m *module) charge(b *budget) error {
	size, err := m.kept.size()
	if err != nil {
		return fmt.Errorf("compiled code: %w", err)
	}
	if !b.take(size) {
		return b.exhausted(size)
	}
	m.budget, m.charged = b, size
	return nil
}

// frozenData gives what images of the module may have in common. Where the budget has no room for it, they have nothing.
func (m *module) frozenData(binary []byte, size int) (*frozen, error) {
	m.freezing.Lock()
	defer m.freezing.Unlock()
	if m.data != nil {
		return m.data, nil
	}
	data, err := freezeData(binary, size)
	if data == nil || err != nil {
		return nil, err
	}
	if !m.budget.take(data.ownSize()) {
		data.release()
		return nil, nil
	}
	m.charged += data.ownSize()
	m.data = data
	return data, nil
}

// close ends one use of the module, and frees it after the last.
func (m *module) close() error {
	if m.shared.leave(m) {
		return m.free()
	}
	return nil
}

// free gives back all that the module holds, also where somebody still holds a closed sandbox. No instance of it may be
// left.
func (m *module) free() error {
	ctx := context.Background()
	m.budget.giveBack(m.charged)
	err := errors.Join(m.rt.Close(ctx), m.cache.Close(ctx))
	m.kept.release()
	if m.data != nil {
		m.data.release()
	}
	m.rt, m.code, m.cache = nil, nil, nil
	return err
}
