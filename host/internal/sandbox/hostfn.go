package sandbox

import (
	"context"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"skep/abi"
)

// hostFunction is one function that the host offers to modules under abi.ImportModule.
type hostFunction struct {
	name   string
	params []api.ValueType
	names  []string // of the parameters
	result []api.ValueType
	// call runs the function for the instance that calls it. A panic ends the call, not the host.
	call func(in *instance, memory api.Memory, stack []uint64)
}

// hostFunctions are all of them; a new one is a file of its own and a line here.
var hostFunctions = []hostFunction{
	logFunction,
	callFunction,
	callResultFunction,
}

func exportHostFunctions(ctx context.Context, rt wazero.Runtime) error {
	builder := rt.NewHostModuleBuilder(abi.ImportModule)
	for _, f := range hostFunctions {
		builder.NewFunctionBuilder().
			WithGoModuleFunction(api.GoModuleFunc(func(ctx context.Context, mod api.Module, stack []uint64) {
				f.call(instanceOf(ctx), mod.Memory(), stack)
			}), f.params, f.result).
			WithParameterNames(f.names...).
			Export(f.name)
	}
	_, err := builder.Instantiate(ctx)
	return err
}

const (
	i32 = api.ValueTypeI32
	i64 = api.ValueTypeI64
)

// view is the guest's own bytes at ptr: they last until the guest runs again.
func view(memory api.Memory, ptr, length uint32) ([]byte, bool) { return memory.Read(ptr, length) }
