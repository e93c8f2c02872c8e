// Package pace has work that nobody waits for go on beside requests, a little at a time.
//
// To Go all goroutines are alike: one that loads a module takes a processor like those that answer requests, for
// milliseconds at a time. So such work has places at which it rests for longer than it has worked. It does not know what
// it makes room for.
package pace

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"
)

const (
	// piece is the least work that is followed by a rest.
	piece = 50 * time.Microsecond
	// share is how many times as long as the work before it a rest lasts.
	share = 8
	// longest is the most that a rest lasts. What took longer than an eighth of it has probably waited for a processor.
	longest = 8 * time.Millisecond
)

// Pace says whether there is something to make room for. The zero value says no, as nil does. It is safe for concurrent use.
type Pace struct{ beside atomic.Pointer[func() bool] }

// Beside has all work make room from now on whenever something says so, which is asked often.
func (p *Pace) Beside(something func() bool) { p.beside.Store(&something) }

func (p *Pace) makesRoom() bool {
	if p == nil {
		return false
	}
	something := p.beside.Load()
	return something != nil && (*something)()
}

// Turn is one piece of work. Of its methods, a nil Turn has [Turn.Step], which never rests. It is safe for concurrent use, but
// several goroutines rest less than they should.
type Turn struct {
	pace  *Pace
	since atomic.Pointer[time.Time] // it has worked
}

// Begin begins a piece of work.
func (p *Pace) Begin() *Turn {
	t := &Turn{pace: p}
	t.Waited()
	return t
}

// Waited says that what has passed since the last step, or since Waited, was no work.
func (t *Turn) Waited() {
	if t != nil {
		now := time.Now()
		t.since.Store(&now)
	}
}

// Step stands between two steps of the work, and rests where there is something to make room for.
func (t *Turn) Step() {
	if t == nil || !t.pace.makesRoom() {
		runtime.Gosched()
		return
	}
	worked := time.Since(*t.since.Load())
	if worked < piece {
		return
	}
	time.Sleep(min(share*worked, longest))
	t.Waited()
}

type key struct{}

// With gives a context that has a turn.
func With(ctx context.Context, t *Turn) context.Context { return context.WithValue(ctx, key{}, t) }

// Of is the turn that a context has; nil where it has none.
func Of(ctx context.Context) *Turn {
	t, _ := ctx.Value(key{}).(*Turn)
	return t
}
