package sandbox

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/sys"

	"skep/abi"
	"skep/host/internal/clock"
	"skep/host/internal/resources"
	"skep/host/internal/service"
	"skep/host/internal/wasmbin"
)

// instance is one sandbox: it serves one call at a time, from one goroutine. After an error it must be closed.
type instance struct {
	engine  *Engine
	image   *frozen // that it uses; nil: none
	mod     api.Module
	memory  *linearMemory
	globals []api.MutableGlobal // the guest's own
	log     guestLog
	files   descriptors
	ctx     context.Context // carries the instance to host functions

	alloc, call, init, settle api.Function
	stack                     [2]uint64 // arguments and results of the functions above

	fuelLeft, stackLeft, taint api.MutableGlobal // what the rewritten module counts
	meter                      meter
	line                       *line     // of the endpoint
	exit                       string    // where the guest ended itself
	answer                     []byte    // to the guest's call of another endpoint; not its own
	idle                       time.Time // since when it waits in the pool
}

// newInstance instantiates a module without running anything of it. With an image, its memory has the size of that.
// What the place has been charged for is taken over.
func (e *Engine) newInstance(m *module, limit int64, img *image, at *place, folder *resources.Folder, log guestLog) (
	*instance, error) {
	memory, err := e.newMemory(m, limit, img, at)
	if errors.Is(err, ErrNoRoom) {
		return nil, err // the guest is not at fault
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", service.ErrGuestMemory, err)
	}
	in := &instance{engine: e, memory: memory, log: log, files: newDescriptors(folder, &e.files)}
	in.ctx = carrier{context.Background(), in}
	if !e.off.fresh {
		memory.goesOn = in.goesOn
	}
	config := wazero.NewModuleConfig().
		WithName("").
		WithStartFunctions().
		WithSysWalltime().
		WithSysNanotime().
		WithNanosleep(in.sleep).
		WithRandSource(random{in}).
		WithStdout(output{in}).
		WithStderr(output{in})
	ctx := experimental.WithMemoryAllocator(in.ctx, experimental.MemoryAllocatorFunc(
		func(_, _ uint64) experimental.LinearMemory { return memory }))
	if in.mod, err = m.rt.InstantiateModule(ctx, m.code, config); err != nil {
		memory.Free()
		return nil, in.classify(err)
	}
	for _, name := range m.rewritten.Globals {
		in.globals = append(in.globals, in.global(name))
	}
	in.fuelLeft, in.stackLeft, in.taint = in.global(wasmbin.ExportFuel), in.global(wasmbin.ExportStack),
		in.global(wasmbin.ExportTaint)
	in.alloc = in.mod.ExportedFunction(abi.ExportAlloc)
	in.call = in.mod.ExportedFunction(abi.ExportCall)
	if img == nil { // one from the image needs neither, and the engine keeps a stack for each
		in.init = in.mod.ExportedFunction(abi.ExportInit)
		in.settle = in.mod.ExportedFunction(abi.ExportSettle)
	}
	return in, nil
}

func (in *instance) global(name string) api.MutableGlobal {
	return in.mod.ExportedGlobal(name).(api.MutableGlobal)
}

func (in *instance) close() {
	if in.rests() {
		in.memory.place.leave()
		return
	}
	in.files.close()
	_ = in.mod.Close(context.Background()) // it only repeats the exit code of a guest that ended itself
	if in.image != nil {
		in.image.unuse()
	}
}

// rest gives up all that an instance holds, but keeps its place in the budget: it can be made anew when it is needed.
func (in *instance) rest() {
	kept := in.memory.place
	in.memory.charged = 0
	in.close()
	*in = instance{memory: &linearMemory{place: kept}, idle: in.idle}
}

func (in *instance) rests() bool { return in.mod == nil }

// carrier is a context that carries an instance.
type carrier struct {
	context.Context
	in *instance
}

type instanceKey struct{}

