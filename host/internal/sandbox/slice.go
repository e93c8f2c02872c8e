package sandbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"skep/host/internal/clock"
	"skep/host/internal/service"
	"skep/host/internal/wasmbin"
)

const (
	// sliceUnits is how much fuel a guest may use before it reports to the host: 30 to 200 µs of work.
	sliceUnits = 1 << 19
	// shortSliceUnits is the same for a guest that has more than littleFresh bytes of fresh memory. The first writes to two
	// pages, by one instruction, cost it 3 units and the kernel 4 to 6 µs, in which the world cannot be stopped. A short
	// slice bounds these to some 700 pages, and as many until the guest looks at its fuel; little memory has 2,000.
	shortSliceUnits = 1 << 10
	littleFresh     = 8 << 20
	// stackBytes is the budget for the native stack of a guest, as package wasmbin estimates it. The engine catches an
	// overflow of its own stack, but that takes 150 MB and a third of a second.
	stackBytes = 1 << 20
	// longCall is how long a call may run before it needs a token, and longInCrowd the same while others wait for one: so
	// many calls that start together do not wait a millisecond for each other before they start at all.
	longCall    = time.Millisecond
	longInCrowd = longCall / 4
	// lateAnswer is how long after its deadline a call may still be answered: no guest is held to it more exactly than by
	// slices.
	lateAnswer = time.Millisecond
)

// meter accounts for one call: what it may use, and what it has.
type meter struct {
	started  time.Time
	deadline time.Time
	answered time.Time // zero until then
	limit    int64     // units of fuel; 0: none
	used     int64     // units of fuel of the slices that are over
	granted  int64     // units of the slice that runs
	stop     context.Context
	token    bool      // the call holds one
	turn     time.Time // since when
	line     *line     // where it waits for one
}

// begin starts the account of a call.
func (in *instance) begin(stop context.Context, now time.Time, timeout time.Duration, fuel uint64) {
	in.meter = meter{started: now, deadline: now.Add(timeout), limit: int64(min(fuel, 1<<62)), stop: stop,
		line: in.line}
	in.memory.begin()
	in.answer = nil
	in.stackLeft.Set(in.engine.off.stackBudget())
	in.taint.Set(0)
	in.grant()
}

// grant gives the guest its next slice.
func (in *instance) grant() {
	in.meter.granted = in.engine.off.slice(in.memory.fresh)
	if in.meter.limit > 0 {
		in.meter.granted = min(in.meter.granted, in.meter.limit-in.meter.used)
	}
	in.fuelLeft.Set(uint64(in.meter.granted))
}

// settleFuel books what the guest has used of its slice.
func (in *instance) settleFuel() {
	in.meter.used += in.meter.granted - int64(in.fuelLeft.Get())
	in.meter.granted = 0
	in.fuelLeft.Set(0)
}

// finish ends the account and gives the fuel that the call took.
func (in *instance) finish() uint64 {
	in.settleFuel()
	in.answer = nil
	in.engine.tokens.giveBack(&in.meter)
	return uint64(max(0, in.meter.used))
}

// sliceEnds is called by the guest when it has used up its slice, or its stack budget. A panic ends the call.
func (in *instance) sliceEnds() {
	if int64(in.stackLeft.Get()) < 0 {
		panic(service.ErrGuestStack)
	}
	in.settleFuel()
	if m := &in.meter; m.stop.Err() == nil && m.limit > 0 && m.used > m.limit {
		panic(service.ErrGuestFuel)
	}
	if err := in.goesOn(); err != nil {
		panic(err)
	}
	in.grant()
}

// goesOn says why a call has to end, nil where it goes on: when it has a token, if it needs one.
func (in *instance) goesOn() error {
	m := &in.meter
	switch now := clock.Now(); {
	case m.stop.Err() != nil:
		return m.stop.Err()
	case !now.Before(m.deadline):
		return service.ErrGuestTimeout
	case now.Sub(m.started) > longInCrowd && (now.Sub(m.started) > longCall || in.engine.tokens.crowded.Load()):
		if !in.mayGoOn(now) {
			if err := m.stop.Err(); err != nil {
				return err
			}
			return service.ErrGuestTimeout
		}
	}
	return nil
}

// mayGoOn says whether a long call has a token, for which it waits.
func (in *instance) mayGoOn(now time.Time) bool {
	if !in.log.warming { // of which the engine knows
		in.engine.spare.call(now)
	}
	return in.engine.tokens.pass(&in.meter)
}

// exportSlice offers sliceEnds to rewritten modules.
func exportSlice(ctx context.Context, rt wazero.Runtime) error {
	_, err := rt.NewHostModuleBuilder(wasmbin.SliceModule).NewFunctionBuilder().
		WithGoModuleFunction(api.GoModuleFunc(func(ctx context.Context, _ api.Module, _ []uint64) {
			instanceOf(ctx).sliceEnds()
		}), nil, nil).
		Export(wasmbin.SliceName).
		Instantiate(ctx)
	return err
}

// How the engine begins the trace of a stack, and the host's own function in one.
const (
	stackHead  = "wasm stack trace:"
	sliceFrame = wasmbin.SliceModule + "." + wasmbin.SliceName + "()\n\t"
)

// ends says what ended a call that the host ended, and where in the guest.
func ends(err error) error {
	for _, end := range []error{service.ErrGuestStack, service.ErrGuestFuel, service.ErrGuestTimeout, context.Canceled,
		context.DeadlineExceeded} {
		if errors.Is(err, end) {
			if _, trace, ok := strings.Cut(err.Error(), "\n"); ok {
				return fmt.Errorf("%w\n%s", end, strings.Replace(trace, sliceFrame, "", 1))
			}
			return fmt.Errorf("%w", end)
		}
	}
	return nil
}
