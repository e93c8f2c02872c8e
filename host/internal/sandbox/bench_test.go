package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/guestbuild"
	"skep/host/internal/manifest"
)

// plainModule builds the endpoint that answers with its arguments: a guest in Go, with the SDK.
func plainModule(b *testing.B) []byte {
	b.Helper()
	file := filepath.Join(b.TempDir(), "plain.wasm")
	dir := filepath.Join("..", "..", "..", "modules", "docs", "plain")
	if _, err := guestbuild.Build(b.Context(), guestbuild.Options{Dir: dir, Out: file}); err != nil {
		b.Fatal(err)
	}
	module, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	return module
}

// plainRequest is a request frame with 200 bytes of text in its arguments.
func plainRequest() []byte {
	args := abi.AppendMapHeader(nil, 2)
	args = abi.AppendInt(abi.AppendString(args, "id"), 4211078)
	args = abi.AppendString(abi.AppendString(args, "text"), strings.Repeat("0123456789", 20))
	return abi.AppendRequest(nil, abi.Request{Endpoint: "plain", Kind: abi.KindFunction, Input: args})
}

// loadPlain is a sandbox of that endpoint, warmed up with that request.
func loadPlain(b *testing.B, isolation manifest.Isolation) *Sandbox {
	module := plainModule(b)
	return mustLoad(b, func(spec *Spec) {
		spec.Module = module
		spec.Isolation = isolation
		spec.Init = abi.AppendInit(nil, abi.Init{Endpoint: "plain", Service: "docs", Generation: "v1",
			Kind: abi.KindFunction, Infra: "static"})
		spec.WarmUp = [][]byte{plainRequest()}
	})
}

// BenchmarkCall is a call host → guest → host of a Go guest, without HTTP and JSON: taking an instance, the call, and
// what makes the instance ready for the next one.
func BenchmarkCall(b *testing.B) {
	for _, c := range []struct {
		name      string
		isolation manifest.Isolation
	}{
		{"request", manifest.IsolationRequest},
		{"instance", manifest.IsolationInstance},
	} {
		b.Run("isolation="+c.name, func(b *testing.B) {
			s := loadPlain(b, c.isolation)
			request := plainRequest()
			var a answer
			if _, err := s.Call(b.Context(), request, &a); err != nil {
				b.Fatal(err)
			}
			if !strings.Contains(a.String(), strings.Repeat("0123456789", 20)) {
				b.Fatalf("answer %q", a.String())
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Call(b.Context(), request, &a); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(s.image.source)), "image-B")
		})
	}
}

// BenchmarkFresh is the time that a new instance of a Go guest takes until it can be called: who waits for it is a
// request that found all instances in use.
func BenchmarkFresh(b *testing.B) {
	s := loadPlain(b, manifest.IsolationRequest)
	for b.Loop() {
		in, err := s.fresh()
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		in.close()
		b.StartTimer()
	}
}
