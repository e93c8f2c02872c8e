package sandbox

import (
	"bufio"
	"bytes"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"skep/host/internal/manifest"
)

// BenchmarkInstance is the time that a further instance takes until it can be called, and the memory that it takes when it
// has answered a call and waits for the next one. The code is not part of that: all instances of a module share it.
func BenchmarkInstance(b *testing.B) {
	for _, c := range []struct {
		guest string
		load  func(b *testing.B) (*Sandbox, []byte)
	}{
		{"go", func(b *testing.B) (*Sandbox, []byte) {
			return loadPlain(b, plainModule(b), manifest.IsolationRequest), plainRequest()
		}},
		{"tiny", func(b *testing.B) (*Sandbox, []byte) {
			return loadHostile(b, ownEngine(b), "good", nil), []byte("nothing")
		}},
	} {
		b.Run("guest="+c.guest, func(b *testing.B) {
			code := executable(b)
			s, request := c.load(b)
			code = executable(b) - code
			before := processMemory(b)
			held := make([]*instance, 32)
			for i := range held {
				var err error
				if held[i], err = s.fresh(); err != nil {
					b.Fatal(err)
				}
				callOnce(b, s, held[i], request)
			}
			after := processMemory(b)
			for _, in := range held {
				in.close()
			}

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
			b.ReportMetric(float64(after-before)/float64(len(held)), "resident-B/instance")
			b.ReportMetric(float64(code), "code-B")
		})
	}
}

// callOnce has an instance that is in no pool answer a call.
func callOnce(b *testing.B, s *Sandbox, in *instance, request []byte) {
	b.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	s.engine.rollback.begin(in.memory)
	in.begin(b.Context(), time.Now(), s.spec.Limits.Timeout, 0)
	if err := in.exchange(in.call, request, discard{}); err != nil {
		b.Fatal(err)
	}
	in.finish()
	if !s.reusable(in) {
		b.Fatal("the instance was not rolled back")
	}
}

// processMemory is what the process has for itself, in bytes, after all that can be given back was: its private resident
// pages.
func processMemory(b *testing.B) int64 {
	b.Helper()
	runtime.GC() // runs finalizers
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/smaps_rollup")
	if err != nil {
		b.Skip(err)
	}
	return sumOf(b, text, "Private_Clean:", "Private_Dirty:")
}

// executable is how much anonymous memory holds code, in bytes: what the engine has compiled or loaded.
func executable(b *testing.B) (size int64) {
	b.Helper()
	runtime.GC() // code of modules that are closed goes with a finalizer
	text, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		b.Skip(err)
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		from, to, _ := strings.Cut(fields[0], "-")
		if len(fields) != 5 || fields[1] != "r-xp" {
			continue
		}
		first, err1 := strconv.ParseInt(from, 16, 64)
		last, err2 := strconv.ParseInt(to, 16, 64)
		if err1 != nil || err2 != nil {
			b.Fatal(line)
		}
		size += last - first
	}
	return size
}

// sumOf adds up values of lines of the form "name: 123 kB".
func sumOf(b *testing.B, text []byte, names ...string) (sum int64) {
	b.Helper()
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		for _, name := range names {
			if len(fields) != 3 || fields[0] != name {
				continue
			}
			n, err := strconv.ParseInt(fields[1], 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			sum += n << 10
		}
	}
	return sum
}