// Value gives the instance, and nothing else.
func (c carrier) Value(key any) any {
	if key == (instanceKey{}) {
		return c.in
	}
	return nil
}

func instanceOf(ctx context.Context) *instance { return ctx.Value(instanceKey{}).(*instance) }

// sleep is how the guest sleeps: never past the deadline of its call, which ends it, nor when nobody waits for the call
// any more, and without a token, for which others wait.
func (in *instance) sleep(ns int64) {
	if ns == math.MaxInt64 {
		return // of poll_oneoff, where all that the guest waits for has happened and no clock is among it
	}
	if in.engine.off.guard {
		time.Sleep(time.Duration(ns))
		return
	}
	m := &in.meter
	in.engine.tokens.giveBack(m)
	wake := time.NewTimer(min(time.Duration(ns), time.Until(m.deadline)))
	defer wake.Stop()
	select {
	case <-wake.C:
	case <-m.stop.Done():
	}
	if err := m.stop.Err(); err != nil {
		panic(err)
	}
	if !time.Now().Before(m.deadline) {
		panic(service.ErrGuestTimeout)
	}
}

// run calls one exported function.
func (in *instance) run(f api.Function) error {
	if err := f.CallWithStack(in.ctx, in.stack[:]); err != nil {
		return in.classify(err)
	}
	return nil
}

// exchange hands a frame to a function of the guest and its answer to result.
func (in *instance) exchange(f api.Function, frame []byte, result service.ResultReader) error {
	if uint64(len(frame)) > math.MaxUint32 {
		return service.ErrGuestMemory
	}
	in.stack[0] = uint64(len(frame))
	if err := in.run(in.alloc); err != nil {
		return err
	}
	ptr := uint32(in.stack[0])
	if ptr == 0 {
		return fmt.Errorf("%w: no room for a frame of %d bytes", service.ErrGuestMemory, len(frame))
	}
	room, ok := in.place(ptr, uint32(len(frame)))
	if !ok {
		return fmt.Errorf("%w: %s gave a place outside of the memory", service.ErrGuestProtocol, abi.ExportAlloc)
	}
	copyPieces(room, frame)
	in.stack[0], in.stack[1] = uint64(ptr), uint64(len(frame))
	if err := in.run(f); err != nil {
		return err
	}
	in.meter.answered = clock.Now()
	if late := in.meter.answered.Sub(in.meter.deadline); late > lateAnswer {
		return fmt.Errorf("%w: its answer came %v later", service.ErrGuestTimeout, late.Round(time.Microsecond))
	}
	place, length := abi.Unpack(in.stack[0])
	if length > abi.MaxResult && !in.engine.off.long {
		return fmt.Errorf("%w: result of %d bytes, at most %d are allowed", service.ErrGuestProtocol, length, abi.MaxResult)
	}
	answer, ok := in.place(place, length)
	if !ok {
		return fmt.Errorf("%w: the result lies outside of the memory", service.ErrGuestProtocol)
	}
	return result.ReadResult(answer)
}

// place is where a frame of the guest lies in its memory.
func (in *instance) place(ptr, length uint32) ([]byte, bool) {
	if anywhere := in.engine.off.place; anywhere != nil {
		return anywhere(in.memory, ptr, length), true
	}
	return view(in.mod.Memory(), ptr, length)
}

// classify tells what ended a call.
func (in *instance) classify(err error) error {
	if end := ends(err); end != nil {
		return end
	}
	var exit *sys.ExitError
	switch {
	case errors.As(err, &exit):
		return fmt.Errorf("%w: exit code %d\n%s", service.ErrGuestExit, exit.ExitCode(), in.exit)
	case in.memory.refused != nil:
		return fmt.Errorf("%w: %w: %w", service.ErrGuestMemory, in.memory.refused, err)
	}
	return fmt.Errorf("%w: %w", service.ErrGuestTrap, err)
}
