package sandbox

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/sys"

	"skep/abi"
	"skep/host/internal/service"
)

// instance is one sandbox: it serves one call at a time, from one goroutine. After an error it must be closed.
type instance struct {
	mod     api.Module
	memory  *linearMemory
	globals []api.MutableGlobal
	log     guestLog

	alloc, call, init, settle api.Function
	stack                     [2]uint64 // arguments and results of the functions above

	deadline time.Time // of the call that runs
	idle     time.Time // since when it waits in the pool
}

// newInstance instantiates a module without running anything of it but its start section.
func newInstance(ctx context.Context, m *module, limit int64, log guestLog) (*instance, error) {
	memory, err := newMemory(limit)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", service.ErrGuestMemory, err)
	}
	in := &instance{memory: memory, log: log}
	config := wazero.NewModuleConfig().
		WithName("").
		WithStartFunctions().
		WithSysWalltime().
		WithSysNanotime().
		WithNanosleep(in.sleep).
		WithRandSource(rand.Reader).
		WithStdout(&in.log).
		WithStderr(&in.log)
	ctx = experimental.WithMemoryAllocator(in.context(ctx), experimental.MemoryAllocatorFunc(
		func(_, _ uint64) experimental.LinearMemory { return memory }))
	if deadline, ok := ctx.Deadline(); ok {
		in.deadline = deadline
	}
	if in.mod, err = m.rt.InstantiateModule(ctx, m.code, config); err != nil {
		memory.Free()
		return nil, in.classify(err)
	}
	for _, name := range m.globals {
		in.globals = append(in.globals, in.mod.ExportedGlobal(name).(api.MutableGlobal))
	}
	in.alloc = in.mod.ExportedFunction(abi.ExportAlloc)
	in.call = in.mod.ExportedFunction(abi.ExportCall)
	in.init = in.mod.ExportedFunction(abi.ExportInit)
	in.settle = in.mod.ExportedFunction(abi.ExportSettle)
	return in, nil
}

func (in *instance) close() {
	_ = in.mod.Close(context.Background()) // it only repeats the exit code of a guest that ended itself
}

type instanceKey struct{}

// context carries the instance to the host functions that its guest calls.
func (in *instance) context(ctx context.Context) context.Context {
	return context.WithValue(ctx, instanceKey{}, in)
}

func instanceOf(ctx context.Context) *instance { return ctx.Value(instanceKey{}).(*instance) }

// sleep is how the guest sleeps: never past the deadline of its call.
func (in *instance) sleep(ns int64) {
	time.Sleep(min(time.Duration(ns), time.Until(in.deadline)))
}

// run calls one exported function under a deadline.
func (in *instance) run(ctx context.Context, f api.Function) error {
	if err := f.CallWithStack(ctx, in.stack[:]); err != nil {
		return in.classify(err)
	}
	return nil
}

// exchange hands a frame to a function of the guest and its answer to result.
func (in *instance) exchange(ctx context.Context, f api.Function, frame []byte, result service.ResultReader) error {
	if uint64(len(frame)) > math.MaxUint32 {
		return service.ErrGuestMemory
	}
	in.stack[0] = uint64(len(frame))
	if err := in.run(ctx, in.alloc); err != nil {
		return err
	}
	ptr := uint32(in.stack[0])
	if ptr == 0 {
		return fmt.Errorf("%w: no room for a frame of %d bytes", service.ErrGuestMemory, len(frame))
	}
	if !in.mod.Memory().Write(ptr, frame) {
		return fmt.Errorf("%w: %s gave a place outside of the memory", service.ErrGuestProtocol, abi.ExportAlloc)
	}
	in.stack[0], in.stack[1] = uint64(ptr), uint64(len(frame))
	if err := in.run(ctx, f); err != nil {
		return err
	}
	place, length := abi.Unpack(in.stack[0])
	if length > abi.MaxResult {
		return fmt.Errorf("%w: result of %d bytes, at most %d are allowed", service.ErrGuestProtocol, length, abi.MaxResult)
	}
	answer, ok := view(in.mod.Memory(), place, length)
	if !ok {
		return fmt.Errorf("%w: the result lies outside of the memory", service.ErrGuestProtocol)
	}
	return result.ReadResult(answer)
}

// classify tells what ended a call.
func (in *instance) classify(err error) error {
	var exit *sys.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() == sys.ExitCodeDeadlineExceeded:
		return service.ErrGuestTimeout
	case in.memory.refused:
		return fmt.Errorf("%w: it grew to its limit of %d bytes: %w", service.ErrGuestMemory, len(in.memory.reserved), err)
	case exit != nil:
		return fmt.Errorf("%w: it ended itself with exit code %d", service.ErrGuestTrap, exit.ExitCode())
	}
	return fmt.Errorf("%w: %w", service.ErrGuestTrap, err)
}
