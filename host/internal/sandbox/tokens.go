package sandbox

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// tokenTurn is how long a call keeps its token at least when others wait: handing it on costs two switches of threads, and
// slices may be short.
const tokenTurn = 50 * time.Microsecond

// tokens are held by calls that have run for long. There is one less than there are processors, so that one of these
// always serves short calls and the network. Endpoints that wait are served in turn, and the calls of each in order: an
// endpoint may hold all tokens, but only as long as no other one wants any.
type tokens struct {
	mu      sync.Mutex
	free    int
	waiting []*line     // those in which somebody waits; the first is served next
	crowded atomic.Bool // somebody waits: what is looked at without the lock
}

// line is where the calls of one endpoint wait. The zero value is ready.
type line struct {
	calls []chan struct{} // each takes a token
}

func newTokens() *tokens { return &tokens{free: max(1, runtime.GOMAXPROCS(0)-1)} }

// pass hands the token of a call on when somebody waits, and takes the next one that is free. It reports false when the
// deadline comes first, or nobody waits for the call any more.
func (t *tokens) pass(m *meter) bool {
	t.mu.Lock()
	if m.token && (len(t.waiting) == 0 || time.Since(m.turn) < tokenTurn) {
		t.mu.Unlock()
		return true
	}
	if t.free > 0 { // then nobody waits
		t.free--
		t.mu.Unlock()
		m.takes()
		return true
	}
	turn := make(chan struct{}, 1)
	if len(m.line.calls) == 0 {
		t.waiting = append(t.waiting, m.line)
	}
	m.line.calls = append(m.line.calls, turn)
	if m.token {
		m.token = false
		t.free++
	}
	t.serve()
	t.mu.Unlock()
	select {
	case <-turn:
		m.takes()
		return true
	default:
	}

	wait := time.NewTimer(time.Until(m.deadline))
	defer wait.Stop()
	select {
	case <-turn:
		m.takes()
		return true
	case <-wait.C:
	case <-m.stop.Done():
	}
	t.leave(m, turn)
	return false
}

// takes books a token.
func (m *meter) takes() { m.token, m.turn = true, time.Now() }

// serve gives free tokens to those who wait. The lock is held.
func (t *tokens) serve() {
	for t.free > 0 && len(t.waiting) > 0 {
		next := t.waiting[0]
		t.waiting = t.waiting[1:]
		next.calls[0] <- struct{}{}
		if next.calls = next.calls[1:]; len(next.calls) > 0 {
			t.waiting = append(t.waiting, next)
		}
		t.free--
	}
	t.crowded.Store(len(t.waiting) > 0)
}

// leave gives up a place in a line, or the token that has just come.
func (t *tokens) leave(m *meter, turn chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.Index(m.line.calls, turn)
	if i < 0 {
		t.free++
		t.serve()
		return
	}
	if m.line.calls = slices.Delete(m.line.calls, i, i+1); len(m.line.calls) == 0 {
		at := slices.Index(t.waiting, m.line)
		t.waiting = slices.Delete(t.waiting, at, at+1)
		t.crowded.Store(len(t.waiting) > 0)
	}
}

// giveBack ends the holding of a token.
func (t *tokens) giveBack(m *meter) {
	if !m.token {
		return
	}
	m.token = false
	t.mu.Lock()
	defer t.mu.Unlock()
	t.free++
	t.serve()
}
