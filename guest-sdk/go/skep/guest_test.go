package skep_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"skep/abi"
)

// guest is one instance of a module that was compiled from testdata/guests, driven as a host drives it.
type guest struct {
	t                         testing.TB
	module                    api.Module
	alloc, call, init, settle api.Function
	log                       []string
}

// startGuest builds, compiles and initialises a guest.
func startGuest(t testing.TB, name string) *guest {
	t.Helper()
	wasm := filepath.Join(t.TempDir(), name+".wasm")
	cmd := exec.Command("go", "build", "-buildmode=c-shared", "-buildvcs=false", "-ldflags=-s -w", "-o", wasm,
		"./testdata/guests/"+name)
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	binary, err := os.ReadFile(wasm)
	if err != nil {
		t.Fatal(err)
	}
	g := &guest{t: t}
	ctx := context.Background()
	runtime := wazero.NewRuntime(ctx)
	t.Cleanup(func() { runtime.Close(ctx) })
	wasi_snapshot_preview1.MustInstantiate(ctx, runtime)
	_, err = runtime.NewHostModuleBuilder(abi.ImportModule).NewFunctionBuilder().
		WithFunc(func(_ context.Context, m api.Module, level, ptr, size uint32) {
			text, ok := m.Memory().Read(ptr, size)
			if !ok {
				t.Error("log line outside of memory")
			}
			g.log = append(g.log, string(text))
		}).Export(abi.ImportLog).Instantiate(ctx)
	if err != nil {
		t.Fatal(err)
	}
	config := wazero.NewModuleConfig().WithStartFunctions(abi.ExportInitialize)
	if g.module, err = runtime.InstantiateWithConfig(ctx, binary, config); err != nil {
		t.Fatal(err)
	}
	for export, f := range map[string]*api.Function{
		abi.ExportAlloc: &g.alloc, abi.ExportCall: &g.call, abi.ExportInit: &g.init, abi.ExportSettle: &g.settle,
	} {
		if *f = g.module.ExportedFunction(export); *f == nil {
			t.Fatalf("the guest has no export %s", export)
		}
	}
	return g
}

// send hands a frame to init or call and reads the result, which is part of guest memory.
func (g *guest) send(entry api.Function, frame []byte) (abi.Result, error) {
	ptr, size, err := g.enter(entry, frame)
	if err != nil {
		return abi.Result{}, err
	}
	result, ok := g.module.Memory().Read(ptr, size)
	if !ok {
		g.t.Fatalf("the result lies at %#x, %d bytes", ptr, size)
	}
	return abi.ReadResult(result)
}

// enter is send without a look at the result: it gives its place.
func (g *guest) enter(entry api.Function, frame []byte) (ptr, size uint32, err error) {
	ctx := context.Background()
	var stack [2]uint64
	stack[0] = uint64(len(frame))
	if err := g.alloc.CallWithStack(ctx, stack[:]); err != nil {
		return 0, 0, err
	}
	if !g.module.Memory().Write(uint32(stack[0]), frame) {
		g.t.Fatalf("alloc gave %#x", stack[0])
	}
	stack[1] = uint64(len(frame))
	if err := entry.CallWithStack(ctx, stack[:]); err != nil {
		return 0, 0, err
	}
	ptr, size = abi.Unpack(stack[0])
	return ptr, size, nil
}

func (g *guest) memory() uint32 { return g.module.Memory().Size() }

// churnRequest is a request for the guest churn: n copies of text.
func churnRequest(text string, n int) []byte {
	args := abi.AppendMapHeader(nil, 2)
	args = abi.AppendString(abi.AppendString(args, "text"), text)
	args = abi.AppendInt(abi.AppendString(args, "repeat"), int64(n))
	return abi.AppendRequest(nil, abi.Request{Endpoint: "churn", Kind: abi.KindFunction, Input: args})
}
