package bench

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"skep/host"
	"skep/host/hosttest"
)

// How many modules and endpoints a restarted host finds. The figures of README.md are of 100 modules; the first run with
// so many compiles each of them.
var (
	restartModules   = flag.Int("restart.modules", 5, "BenchmarkRestart: modules, each a service of its own")
	restartEndpoints = flag.Int("restart.endpoints", 2, "BenchmarkRestart: endpoints of each module")
	restartCache     = flag.String("restart.cache", "", "BenchmarkRestart: keep compiled modules in this folder, for another run")
	restartIdle      = flag.Duration("restart.idle", 0, "BenchmarkRestart: wait before memory is measured; instances rest after a minute")
)

// BenchmarkRestart starts a host that finds many Go modules, of which all have been compiled before: an iteration is the
// time until all endpoints are ready. Each module is another one for the host, though they do the same.
func BenchmarkRestart(b *testing.B) {
	root := b.TempDir()
	restartServices(b, textModule(b), root, *restartModules, *restartEndpoints)
	cache := *restartCache
	if cache == "" {
		cache = filepath.Join(b.TempDir(), "cache")
	}
	before, imagesBefore := residentMemory(b)
	began := time.Now()
	h, _, code := restart(b, root, cache) // compiles, where the cache is new
	cold := time.Since(began)
	closeHost(b, h)

	var first, cpu time.Duration
	var resident, images, heap int64
	endpoints := float64(*restartModules * *restartEndpoints)
	for b.Loop() {
		b.StopTimer()
		used, err := cpuTime()
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		h, answered, _ := restart(b, root, cache)
		b.StopTimer()
		now, err := cpuTime()
		if err != nil {
			b.Fatal(err)
		}
		first, cpu = first+answered, cpu+now-used
		time.Sleep(*restartIdle)
		resident, images = residentMemory(b)
		resident, images, heap = resident-before-code, images-imagesBefore, heapMemory()
		closeHost(b, h)
		b.StartTimer()
	}
	n := float64(b.N)
	b.ReportMetric(cold.Seconds()*1e3, "cold-ms")
	b.ReportMetric(first.Seconds()*1e3/n, "first-ms")
	b.ReportMetric(cpu.Seconds()*1e3/n, "cpu-ms/op")
	b.ReportMetric(float64(code)/float64(*restartModules), "code-B/module")
	b.ReportMetric(float64(resident)/endpoints, "resident-B/endpoint")
	b.ReportMetric(float64(images)/endpoints, "image-B/endpoint")
	b.ReportMetric(float64(heap)/endpoints, "heap-B/endpoint")
}

// textModule is the module of docs/text.
func textModule(b *testing.B) []byte {
	b.Helper()
	built := b.TempDir()
	hosttest.Build(b, filepath.Join("..", "modules", service, "text"), built, service)
	module, err := os.ReadFile(filepath.Join(built, service, "generations", generation, "text.wasm"))
	if err != nil {
		b.Fatal(err)
	}
	return module
}

// restartServices makes a folder with many modules, which do the same, each with many endpoints.
func restartServices(b *testing.B, module []byte, root string, modules, endpoints int) {
	b.Helper()
	for i := range modules {
		dir := filepath.Join(root, fmt.Sprintf("s%d", i), "generations", generation)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.Fatal(err)
		}
		name := fmt.Sprintf("number %d", i)
		section := append([]byte{0, byte(len(name) + 1), byte(len(name))}, name...)
		file := filepath.Join(dir, "e0.wasm")
		if err := os.WriteFile(file, append(module[:len(module):len(module)], section...), 0o644); err != nil {
			b.Fatal(err)
		}
		for j := 1; j < endpoints; j++ {
			if err := os.Link(file, filepath.Join(dir, fmt.Sprintf("e%d.wasm", j))); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// restart starts a host and returns when all is ready: with the time until the first answer over the wire, and the size
// of the code that it has loaded.
func restart(b *testing.B, root, cache string) (h *host.Host, first time.Duration, code int64) {
	b.Helper()
	started := time.Now()
	code = -executableMemory(b)
	h, err := host.New(host.Config{Root: root, CacheDir: cache, MemoryBudget: 64 << 30, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go h.Serve(ln)
	answered := make(chan time.Duration, 1)
	ctx, cancel := context.WithTimeout(b.Context(), 30*time.Minute)
	defer cancel()
	go func() {
		answered <- firstAnswer(ctx, h, "http://"+ln.Addr().String(), started)
	}()
	if err := h.Wait(ctx); err != nil {
		b.Fatal(err)
	}
	if err := ready(h); err != nil {
		b.Fatal(err)
	}
	first = <-answered
	b.StopTimer()
	code += executableMemory(b)
	b.StartTimer()
	return h, first, code
}

// firstAnswer asks whichever endpoint is ready first.
func firstAnswer(ctx context.Context, h *host.Host, url string, started time.Time) time.Duration {
	for ctx.Err() == nil {
		for _, e := range h.Endpoints() {
			if e.State != "ready" {
				continue
			}
			response, err := http.Post(url+e.Path("run"), "application/json", strings.NewReader("{}"))
			if err != nil {
				break
			}
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return time.Since(started)
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	return 0
}

func closeHost(b *testing.B, h *host.Host) {
	b.Helper()
	http.DefaultClient.CloseIdleConnections()
	if err := h.Close(); err != nil {
		b.Fatal(err)
	}
}

// heapMemory is the Go heap in use, in bytes.
func heapMemory() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// residentMemory is what the process has in memory, in bytes, after all that can be given back was: images of modules, whole
// and once each, whether they are mapped or not, and its share of other pages.
func residentMemory(b *testing.B) (all, images int64) {
	b.Helper()
	runtime.GC() // runs finalizers
	debug.FreeOSMemory()
	m, err := memoryOf(os.Getpid())
	if err != nil {
		b.Skip(err)
	}
	return m.share - m.shared + m.images, m.images
}

// executableMemory is how much anonymous memory holds code, in bytes.
func executableMemory(b *testing.B) int64 {
	b.Helper()
	m, err := memoryOf(os.Getpid())
	if err != nil {
		b.Skip(err)
	}
	return m.code
}
