package sandbox

import (
	"log/slog"
	"path/filepath"
	"testing"

	"skep/abi"
	"skep/host/internal/manifest"
	"skep/host/internal/wasmbin"
)

// BenchmarkLoad is the time from the bytes of a small Go guest, compiled before, to a sandbox that can be called: with its
// code in the folder, and with that of another sandbox that has loaded it already.
func BenchmarkLoad(b *testing.B) {
	e := ownEngine(b)
	m := manifest.Default()
	load := func(b *testing.B) *Sandbox {
		s, err := e.Load(b.Context(), Spec{Module: plainModule(b), Limits: m.Limits, Pool: m.Pool, Accept: discard{},
			Init: abi.AppendInit(nil, abi.Init{Endpoint: "plain", Service: "docs", Generation: "v1", Kind: abi.KindFunction,
				Infra: "static"}),
			WarmUp: [][]byte{plainRequest()}, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			b.Fatal(err)
		}
		return s
	}
	closed := func(b *testing.B, s *Sandbox) {
		b.StopTimer()
		defer b.StartTimer()
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	other := load(b) // compiles
	b.Run("code=shared", func(b *testing.B) {
		for b.Loop() {
			closed(b, load(b))
		}
	})
	closed(b, other)
	b.Run("code=kept", func(b *testing.B) {
		for b.Loop() {
			closed(b, load(b))
		}
	})
}

// BenchmarkStep is the time of what the first load of a module takes beside its compilation, and later ones do not.
func BenchmarkStep(b *testing.B) {
	module := plainModule(b)
	b.Run("check", func(b *testing.B) {
		for b.Loop() {
			if err := wasmbin.Check(module); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("rewrite", func(b *testing.B) {
		for b.Loop() {
			if _, err := wasmbin.Rewrite(module); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkCompile is the time from the bytes of a small Go guest to code that can be instantiated, with an engine of its
// own: compiled by a child, and loaded from what is kept.
func BenchmarkCompile(b *testing.B) {
	module := plainModule(b)
	compile := func(b *testing.B, dir string) {
		e, err := NewEngine(Config{CacheDir: dir, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			b.Fatal(err)
		}
		m, err := e.compile(b.Context(), module, "", 64<<20)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := m.close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.Run("cache=empty", func(b *testing.B) {
		for b.Loop() {
			compile(b, filepath.Join(b.TempDir(), "cache"))
		}
	})
	b.Run("cache=warm", func(b *testing.B) {
		dir := filepath.Join(b.TempDir(), "cache")
		compile(b, dir)
		for b.Loop() {
			compile(b, dir)
		}
	})
}
