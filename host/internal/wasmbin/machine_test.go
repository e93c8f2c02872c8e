package wasmbin

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"reflect"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// machine runs modules, original or rewritten.
type machine struct {
	rt    wazero.Runtime
	slice int64 // units of fuel
	used  int64 // units of the slices that are over
	// The most by which fuel and stack budget were below zero when that was seen.
	over, deep int64
	// ends is how many slices a call may take; 0: any number. More end it with errEnded.
	ends, slices int
	// looks is called when a slice ends; nil: nothing is.
	looks func(api.Module)
}

const (
	testSlice = 100_000
	testStack = 1 << 20
)

// What the host ends a call with.
var (
	errEnded = errors.New("the host ended the call")
	errStack = errors.New("the stack budget is used up")
)

func newMachine(tb testing.TB, config wazero.RuntimeConfig) *machine {
	tb.Helper()
	ctx := context.Background()
	m := &machine{rt: wazero.NewRuntimeWithConfig(ctx, config), slice: testSlice}
	tb.Cleanup(func() { m.rt.Close(ctx) })
	wasi_snapshot_preview1.MustInstantiate(ctx, m.rt)
	_, err := m.rt.NewHostModuleBuilder(SliceModule).NewFunctionBuilder().
		WithGoModuleFunction(api.GoModuleFunc(m.sliceEnds), nil, nil).Export(SliceName).Instantiate(ctx)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func (m *machine) sliceEnds(_ context.Context, mod api.Module, _ []uint64) {
	fuel := counter(mod, ExportFuel)
	m.slices++
	if m.looks != nil {
		m.looks(mod)
	}
	m.used += m.slice - int64(fuel.Get())
	m.over, m.deep = max(m.over, -int64(fuel.Get())), max(m.deep, -int64(counter(mod, ExportStack).Get()))
	switch {
	case int64(counter(mod, ExportStack).Get()) < 0:
		panic(errStack)
	case m.ends > 0 && m.slices >= m.ends:
		panic(errEnded)
	}
	fuel.Set(uint64(m.slice))
}

func counter(mod api.Module, name string) api.MutableGlobal {
	return mod.ExportedGlobal(name).(api.MutableGlobal)
}

// guest is an instance.
type guest struct {
	api.Module
	*machine
	rewritten *Rewritten // nil: of an original module
}

// start instantiates a module; for a rewritten one it does what is left to the host.
func (m *machine) start(binary []byte, r *Rewritten) (*guest, error) {
	ctx := context.Background()
	if r != nil {
		ctx = experimental.WithMemoryAllocator(ctx, experimental.MemoryAllocatorFunc(
			func(_, _ uint64) experimental.LinearMemory { return &bounded{most: uint64(r.MaxMemory) * pageBytes} }))
	}
	mod, err := m.rt.InstantiateWithConfig(ctx, binary,
		wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		return nil, err
	}
	g := &guest{mod, m, r}
	if r == nil {
		return g, nil
	}
	for _, s := range r.Data {
		if !mod.Memory().Write(s.Offset, s.Bytes) {
			return nil, errors.Join(errors.New("out of bounds memory access"), mod.Close(context.Background()))
		}
	}
	if r.Start {
		_, err = g.invoke(ExportStart)
	}
	return g, err
}

// bounded is memory that keeps to a maximum, in bytes.
type bounded struct {
	most uint64
	data []byte
}

func (b *bounded) Reallocate(size uint64) []byte {
	if size > b.most {
		return nil
	}
	b.data = append(b.data, make([]byte, size-uint64(len(b.data)))...)
	return b.data[:size:size]
}

func (*bounded) Free() {}

// mustStart starts a rewritten module.
func (m *machine) mustStart(tb testing.TB, r *Rewritten) *guest {
	tb.Helper()
	g, err := m.start(r.Module, r)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { g.Close(context.Background()) })
	return g
}

// invoke calls an exported function, as a host does: with a fresh slice and the whole stack budget.
func (g *guest) invoke(name string, arguments ...uint64) ([]uint64, error) {
	f := g.ExportedFunction(name)
	if f == nil {
		return nil, fmt.Errorf("there is no function %q", name)
	}
	if g.rewritten != nil {
		g.used, g.over, g.deep, g.slices = 0, 0, 0, 0
		counter(g, ExportFuel).Set(uint64(g.slice))
		counter(g, ExportStack).Set(testStack)
	}
	return f.Call(context.Background(), arguments...)
}

// fuel is what the last call took.
func (g *guest) fuel() int64 { return g.used + g.slice - int64(counter(g, ExportFuel).Get()) }

var hashSeed = maphash.MakeSeed()

// memoryHash tells memories apart; it is 0 where there is none.
func (g *guest) memoryHash() uint64 {
	m := g.Memory()
	if reflect.ValueOf(m).IsNil() { // the engine gives a nil pointer in the interface
		return 0
	}
	all, _ := m.Read(0, m.Size())
	return maphash.Bytes(hashSeed, all)
}

// tainted says whether the instance cannot be set back, and takes that from it.
func (g *guest) tainted() bool {
	was := counter(g, ExportTaint).Get() != 0
	counter(g, ExportTaint).Set(0)
	return was
}

// mustRewrite checks and rewrites a module.
func mustRewrite(tb testing.TB, module []byte) *Rewritten {
	tb.Helper()
	if err := Check(module); err != nil {
		tb.Fatal(err)
	}
	r, err := Rewrite(module)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}
