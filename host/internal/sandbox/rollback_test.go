package sandbox

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"skep/host/internal/wasmbin"
)

// TestChooseRollback shows that any way can be asked for, and no other one.
func TestChooseRollback(t *testing.T) {
	for _, r := range rollbacks {
		t.Setenv(RollbackVariable, r.name)
		_, name, why, err := chooseRollback()
		if _, errProbe := r.probe(); errProbe != nil {
			if err == nil || !strings.Contains(err.Error(), "does not work here") {
				t.Errorf("%s: %v", r.name, err)
			}
			continue
		}
		if err != nil || name != r.name || !strings.Contains(why, RollbackVariable) {
			t.Errorf("%s: %s, %s, %v", r.name, name, why, err)
		}
	}
	t.Setenv(RollbackVariable, "wish")
	if _, _, _, err := chooseRollback(); err == nil || !strings.Contains(err.Error(), "scan, pagemap, discard and copy") {
		t.Errorf("an unknown way: %v", err)
	}
	t.Setenv(RollbackVariable, "")
	if _, name, why, err := chooseRollback(); err != nil || name == "" || why == "" {
		t.Errorf("no way was chosen: %s, %s, %v", name, why, err)
	}
}

// failing is a rollback that does not work.
type failing struct{ rollback }

func (failing) restore(*frozen, *linearMemory) bool { return false }

// TestFailedRollback shows that an instance which was not rolled back is never used again.
func TestFailedRollback(t *testing.T) {
	eachRollback(t, func(t *testing.T, e *Engine) {
		e.rollback = failing{e.rollback}
		s := loadLeak(t, e, 4, nil)
		for range 5 {
			in := slices.Clone(s.pool.idle)
			give(t, s, order{orderPoke, 5000, 99})
			if len(in) == 1 && !in[0].mod.IsClosed() {
				t.Error("the instance is not closed")
			}
			if len(s.pool.idle) != 0 || s.pool.total != 0 {
				t.Errorf("%d idle, %d in all", len(s.pool.idle), s.pool.total)
			}
			if got := give(t, s, order{orderPeek, 5000}); got[0] != 0 {
				t.Errorf("the next call finds %d", got[0])
			}
		}
	})
}

// TestTaintIsReplaced shows that an instance whose tables were changed is replaced, and others are not.
func TestTaintIsReplaced(t *testing.T) {
	s := loadLeak(t, ownEngine(t), 4, nil)
	first := s.pool.idle[0]
	give(t, s, order{orderPoke, 5000, 99})
	if s.pool.idle[0] != first {
		t.Error("an instance was replaced that only wrote to its memory")
	}
	for _, o := range []order{{orderTableSet, 2}, {orderTableGrow, 1}, {orderTableFill}, {orderTableCopy}, {orderTableInit},
		{orderElemDrop}, {orderDataDrop}} {
		give(t, s, order{orderPeek})
		in := s.pool.idle[0]
		give(t, s, o)
		if len(s.pool.idle) != 0 || !in.mod.IsClosed() {
			t.Errorf("order %d: the instance was not replaced", o[0])
		}
	}
}

// TestDeclaredMaximum shows that memory at the maximum that the module declares does not grow further, and is cut too.
func TestDeclaredMaximum(t *testing.T) {
	module, err := os.ReadFile("testdata/leak/leak.wasm")
	if err != nil {
		t.Fatal(err)
	}
	bounded := strings.Replace(string(module), "\x05\x03\x01\x00\x04", "\x05\x04\x01\x01\x04\x08", 1) // memory 4 8
	if err := wasmbin.Check([]byte(bounded)); err != nil || bounded == string(module) {
		t.Fatal("the memory section is not where it was: ", err)
	}
	eachRollback(t, func(t *testing.T, e *Engine) {
		s := loadLeak(t, e, 5, func(spec *Spec) { spec.Module = []byte(bounded) })
		give(t, s, order{orderGrow, 2}, order{orderPoke, 6 << 16, 99})
		if len(s.pool.idle) != 1 {
			t.Error("memory below the maximum was not cut")
		}
		compare(t, s)
		if got := give(t, s, order{orderGrow, 3}, order{orderGrow, 1}); got[0] != 5 || int32(got[1]) != -1 {
			t.Errorf("grown from %d, then from %d pages", got[0], int32(got[1]))
		}
		if len(s.pool.idle) != 1 {
			t.Error("memory at the maximum was not cut")
		}
		if got := give(t, s, order{orderSizes}); got[0]&0xffff != 5 {
			t.Errorf("the next call finds %d pages", got[0]&0xffff)
		}
		compare(t, s)
	})
}

// TestNoMemory shows that a guest whose image is empty is rolled back as any other.
func TestNoMemory(t *testing.T) {
	eachRollback(t, func(t *testing.T, e *Engine) {
		m, err := newMemory(0, pageSize, 0, nil, &place{budget: &e.budget})
		if err != nil {
			t.Fatal(err)
		}
		defer m.Free()
		e.rollback.begin(m)
		if !e.rollback.restore(&frozen{}, m) {
			t.Error("an empty memory cannot be rolled back")
		}
	})
}

// TestAllocations shows that a warm call with its rollback takes nothing from the host's heap.
func TestAllocations(t *testing.T) {
	eachRollback(t, func(t *testing.T, e *Engine) {
		s := loadLeak(t, e, 8, nil)
		frame := frameOf(order{orderPoke, 5000, 99}, order{orderSetGlobals, 99})
		ctx := t.Context()
		if got := testing.AllocsPerRun(200, func() {
			if _, err := s.Call(ctx, frame, discard{}); err != nil {
				t.Error(err)
			}
		}); got >= 1 {
			t.Errorf("%v allocations a call", got)
		}
	})
}

func TestCopyPieces(t *testing.T) {
	for _, n := range []int{0, 1, hostPiece - 1, hostPiece, hostPiece + 1, 2 * hostPiece, 3*hostPiece + 5} {
		src := make([]byte, n)
		for i := range src {
			src[i] = byte(i % 251)
		}
		dst := make([]byte, n)
		if copyPieces(dst, src); !bytes.Equal(dst, src) {
			t.Errorf("%d bytes are not copied", n)
		}
	}
}
