package sandbox

import (
	"log/slog"
	"path/filepath"
	"testing"
)

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
