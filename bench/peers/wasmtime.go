//go:build cgo

package main

// The Go package has no way to the pooling allocator, but the library that comes with it has.

// typedef struct wasm_config_t wasm_config_t;
// typedef struct wasmtime_pooling_allocation_config wasmtime_pooling_allocation_config_t;
// wasmtime_pooling_allocation_config_t *wasmtime_pooling_allocation_config_new(void);
// void wasmtime_pooling_allocation_config_delete(wasmtime_pooling_allocation_config_t *);
// void wasmtime_pooling_allocation_config_max_memory_size_set(wasmtime_pooling_allocation_config_t *, __SIZE_TYPE__);
// void wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(wasmtime_pooling_allocation_config_t *,
//                                                                         __SIZE_TYPE__);
// void wasmtime_pooling_allocation_strategy_set(wasm_config_t *, const wasmtime_pooling_allocation_config_t *);
import "C"

import (
	"errors"
	"unsafe"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"skep/abi"
)

// cgo says whether this program was built with it.
const cgo = true

// wasmtimeFresh makes a store with an instance for each request, and closes it.
type wasmtimeFresh struct {
	engine *wasmtime.Engine
	module *wasmtime.Module
}

// wasmtimeReused keeps instances, each with what requests have left in its memory.
type wasmtimeReused struct{ stack[*wasmtimeInstance] }

func openWasmtimeFresh(module []byte) (guest, error) {
	return compileWasmtime(module, wasmtime.NewConfig())
}

func openWasmtimePooling(module []byte) (guest, error) {
	config := wasmtime.NewConfig()
	pool := C.wasmtime_pooling_allocation_config_new()
	defer C.wasmtime_pooling_allocation_config_delete(pool)
	C.wasmtime_pooling_allocation_config_max_memory_size_set(pool, 64<<20) // the host's default
	C.wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(pool, 1<<20)
	// The pointer to the library's configuration is all that the package's holds.
	C.wasmtime_pooling_allocation_strategy_set(*(**C.wasm_config_t)(unsafe.Pointer(config)), pool)
	return compileWasmtime(module, config)
}

func openWasmtimeReused(module []byte) (guest, error) {
	w, err := compileWasmtime(module, wasmtime.NewConfig())
	return &wasmtimeReused{stack[*wasmtimeInstance]{make: w.instantiate}}, err
}

func compileWasmtime(module []byte, config *wasmtime.Config) (*wasmtimeFresh, error) {
	engine := wasmtime.NewEngineWithConfig(config)
	m, err := wasmtime.NewModule(engine, module)
	return &wasmtimeFresh{engine, m}, err
}

func (w *wasmtimeFresh) call(frame []byte, use func([]byte) error) error {
	i, err := w.instantiate()
	if err != nil {
		return err
	}
	defer i.store.Close()
	return i.call(frame, use)
}

func (w *wasmtimeReused) call(frame []byte, use func([]byte) error) error {
	i, err := w.take()
	if err != nil {
		return err
	}
	if err := i.call(frame, use); err != nil {
		i.store.Close()
		return err
	}
	w.give(i)
	return nil
}

// wasmtimeInstance is a module with a memory of its own. It answers one call at a time.
type wasmtimeInstance struct {
	store       *wasmtime.Store
	memory      *wasmtime.Memory
	alloc, exec *wasmtime.Func
}

func (w *wasmtimeFresh) instantiate() (*wasmtimeInstance, error) {
	store := wasmtime.NewStore(w.engine)
	i, err := wasmtime.NewInstance(store, w.module, nil)
	if err != nil {
		store.Close()
		return nil, err
	}
	return &wasmtimeInstance{store, i.GetExport(store, abi.ExportMemory).Memory(), i.GetFunc(store, abi.ExportAlloc),
		i.GetFunc(store, abi.ExportCall)}, nil
}

func (i *wasmtimeInstance) call(frame []byte, use func([]byte) error) error {
	at, err := i.alloc.Call(i.store, int32(len(frame)))
	if err != nil {
		return err
	}
	memory := i.memory.UnsafeData(i.store)
	ptr, ok := at.(int32)
	if !ok || ptr <= 0 || int(ptr)+len(frame) > len(memory) {
		return errMemory
	}
	copy(memory[ptr:], frame)
	packed, err := i.exec.Call(i.store, ptr, int32(len(frame)))
	if err != nil {
		return err
	}
	place, ok := packed.(int64)
	if !ok {
		return errors.New("the result is no i64")
	}
	memory = i.memory.UnsafeData(i.store)
	from, n := abi.Unpack(uint64(place))
	if uint64(from)+uint64(n) > uint64(len(memory)) {
		return errMemory
	}
	return use(memory[from : from+n])
}
