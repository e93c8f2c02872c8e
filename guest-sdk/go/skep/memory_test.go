package skep_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"

	"skep/abi"
)

// answer sends a request that must be answered with a value.
func (g *guest) answer(frame []byte) {
	result, err := g.send(g.call, frame)
	if err != nil || result.Tag != abi.TagValue {
		g.t.Fatalf("got %v %q, %v", result.Tag, result.Message, err)
	}
}

// A guest whose memory is never reset collects its garbage: some 300 bytes a call here.
func TestMemoryStaysFlat(t *testing.T) {
	calls := 1_000_000
	if testing.Short() {
		calls = 50_000
	}
	g := startGuest(t, "churn")
	frame := churnRequest("text", 2)
	var reached uint32
	for i := range calls {
		if g.answer(frame); i == calls/2 {
			reached = g.memory()
		}
	}
	t.Logf("memory: %d bytes after %d calls", g.memory(), calls)
	if grown := g.memory() - reached; grown > 1<<20 {
		t.Errorf("memory grew from %d by %d bytes in the second half of %d calls", reached, grown, calls)
	}
	if g.memory() > 16<<20 {
		t.Errorf("memory has %d bytes after %d calls, want at most 16 MiB", g.memory(), calls)
	}
}

// Large frames are let go and collected: 200 calls that make some 10 MB of garbage each.
func TestLargeFramesAreLetGo(t *testing.T) {
	g := startGuest(t, "churn")
	frame := churnRequest(strings.Repeat("x", 1<<20), 3)
	for range 200 {
		g.answer(frame)
	}
	t.Logf("memory: %d bytes", g.memory())
	if g.memory() > 64<<20 {
		t.Errorf("memory has %d bytes, want at most 64 MiB", g.memory())
	}
}

// A request after settle, as on every fresh image, takes no new memory, also when it is much larger than the warm-up's.
func TestSettleLeavesRoom(t *testing.T) {
	g := startGuest(t, "churn")
	g.answer(churnRequest("warm-up", 1))
	if _, err := g.settle.Call(context.Background()); err != nil {
		t.Fatal(err)
	}
	before := g.memory()
	g.answer(churnRequest("some text of usual length", 8))
	g.answer(churnRequest(strings.Repeat("x", 10<<10), 10))
	if after := g.memory(); after != before {
		t.Errorf("memory grew from %d to %d bytes after settle", before, after)
	}
}

// Frames of every length follow each other in one memory, and none of their answers is written over a frame that it is
// made of.
func TestFramesAndAnswersKeepApart(t *testing.T) {
	g := startGuest(t, "echo")
	lengths := []int{0, 1, 100, 99, 5000, 10, 12_000, 11_000, 30_000, 1, 300_000, 2, 20_000, 400_000, 23_000, 5}
	for i, n := range lengths {
		text := strings.Repeat(string(rune('a'+i)), n)
		args := abi.AppendString(abi.AppendString(abi.AppendMapHeader(nil, 1), "text"), text)
		got, err := g.send(g.call, abi.AppendRequest(nil, abi.Request{Endpoint: "echo", Kind: abi.KindFunction, Input: args}))
		if err != nil || got.Tag != abi.TagValue || string(got.Value) != string(args) {
			t.Fatalf("%d bytes of text after %v: tag %v, %d bytes, %s, %v", n, lengths[:i], got.Tag, len(got.Value), got.Message, err)
		}
	}
}

// What a handler keeps of the metadata of a request is not written over by the next ones, be they before or after the
// module is settled, nor is a list by another one.
func TestMetadataIsKept(t *testing.T) {
	g := startGuest(t, "keeper")
	var kept []abi.Header
	for i := range 8 {
		meta := abi.Meta{Path: "/path/of/" + strconv.Itoa(i)}
		for n := range i % 3 * 3 {
			value := strings.Repeat(strconv.Itoa(i), 30+n)
			meta.Headers = append(meta.Headers, abi.Header{Name: "Name-" + strconv.Itoa(n), Value: value})
		}
		got, err := g.send(g.call, abi.AppendRequest(nil, abi.Request{Endpoint: "keeper", Kind: abi.KindFunction,
			Meta: abi.AppendMeta(nil, meta), Input: abi.AppendMapHeader(nil, 0)}))
		if err != nil || got.Tag != abi.TagCustom {
			t.Fatalf("got %v %q, %v", got.Tag, got.Message, err)
		}
		kept = append(append(kept, abi.Header{Name: "Path", Value: meta.Path}), meta.Headers...)
		if want := slices.Concat(meta.Headers, kept); !slices.Equal(got.Headers, want) {
			t.Errorf("request %d: got %q\nwant %q", i, got.Headers, want)
		}
		if i == 2 || i == 5 { // a host does it once
			if _, err := g.settle.Call(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// What a handler keeps is there when the collector has been at work, which hears of it from the SDK alone.
func TestKeptIsNotCollected(t *testing.T) {
	calls := 5000
	if testing.Short() {
		calls = 1500
	}
	g := startGuest(t, "hoard")
	for i := range calls {
		meta := abi.Meta{Path: "/" + strconv.Itoa(i)}
		for n := range i % 30 {
			meta.Headers = append(meta.Headers, abi.Header{Name: "Name-" + strconv.Itoa(n),
				Value: strings.Repeat(strconv.Itoa(i), n)})
		}
		args := abi.AppendInt(abi.AppendString(abi.AppendMapHeader(nil, 1), "number"), int64(i))
		got, err := g.send(g.call, abi.AppendRequest(nil, abi.Request{Endpoint: "hoard", Kind: abi.KindFunction,
			Meta: abi.AppendMeta(nil, meta), Input: args}))
		if err != nil || got.Tag != abi.TagValue || string(got.Value) != "\x00" {
			t.Fatalf("request %d: got %v % x %q, %v", i, got.Tag, got.Value, got.Message, err)
		}
		if i == 100 {
			if _, err := g.settle.Call(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// The room for an answer as large as one of the warm-up is there after settle.
func TestSettleLeavesRoomForAnswers(t *testing.T) {
	g := startGuest(t, "churn")
	large := churnRequest(strings.Repeat("x", 10<<10), 8)
	before, _, err := g.enter(g.call, large)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.settle.Call(context.Background()); err != nil {
		t.Fatal(err)
	}
	if after, _, err := g.enter(g.call, large); err != nil || after != before {
		t.Errorf("the answer moved from %#x to %#x, %v", before, after, err)
	}
}
