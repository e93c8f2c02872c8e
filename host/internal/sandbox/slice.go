package sandbox

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"skep/host/internal/service"
	"skep/host/internal/wasmbin"
)

const (
	// A slice is how much fuel a guest may use before it reports to the host, which it should do every sliceTime at the
	// latest: till then it keeps the collector waiting. Where instructions fault in memory, they take a thousand times as
	// long as their fuel says. So slices start small, grow while they are short, and shrink to what fits.
	firstSlice = 1 << 16
	leastSlice = 1 << 11
	mostSlice  = 1 << 19 // 30 to 200 µs of work
	sliceTime  = 200 * time.Microsecond
	// stackBytes is the budget for the native stack of a guest, as package wasmbin estimates it. The engine catches an
	// overflow of its own stack, but that takes 150 MB and a third of a second.
	stackBytes = 1 << 20
	// longCall is how long a call may run before it needs a token.
	longCall = time.Millisecond
)

// meter accounts for one call: what it may use, and what it has.
type meter struct {
	started  time.Time
	deadline time.Time
	limit    int64     // units of fuel; 0: none
	used     int64     // units of fuel of the slices that are over
	granted  int64     // units of the slice that runs
	slice    int64     // units of the next one
	since    time.Time // when the slice that runs began
	stop     context.Context
	token    bool // the call holds one
}

// begin starts the account of a call.
func (in *instance) begin(stop context.Context, now time.Time, timeout time.Duration, fuel uint64) {
	in.meter = meter{started: now, deadline: now.Add(timeout), limit: int64(min(fuel, 1<<62)), slice: firstSlice, stop: stop}
	in.memory.refused = nil
	in.stackLeft.Set(in.engine.off.stackBudget())
	in.taint.Set(0)
	in.grant(now)
}

// grant gives the guest its next slice.
func (in *instance) grant(now time.Time) {
	in.meter.since = now
	in.meter.granted = in.engine.off.slice(in.meter.slice)
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
	in.engine.tokens.giveBack(&in.meter)
	return uint64(max(0, in.meter.used))
}

// sliceEnds is called by the guest when it has used up its slice, or its stack budget. A panic ends the call.
func (in *instance) sliceEnds() {
	if int64(in.stackLeft.Get()) < 0 {
		panic(service.ErrGuestStack)
	}
	m := &in.meter
	before := m.used
	in.settleFuel()
	now := time.Now()
	m.fit(m.used-before, now.Sub(m.since))
	switch {
	case m.stop.Err() != nil:
		panic(m.stop.Err())
	case m.limit > 0 && m.used > m.limit:
		panic(service.ErrGuestFuel)
	case !now.Before(m.deadline):
		panic(service.ErrGuestTimeout)
	case now.Sub(m.started) > longCall:
		if !in.engine.tokens.pass(m) {
			panic(service.ErrGuestTimeout)
		}
		now = time.Now()
	}
	in.grant(now)
}

// fit sets the size of the next slice, after one of so many units that took some time.
func (m *meter) fit(units int64, took time.Duration) {
	switch {
	case took > sliceTime:
		m.slice = min(m.slice, max(leastSlice, int64(float64(units)*float64(sliceTime)/float64(took))))
	case took < sliceTime/2:
		m.slice = min(2*m.slice, mostSlice)
	}
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

// tokens are held by calls that have run for long. There is one less than there are processors, so that one of these
// always serves short calls and the network. Who waits is served in order.
type tokens chan struct{}

func newTokens() tokens { return make(tokens, max(1, runtime.GOMAXPROCS(0)-1)) }

// pass hands the token of a call on and takes the next one that is free. It reports false when the deadline comes first.
func (t tokens) pass(m *meter) bool {
	if m.token && len(t) < cap(t) {
		return true // nobody waits
	}
	t.giveBack(m)
	select {
	case t <- struct{}{}:
		m.token = true
		return true
	default:
	}
	wait := time.NewTimer(time.Until(m.deadline))
	defer wait.Stop()
	select {
	case t <- struct{}{}:
		m.token = true
		return true
	case <-wait.C:
		return false
	}
}

// giveBack ends the holding of a token.
func (t tokens) giveBack(m *meter) {
	if m.token {
		m.token = false
		<-t
	}
}

// ends says what ended a call that the host ended, and where in the guest.
func ends(err error) error {
	for _, end := range []error{service.ErrGuestStack, service.ErrGuestFuel, service.ErrGuestTimeout, context.Canceled} {
		if errors.Is(err, end) {
			if _, trace, ok := strings.Cut(err.Error(), "\n"); ok {
				return fmt.Errorf("%w\n%s", end, trace)
			}
			return fmt.Errorf("%w", end)
		}
	}
	return nil
}
