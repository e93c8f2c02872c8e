package skep_test

import (
	"context"
	"strings"
	"testing"

	"skep/abi"
)

func initFrame() []byte { return abi.AppendInit(nil, abi.Init{Endpoint: "e", Kind: abi.KindFunction}) }

func TestModuleWithoutOneHandler(t *testing.T) {
	for name, want := range map[string]string{
		"empty": "the module registers no handler: write `var _ = skep.Function(run)`",
		"two":   "the module registers 2 handlers: keep one, such as skep.Function or skep.Classifier",
	} {
		g := startGuest(t, name)
		if got, err := g.send(g.init, initFrame()); err != nil || got.Tag != abi.TagError || got.Message != want {
			t.Errorf("%s: got %+v, %v; want %q", name, got, err, want)
		}
	}
}

// howRequest is a request for the guest faults.
func howRequest(how string) []byte {
	args := abi.AppendString(abi.AppendString(abi.AppendMapHeader(nil, 1), "how"), how)
	return abi.AppendRequest(nil, abi.Request{Endpoint: "e", Kind: abi.KindFunction, Input: args})
}

func TestFaultsInWebAssembly(t *testing.T) {
	g := startGuest(t, "faults")
	got, err := g.send(g.init, initFrame())
	if err != nil {
		t.Fatal(err)
	}
	if kind, err := abi.ReadInitResult(got.Value); err != nil || kind != abi.KindFunction {
		t.Errorf("init: got %v, %v", kind, err)
	}
	for how, log := range map[string]string{"panic": "panic: the secret", "nil": "nil pointer dereference"} {
		g.log = nil
		got, err := g.send(g.call, howRequest(how))
		if err != nil || got.Status != 500 || got.Message != "the endpoint panicked" || got.Type != "Panic" {
			t.Errorf("%s: got %+v, %v", how, got, err)
		}
		if len(g.log) < 2 || !strings.Contains(g.log[0], log) || !strings.HasPrefix(g.log[1], "main.run") {
			t.Errorf("%s: log %q, want %q first", how, g.log, log)
		}
		if got, err := g.send(g.call, howRequest("well")); err != nil || got.Tag != abi.TagValue {
			t.Errorf("after %s: got %+v, %v", how, got, err)
		}
	}
	g.log = nil
	if got, err := g.send(g.call, howRequest("goexit")); err == nil {
		t.Errorf("goexit: got %+v, want a trap", got)
	}
	if len(g.log) != 1 || !strings.Contains(g.log[0], "runtime.Goexit") {
		t.Errorf("goexit: log %q", g.log)
	}
}

// A frame that does not lie where alloc made room is refused, not read.
func TestFrameInAnotherPlace(t *testing.T) {
	g := startGuest(t, "faults")
	ctx := context.Background()
	room, err := g.alloc.Call(ctx, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range [][2]uint64{{0, 10}, {room[0] + 1, 10}, {room[0], 1 << 31}, {0xffffffff, 0xffffffff}} {
		packed, err := g.call.Call(ctx, place[0], place[1])
		if err != nil {
			t.Fatal(err)
		}
		ptr, size := abi.Unpack(packed[0])
		frame, _ := g.module.Memory().Read(ptr, size)
		if got, err := abi.ReadResult(frame); err != nil || got.Type != "GuestProtocol" {
			t.Errorf("%v: got %+v, %v", place, got, err)
		}
	}
	if room, err := g.alloc.Call(ctx, 0xffffffff); err != nil || room[0] != 0 {
		t.Errorf("alloc of 4 GiB: got %v, %v", room, err)
	}
}
