package sandbox

import (
	"errors"
	"log/slog"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"skep/host/internal/manifest"
	"skep/host/internal/service"
)

// usageOf makes a call and gives what it took.
func usageOf(t *testing.T, s *Sandbox, orders ...order) service.Usage {
	t.Helper()
	var a answer
	usage, err := s.Call(t.Context(), frameOf(orders...), &a)
	if err != nil {
		t.Fatalf("%v: %v", orders, err)
	}
	return usage
}

// TestUsageTellsTheRollback compares what a call says of its rollback with what it must have been.
func TestUsageTellsTheRollback(t *testing.T) {
	eachRollback(t, func(t *testing.T, e *Engine) {
		s := loadLeak(t, e, 4, nil)
		want := []service.Rollback{service.RollbackCopy}
		switch path.Base(t.Name()) {
		case "scan", "pagemap":
			want = []service.Rollback{service.RollbackScan, service.RollbackCopy} // by whether it took a fault
		case "discard":
			want = []service.Rollback{service.RollbackDiscard}
		}
		seen := map[service.Rollback]bool{}
		for range 10 {
			usage := usageOf(t, s, order{orderPoke, 5000, 99})
			if !slices.Contains(want, usage.Rollback) {
				t.Errorf("rollback %d, want one of %d", usage.Rollback, want)
			}
			seen[usage.Rollback] = true
		}
		if !seen[want[0]] {
			t.Errorf("no rollback was of kind %d: %v", want[0], seen)
		}
		if got := usageOf(t, s, order{orderTableSet, 2}).Rollback; got != service.RollbackReplace {
			t.Errorf("after a change of a table: %d", got)
		}
	})
}

func TestUsageWithoutRollback(t *testing.T) {
	s := loadLeak(t, ownEngine(t), 4, func(spec *Spec) { spec.Isolation = manifest.IsolationInstance })
	if got := usageOf(t, s, order{orderPoke, 5000, 99}).Rollback; got != 0 {
		t.Errorf("memory that is kept: %d", got)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var a answer
	if usage, err := s.Call(t.Context(), frameOf(order{orderPeek}), &a); !errors.Is(err, service.ErrUnavailable) ||
		usage.Rollback != 0 {
		t.Errorf("a call that got no instance: %+v, %v", usage, err)
	}
}

func TestUsageOfAFailedCall(t *testing.T) {
	s := mustLoad(t, nil)
	usage, err := s.Call(t.Context(), []byte("grow"), discard{})
	if !errors.Is(err, service.ErrGuestMemory) || usage.Rollback != service.RollbackReplace {
		t.Errorf("%+v, %v", usage, err)
	}
}

// TestPoolState follows what is told of a pool through a call.
func TestPoolState(t *testing.T) {
	e := newBudgetEngine(t, 0)
	s := mustLoadInto(t, e, func(spec *Spec) { spec.Pool.Ceil = 3 })
	check := func(when string, idle, inUse int) {
		t.Helper()
		if got := s.Pool(); got.Idle != idle || got.InUse != inUse || got.Waiting != 0 || got.Ceil != 3 ||
			got.Memory+s.module.charged != e.budget.used.Load() { // all of a module's endpoints share its code
			t.Errorf("%s: %+v, and %d bytes are charged", when, got, e.budget.used.Load())
		}
	}
	check("after loading", 1, 0)
	if _, err := s.Call(t.Context(), []byte("count"), looking{func() { check("in a call", 0, 1) }}); err != nil {
		t.Fatal(err)
	}
	check("after a call", 1, 0)
	if state := e.State(); state.MemoryUsed != s.Pool().Memory+s.module.charged || state.MemoryLimit != 0 ||
		state.Compiled+state.Loaded != 1 || (state.Compiled == 0) != (state.CompileTime == 0) {
		t.Errorf("%+v", state)
	}
}

// looking calls a function while the instance is in use.
type looking struct{ look func() }

func (l looking) ReadResult([]byte) error {
	l.look()
	return nil
}

// heard takes log lines.
type heard struct {
	mu      sync.Mutex
	lines   []string
	dropped int
}

func (h *heard) Line(level slog.Level, requestID, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lines = append(h.lines, level.String()+" "+requestID+" "+text)
}

func (h *heard) Drop(lines int) { h.dropped += lines }

// TestLines: who follows gets each line that the log may have, also those below the log's level, and the count of the
// others.
func TestLines(t *testing.T) {
	var h heard
	s := mustLoad(t, func(spec *Spec) {
		spec.Lines = &h
		spec.Log = slog.New(slog.DiscardHandler)
	})
	h.lines = nil // of the warm-up
	mustAsk(t, s, "log", "log")
	if len(h.lines) != maxLogLines || h.dropped != 38 || !strings.HasPrefix(h.lines[0], "WARN  a line\x1b[31m\uFFFD") {
		t.Errorf("%d lines, %d dropped, the first is %q", len(h.lines), h.dropped, h.lines[0])
	}
}
