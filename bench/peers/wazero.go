package main

import (
	"context"
	"errors"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"skep/abi"
)

var errMemory = errors.New("a place outside of the guest's memory")

// wazeroFresh makes an instance for each request and closes it. Nothing can stop a guest.
type wazeroFresh struct{ *wazeroModule }

// wazeroReused keeps instances, each with what requests have left in its memory. A guest is stopped by the engine's own
// means when its time is over.
type wazeroReused struct{ stack[*wazeroInstance] }

const callTimeout = 10 * time.Second // the host's default

func openWazeroFresh(module []byte) (guest, error) {
	m, err := compileWazero(module, wazero.NewRuntimeConfig())
	return wazeroFresh{m}, err
}

func openWazeroReused(module []byte) (guest, error) {
	m, err := compileWazero(module, wazero.NewRuntimeConfig().WithCloseOnContextDone(true))
	return &wazeroReused{stack[*wazeroInstance]{make: func() (*wazeroInstance, error) {
		return m.instantiate(context.Background())
	}}}, err
}

func (w wazeroFresh) call(frame []byte, use func([]byte) error) error {
	ctx := context.Background()
	i, err := w.instantiate(ctx)
	if err != nil {
		return err
	}
	return errors.Join(i.call(ctx, frame, use), i.module.Close(ctx))
}

func (w *wazeroReused) call(frame []byte, use func([]byte) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	i, err := w.take()
	if err != nil {
		return err
	}
	if err := i.call(ctx, frame, use); err != nil {
		return errors.Join(err, i.module.Close(context.Background()))
	}
	w.give(i)
	return nil
}

// wazeroModule is a compiled module.
type wazeroModule struct {
	runtime  wazero.Runtime
	compiled wazero.CompiledModule
}

func compileWazero(module []byte, config wazero.RuntimeConfig) (*wazeroModule, error) {
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, config)
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, r); err != nil {
		return nil, err
	}
	nothing := func(context.Context, api.Module, []uint64) {} // no guest of a scenario logs or calls
	i32, i64 := api.ValueTypeI32, api.ValueTypeI64
	b := r.NewHostModuleBuilder(abi.ImportModule)
	for name, types := range map[string][2][]api.ValueType{
		abi.ImportLog:        {{i32, i32, i32}, nil},
		abi.ImportCall:       {{i32, i32}, {i64}},
		abi.ImportCallResult: {{i32, i32}, nil},
	} {
		b = b.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(nothing), types[0], types[1]).Export(name)
	}
	if _, err := b.Instantiate(ctx); err != nil {
		return nil, err
	}
	compiled, err := r.CompileModule(ctx, module)
	return &wazeroModule{r, compiled}, err
}

// wazeroInstance is a module with a memory of its own. It answers one call at a time.
type wazeroInstance struct {
	module      api.Module
	memory      api.Memory
	alloc, exec api.Function
	stack       [2]uint64
}

// instantiate makes an instance that is ready for requests, which takes an init frame where the module wants one.
func (m *wazeroModule) instantiate(ctx context.Context) (*wazeroInstance, error) {
	config := wazero.NewModuleConfig().WithName("").WithStartFunctions(abi.ExportInitialize).
		WithSysNanotime().WithSysWalltime()
	module, err := m.runtime.InstantiateModule(ctx, m.compiled, config)
	if err != nil {
		return nil, err
	}
	i := &wazeroInstance{module: module, memory: module.Memory(), alloc: module.ExportedFunction(abi.ExportAlloc)}
	if i.exec = module.ExportedFunction(abi.ExportInit); i.exec != nil {
		frame := abi.AppendInit(nil, abi.Init{Endpoint: "text", Service: public, Generation: generation,
			Kind: abi.KindFunction, Infra: "static"})
		if err := i.call(ctx, frame, func([]byte) error { return nil }); err != nil {
			return nil, errors.Join(err, module.Close(ctx))
		}
	}
	i.exec = module.ExportedFunction(abi.ExportCall)
	return i, nil
}

func (i *wazeroInstance) call(ctx context.Context, frame []byte, use func([]byte) error) error {
	i.stack[0] = uint64(len(frame))
	if err := i.alloc.CallWithStack(ctx, i.stack[:]); err != nil {
		return err
	}
	at := uint32(i.stack[0])
	if at == 0 || !i.memory.Write(at, frame) {
		return errMemory
	}
	i.stack = [2]uint64{uint64(at), uint64(len(frame))}
	if err := i.exec.CallWithStack(ctx, i.stack[:]); err != nil {
		return err
	}
	result, ok := i.memory.Read(abi.Unpack(i.stack[0]))
	if !ok {
		return errMemory
	}
	return use(result)
}
