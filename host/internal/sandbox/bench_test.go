package sandbox

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"skep/abi"
	"skep/host/internal/guestbuild"
	"skep/host/internal/manifest"
)

// plainModule builds the endpoint that answers with its arguments: a guest in Go, with the SDK.
func plainModule(b *testing.B) []byte { return docsModule(b, "plain") }

func docsModule(b *testing.B, name string) []byte {
	return buildGo(b, filepath.Join("..", "..", "..", "modules", "docs", name))
}

func buildGo(b *testing.B, dir string) []byte {
	b.Helper()
	file := filepath.Join(b.TempDir(), "guest.wasm")
	if _, err := guestbuild.Build(b.Context(), guestbuild.Options{Dir: dir, Out: file}); err != nil {
		b.Fatal(err)
	}
	return readModule(b, file)
}

func readModule(b *testing.B, file string) []byte {
	b.Helper()
	module, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	return module
}

// benchGuests answer with the text of a request: a guest in C, one in Go, and one in Go with the SDK. The last one, with
// the SDK too, answers with a custom response of its own.
var benchGuests = []struct {
	name   string
	module func(*testing.B) []byte
	answer string // is part of it
}{
	{"c", func(b *testing.B) []byte { return readModule(b, filepath.Join("testdata", "echo", "echo.wasm")) }, plainText},
	{"go", func(b *testing.B) []byte { return buildGo(b, filepath.Join("testdata", "echogo")) }, plainText},
	{"sdk", plainModule, plainText},
	{"sdk-custom", func(b *testing.B) []byte { return docsModule(b, "text") }, "Hello, World!"},
}

var plainText = strings.Repeat("0123456789", 20)

// plainRequest is a request frame with 200 bytes of text in its arguments.
func plainRequest() []byte {
	args := abi.AppendMapHeader(nil, 2)
	args = abi.AppendInt(abi.AppendString(args, "id"), 4211078)
	args = abi.AppendString(abi.AppendString(args, "text"), plainText)
	return abi.AppendRequest(nil, abi.Request{Endpoint: "plain", Kind: abi.KindFunction, Input: args})
}

// loadPlain is a sandbox of such a guest, warmed up with that request.
func loadPlain(b *testing.B, module []byte, isolation manifest.Isolation) *Sandbox {
	return mustLoad(b, func(spec *Spec) {
		spec.Module = module
		spec.Isolation = isolation
		spec.Init = abi.AppendInit(nil, abi.Init{Endpoint: "plain", Service: "docs", Generation: "v1",
			Kind: abi.KindFunction, Infra: "static"})
		spec.WarmUp = [][]byte{plainRequest()}
	})
}

// BenchmarkCall is a call host → guest → host, without HTTP and JSON, in four ways, each with what the one before has and
// more: as the engine runs a module that nobody has rewritten; metered; with the pool, the clock and the limits of a
// call, which is isolation "instance"; with the rollback, which is isolation "request".
//
// Where a machine does other things too, cpu-ns/op is the figure to look at, and fuel/op is always the same.
func BenchmarkCall(b *testing.B) {
	for _, g := range benchGuests {
		b.Run("guest="+g.name, func(b *testing.B) {
			module := g.module(b)
			b.Run("bare", func(b *testing.B) { benchBare(b, module, g.answer) })
			b.Run("metered", func(b *testing.B) {
				in := loadPlain(b, module, manifest.IsolationInstance).pool.idle[0]
				in.fuelLeft.Set(math.MaxInt64)
				in.meter.deadline = time.Now().Add(time.Hour)
				in.stackLeft.Set(stackBytes)
				request := plainRequest()
				repeat(b, g.answer, func(a *answer) error { return in.exchange(in.call, request, a) })
			})
			for _, isolation := range []manifest.Isolation{manifest.IsolationInstance, manifest.IsolationRequest} {
				b.Run("isolation="+isolation.String(), func(b *testing.B) {
					s := loadPlain(b, module, isolation)
					request := plainRequest()
					var fuel uint64
					repeat(b, g.answer, func(a *answer) error {
						usage, err := s.Call(b.Context(), request, a)
						fuel = usage.Fuel
						return err
					})
					b.ReportMetric(float64(fuel), "fuel/op")
					if isolation == manifest.IsolationRequest {
						b.ReportMetric(float64(s.pool.idle[0].memory.shedding.bytes)/float64(os.Getpagesize()), "private-pages")
					}
				})
			}
		})
	}
}

