package bench

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"skep/host"
	"skep/host/hosttest"
)

// BenchmarkModule says what a small Go module costs before its first request: an iteration is the time from opening its
// folder until it is ready, compiled anew or loaded from a folder of compiled code.
func BenchmarkModule(b *testing.B) {
	root := b.TempDir()
	hosttest.Build(b, filepath.Join("..", "modules", service, "text"), root, service)
	size := float64(diskSize(b, root))

	b.Run("start/cache=empty", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			cache := filepath.Join(b.TempDir(), "cache")
			b.StartTimer()
			start(b, root, cache)
		}
		b.ReportMetric(size, "module-B")
	})
	b.Run("start/cache=warm", func(b *testing.B) {
		cache := filepath.Join(b.TempDir(), "cache")
		start(b, root, cache)
		for b.Loop() {
			start(b, root, cache)
		}
		b.ReportMetric(float64(diskSize(b, cache)), "cache-B")
	})
}

// start brings a host up until all is ready, and ends it off the clock.
func start(b *testing.B, root, cache string) {
	b.Helper()
	h, err := host.New(host.Config{Root: root, CacheDir: cache, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	if err := h.Wait(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	defer b.StartTimer()
	if err := ready(h); err != nil {
		b.Fatal(err)
	}
	if err := h.Close(); err != nil {
		b.Fatal(err)
	}
}

// diskSize is the size of all files in a folder, in bytes.
func diskSize(b *testing.B, dir string) (size int64) {
	b.Helper()
	err := filepath.WalkDir(dir, func(_ string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		size += info.Size()
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return size
}
