package skep_test

import (
	"context"
	"strings"
	"testing"

	"skep/abi"
)

// A guest that is never reset collects its garbage: its memory stops growing.
func TestMemoryStaysFlat(t *testing.T) {
	calls := 1_000_000
	if testing.Short() {
		calls = 50_000
	}
	g := startGuest(t, "churn")
	frame := churnRequest("some text of usual length", 8)
	var reached uint32
	for i := range calls {
		result, err := g.send(g.call, frame)
		if err != nil || result.Tag != abi.TagValue {
			t.Fatalf("call %d: %+v, %v", i, result, err)
		}
		if i == calls/5 {
			reached = g.memory()
		}
	}
	if after := g.memory(); after != reached {
		t.Errorf("memory grew from %d to %d bytes between call %d and %d", reached, after, calls/5, calls)
	}
	if reached > 16<<20 {
		t.Errorf("memory has %d bytes, want at most 16 MiB", reached)
	}
	t.Logf("memory: %d bytes", reached)
}

// Large frames do not stay: a second round of them finds the room of the first.
func TestLargeFramesAreLetGo(t *testing.T) {
	g := startGuest(t, "churn")
	frame := churnRequest(strings.Repeat("x", 1<<20), 3)
	var reached uint32
	for i := range 60 {
		result, err := g.send(g.call, frame)
		if err != nil || result.Tag != abi.TagValue {
			t.Fatalf("call %d: %v, %v", i, result.Message, err)
		}
		if i == 30 {
			reached = g.memory()
		}
	}
	if after := g.memory(); after != reached {
		t.Errorf("memory grew from %d to %d bytes", reached, after)
	}
	t.Logf("memory: %d bytes", reached)
}

// The first request after settle, which is the first on every image, takes no new memory.
func TestSettleLeavesRoom(t *testing.T) {
	g := startGuest(t, "churn")
	frame := churnRequest("some text of usual length", 8)
	for range 10 {
		if _, err := g.send(g.call, frame); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := g.settle.Call(context.Background()); err != nil {
		t.Fatal(err)
	}
	before := g.memory()
	for range 100 {
		if _, err := g.send(g.call, frame); err != nil {
			t.Fatal(err)
		}
	}
	if after := g.memory(); after != before {
		t.Errorf("memory grew from %d to %d bytes after settle", before, after)
	}
}