// repeat measures a call after 100,000 others, whose answers hold a text.
func repeat(b *testing.B, want string, call func(*answer) error) {
	b.Helper()
	runtime.LockOSThread() // so that its CPU time is the calls'
	defer runtime.UnlockOSThread()
	var a answer
	once := func() {
		if err := call(&a); err != nil {
			b.Fatal(err)
		}
	}
	for range 100_000 {
		once()
	}
	if !strings.Contains(a.String(), want) {
		b.Fatalf("answer %q", a.String())
	}
	b.ReportAllocs()
	before, n := threadTime(), 0
	for b.Loop() {
		once()
		n++
	}
	b.ReportMetric(float64(threadTime()-before)/float64(n), "cpu-ns/op")
}

// benchBare calls a module as it is, by the engine alone.
func benchBare(b *testing.B, module []byte, want string) {
	ctx := context.Background()
	rt := wazero.NewRuntimeWithConfig(ctx, engineConfig(wazero.NewCompilationCache()))
	defer rt.Close(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, rt)
	builder := rt.NewHostModuleBuilder(abi.ImportModule)
	builder.NewFunctionBuilder().WithFunc(func(int32, uint32, uint32) {}).Export(abi.ImportLog)
	if _, err := builder.Instantiate(ctx); err != nil {
		b.Fatal(err)
	}
	config := wazero.NewModuleConfig().WithStartFunctions(abi.ExportInitialize)
	mod, err := rt.InstantiateWithConfig(ctx, module, config)
	if err != nil {
		b.Fatal(err)
	}
	in := &instance{engine: new(Engine), mod: mod, ctx: ctx, alloc: mod.ExportedFunction(abi.ExportAlloc),
		call: mod.ExportedFunction(abi.ExportCall)}
	in.meter.deadline = time.Now().Add(time.Hour)
	request := plainRequest()
	repeat(b, want, func(a *answer) error { return in.exchange(in.call, request, a) })
}

// BenchmarkParts are what the host does in every call beside the guest's own work.
func BenchmarkParts(b *testing.B) {
	for _, g := range benchGuests {
		b.Run("guest="+g.name, func(b *testing.B) {
			s := loadPlain(b, g.module(b), manifest.IsolationRequest)
			request := plainRequest()
			var a answer
			for range 1000 {
				if _, err := s.Call(b.Context(), request, &a); err != nil {
					b.Fatal(err)
				}
			}
			in := s.pool.idle[0]
			b.Run("enter", func(b *testing.B) { // and leave, and make room for the frame
				in.begin(context.Background(), time.Now(), time.Hour, 0)
				in.fuelLeft.Set(math.MaxInt64)
				in.meter.deadline = time.Now().Add(time.Hour)
				for b.Loop() {
					in.stack[0] = uint64(len(request))
					if err := in.run(in.alloc); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("globals", func(b *testing.B) {
				for b.Loop() {
					in.setGlobals(s.image.globals)
				}
			})
			b.Run("rollback", func(b *testing.B) { // of pages that nobody wrote to
				runtime.LockOSThread()
				defer runtime.UnlockOSThread()
				for b.Loop() {
					s.engine.rollback.begin(in.memory)
					if !s.engine.rollback.restore(s.image.frozen, in.memory) {
						b.Fatal("it failed")
					}
				}
			})
		})
	}
}

// BenchmarkFresh is the time that a new instance takes until it can be called: who waits for it is a request that found
// all instances in use.
func BenchmarkFresh(b *testing.B) {
	for _, g := range benchGuests {
		b.Run("guest="+g.name, func(b *testing.B) {
			s := loadPlain(b, g.module(b), manifest.IsolationRequest)
			b.ReportAllocs()
			for b.Loop() {
				in, err := s.fresh()
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				in.close()
				b.StartTimer()
			}
			b.ReportMetric(float64(s.image.size), "image-B")
		})
	}
}
