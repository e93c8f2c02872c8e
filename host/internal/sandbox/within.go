package sandbox

import (
	"context"
	"errors"
	"time"

	"skep/host/internal/service"
)

// within is the context of a call that a guest makes in the middle of its own. The guest stands still until that is
// answered, on the same goroutine and thread.
type within struct {
	context.Context // of the request
	outer           *instance
}

type withinKey struct{}

// Value gives the guest that calls, and what the request has.
func (w within) Value(key any) any {
	if key == (withinKey{}) {
		return w.outer
	}
	return w.Context.Value(key)
}

// outerOf is the guest that makes a call, nil where a client does.
func outerOf(ctx context.Context) *instance {
	outer, _ := ctx.Value(withinKey{}).(*instance)
	return outer
}

// take gives an instance for a call. A guest never waits for one: it might be itself what it waits for.
func (s *Sandbox) take(ctx context.Context, outer *instance) (*instance, error) {
	if outer == nil {
		return s.pool.take(ctx)
	}
	if s.image != nil {
		return s.pool.takeNow(s.fresh)
	}
	// The new instance is initialised, for which it may need a token.
	s.engine.tokens.giveBack(&outer.meter)
	limited, cancel := context.WithDeadline(context.Background(), outer.meter.deadline)
	defer cancel()
	in, err := s.pool.takeNow(func() (*instance, error) { return s.template(limited) })
	if errors.Is(err, context.DeadlineExceeded) {
		err = service.ErrGuestTimeout
	}
	return in, err
}

// limits are what a call may take: what the manifest says, and for the call of a guest no more than that has left.
func (s *Sandbox) limits(now time.Time, outer *instance) (timeout time.Duration, fuel uint64) {
	timeout, fuel = s.spec.Limits.Timeout, s.spec.Limits.Fuel
	if outer == nil {
		return timeout, fuel
	}
	m := &outer.meter
	timeout = min(timeout, m.deadline.Sub(now))
	if m.limit > 0 {
		left := uint64(max(1, m.limit-m.used)) // 0 would be no limit
		if fuel == 0 || fuel > left {
			fuel = left
		}
	}
	return timeout, fuel
}

// continues makes the call of in a part of that of outer: it runs for as long already, waits where that waits, and has its
// token.
func (in *instance) continues(outer *instance) {
	m, o := &in.meter, &outer.meter
	m.started, m.line = o.started, o.line
	m.token, m.turn, o.token = o.token, o.turn, false
}

// returns ends continues: the token goes back, and the fuel is outer's.
func (in *instance) returns(outer *instance) {
	m, o := &in.meter, &outer.meter
	o.token, m.token = m.token, false
	in.settleFuel()
	o.used += max(0, m.used)
}
