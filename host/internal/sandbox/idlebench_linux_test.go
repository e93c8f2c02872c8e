package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"skep/host/internal/manifest"
)

// BenchmarkIdle is what an endpoint with a Go module of its own takes when it has answered a call, without the code: ready
// for the next one; when it has been idle for so long that its instance rests; and that its image is packed. The time is
// that of the next call.
func BenchmarkIdle(b *testing.B) {
	const endpoints = 20
	module := plainModule(b)
	for _, idle := range []string{"ready", "rests", "packed"} {
		b.Run(idle, func(b *testing.B) {
			sandboxes := make([]*Sandbox, endpoints)
			load := func(i int) *Sandbox {
				name := fmt.Sprintf("%s %d", idle, i)
				section := append([]byte{0, byte(len(name) + 1), byte(len(name))}, name...)
				s := loadPlain(b, append(module[:len(module):len(module)], section...), manifest.IsolationRequest)
				answerOnce(b, s)
				return s
			}
			load(endpoints) // what the first one takes is not of interest
			before := memoryWithoutCode(b)
			for i := range sandboxes {
				sandboxes[i] = load(i)
			}
			toRest := func(s *Sandbox) {
				if idle != "ready" {
					s.pool.rest(0)
				}
				if idle == "packed" && s.image.packNow() {
					s.module.data.packNow()
				}
			}
			for _, s := range sandboxes {
				toRest(s)
			}
			after := memoryWithoutCode(b)
			i := 0
			for b.Loop() {
				s := sandboxes[i%endpoints]
				answerOnce(b, s)
				b.StopTimer()
				toRest(s)
				i++
				b.StartTimer()
			}
			b.ReportMetric(float64(after-before)/endpoints, "B/endpoint")
		})
	}
}

func answerOnce(b *testing.B, s *Sandbox) {
	b.Helper()
	var a answer
	if _, err := s.Call(b.Context(), plainRequest(), &a); err != nil || !strings.Contains(a.String(), plainText) {
		b.Fatalf("%q, %v", a.String(), err)
	}
}

// memoryWithoutCode is what the process has in memory that belongs to no file on a disk, in bytes: pages of its own, but
// for code, and images, mapped or not.
func memoryWithoutCode(b *testing.B) int64 {
	b.Helper()
	for range 3 { // the engine's finalizers run between
		runtime.GC()
	}
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/smaps_rollup")
	if err != nil {
		b.Skip(err)
	}
	size := sumOf(b, text, "Anonymous:") - executable(b)
	files, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range files {
		if target, err := os.Readlink(name); err != nil || !strings.HasPrefix(target, "/memfd:") {
			continue
		}
		var info unix.Stat_t
		if unix.Stat(name, &info) == nil {
			size += info.Blocks * 512
		}
	}
	return size
}
