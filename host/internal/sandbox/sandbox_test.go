package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"skep/host/internal/manifest"
	"skep/host/internal/service"
)

// TestPristine shows that no call sees what another one left, however many there were, also after the memory grew.
func TestPristine(t *testing.T) {
	s := mustLoad(t, func(spec *Spec) { spec.Pool.Ceil, spec.Pool.Cruise = 1, 1 })
	for range 3 {
		mustAsk(t, s, "count", "1")
	}
	size := len(s.pool.idle[0].memory.bytes())
	mustAsk(t, s, "grow a little", "grown")
	if got := len(s.pool.idle[0].memory.bytes()); got != size {
		t.Errorf("the memory has %d bytes after a call that grew it, %d before", got, size)
	}
	mustAsk(t, s, "grow a little", "grown")
	mustAsk(t, s, "count", "1")
	in := s.pool.idle[0]
	if !bytes.Equal(in.memory.bytes(), s.image.source) {
		t.Error("the memory differs from the image")
	}
	for i, g := range in.globals {
		if g.Get() != s.image.globals[i] {
			t.Errorf("global %d is %d, in the image %d", i, g.Get(), s.image.globals[i])
		}
	}
}

// TestWarmUpIsInTheImage shows that what the warm-up leaves is what every call starts from.
func TestWarmUpIsInTheImage(t *testing.T) {
	s := mustLoad(t, func(spec *Spec) {
		spec.WarmUp = [][]byte{[]byte("count"), []byte("count")}
		spec.Pool.Ceil = 2
	})
	mustAsk(t, s, "count", "3")
	mustAsk(t, s, "count", "3")
}

func TestIsolationInstance(t *testing.T) {
	s := mustLoad(t, func(spec *Spec) { spec.Isolation = manifest.IsolationInstance })
	mustAsk(t, s, "count", "1")
	mustAsk(t, s, "count", "2")
}

// TestRenew shows that calls after it find nothing of those before, not even where an instance keeps its memory.
func TestRenew(t *testing.T) {
	for _, isolation := range []manifest.Isolation{manifest.IsolationRequest, manifest.IsolationInstance} {
		s := mustLoad(t, func(spec *Spec) { spec.Isolation = isolation })
		mustAsk(t, s, "count", "1")
		used := s.pool.idle[0]
		s.Renew()
		if s.pool.total != 1 || len(s.pool.idle) != 1 || s.pool.idle[0] == used || s.pool.idle[0].memory.shedding.bytes != 0 {
			t.Errorf("%v: %d instances, of which %d are idle, the last one used: %v", isolation, s.pool.total, len(s.pool.idle),
				s.pool.idle[0] == used)
		}
		mustAsk(t, s, "count", "1")
	}
}

// TestRenewWithoutImage is TestRenew for an instance that keeps its memory and has no image.
func TestRenewWithoutImage(t *testing.T) {
	s := loadLeak(t, ownEngine(t), 4, func(spec *Spec) {
		spec.Isolation, spec.WarmUp = manifest.IsolationInstance, [][]byte{frameOf(order{orderTableSet, 2})}
	})
	if s.image != nil {
		t.Fatal("it has an image, though its tables have changed")
	}
	give(t, s, order{orderPoke, 5000, 99})
	if got := give(t, s, order{orderPeek, 5000}); got[0] != 99 {
		t.Errorf("the next call finds %d, want 99", got[0])
	}
	s.Renew()
	if got := give(t, s, order{orderPeek, 5000}); got[0] != 0 {
		t.Errorf("after Renew, a call finds %d, want 0", got[0])
	}
}

// TestFaults shows what each bad thing that a guest does comes to, and that the next call knows nothing of it.
func TestFaults(t *testing.T) {
	for _, isolation := range []manifest.Isolation{manifest.IsolationRequest, manifest.IsolationInstance} {
		s := mustLoad(t, func(spec *Spec) { spec.Isolation = isolation })
		for _, tc := range []struct {
			request string
			want    error
			text    string
		}{
			{"trap", service.ErrGuestTrap, "nil pointer"},
			{"exit", service.ErrGuestExit, "exit code 3"},
			{"loop", service.ErrGuestTimeout, ""},
			{"sleep", service.ErrGuestTimeout, ""},
			{"grow", service.ErrGuestMemory, ""},
			{"outside", service.ErrGuestProtocol, "outside of the memory"},
			{"beyond", service.ErrGuestProtocol, "at most"},
			{strings.Repeat("x", 131), service.ErrGuestMemory, "no room"},
			{strings.Repeat("x", 171), service.ErrGuestProtocol, "outside of the memory"},
			{"log outside", service.ErrGuestTrap, "log"},
		} {
			t.Run(fmt.Sprintf("%s/%.12s", isolation, tc.request), func(t *testing.T) {
				hurry(s, tc.want)
				got, err := ask(t, s, tc.request)
				if !errors.Is(err, tc.want) {
					t.Fatalf("%q, %v; want %v", got, err, tc.want)
				}
				hurry(s, nil)
				mustAsk(t, s, "count", "1")
			})
		}
	}
}

// TestRefusedResult shows that a guest whose answer breaks the protocol is not used again.
func TestRefusedResult(t *testing.T) {
	s := mustLoad(t, func(spec *Spec) { spec.Isolation = manifest.IsolationInstance })
	mustAsk(t, s, "count", "1")
	if _, err := s.Call(t.Context(), []byte("count"), refusing{}); !errors.Is(err, service.ErrGuestProtocol) {
		t.Fatalf("error %v", err)
	}
	mustAsk(t, s, "count", "1")
}

type refusing struct{}

func (refusing) ReadResult([]byte) error { return service.ErrGuestProtocol }

// TestPanickingReader shows that a bug of the host's own costs the instance, and no place in the pool.
func TestPanickingReader(t *testing.T) {
	s := mustLoad(t, func(spec *Spec) { spec.Pool.Ceil, spec.Pool.Cruise = 1, 1 })
	for range 3 {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			_, _ = s.Call(t.Context(), []byte("count"), panicking{})
		}()
	}
	mustAsk(t, s, "count", "1")
}

type panicking struct{}

func (panicking) ReadResult([]byte) error { panic("a bug") }

func TestInit(t *testing.T) {
	var accept answer
	mustLoad(t, func(spec *Spec) { spec.Accept = &accept })
	if got, want := accept.String(), "init hello"; got != want {
		t.Errorf("init answered %q, want %q", got, want)
	}
	if _, err := load(t, func(spec *Spec) { spec.Accept = refusing{} }); !errors.Is(err, service.ErrGuestProtocol) {
		t.Errorf("refused at init: %v", err)
	}
	_, err := load(t, func(spec *Spec) {
		spec.Init = []byte("loop")
		spec.Limits.Init = 10 * short // the start of the guest is a part of it
	})
	if !errors.Is(err, service.ErrGuestTimeout) || !strings.HasPrefix(err.Error(), fmt.Sprintf("init (limits.init = %v): ", 10*short)) {
		t.Errorf("endless init: %v", err)
	}
	_, err = load(t, func(spec *Spec) { spec.WarmUp = [][]byte{[]byte("count"), []byte("trap")} })
	if !errors.Is(err, service.ErrGuestTrap) || !strings.HasPrefix(err.Error(), "warm-up with test query 2: ") {
		t.Errorf("warm-up that traps: %v", err)
	}
}

func TestLog(t *testing.T) {
	var mu sync.Mutex
	var text bytes.Buffer
	s := mustLoad(t, func(spec *Spec) {
		spec.Log = slog.New(slog.NewTextHandler(lockedWriter{&mu, &text}, nil)).With("endpoint", "e")
	})
	mustAsk(t, s, "log", "log")
	mu.Lock()
	defer mu.Unlock()
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	if got, want := len(lines), maxLogLines+1; got != want {
		t.Fatalf("%d lines, want %d", got, want)
	}
	if !strings.Contains(lines[0], `level=WARN msg=guest endpoint=e text="a line\x1b[31m�"`) {
		t.Errorf("line %s", lines[0])
	}
	if last := lines[maxLogLines]; !strings.Contains(last, "dropped=38") { // 36 lines and two of standard error
		t.Errorf("last line %s", last)
	}
}

type lockedWriter struct {
	mu *sync.Mutex
	w  *bytes.Buffer
}

func (l lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// TestManyAtOnce calls one sandbox from many goroutines, more than there may be instances.
func TestManyAtOnce(t *testing.T) {
	s := mustLoad(t, func(spec *Spec) { spec.Pool.Ceil = 3 })
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			for i := range 20 {
				if i%5 == 4 {
					if _, err := ask(t, s, "trap"); !errors.Is(err, service.ErrGuestTrap) {
						t.Errorf("trap: %v", err)
					}
				}
				mustAsk(t, s, "count", "1")
			}
		})
	}
	all.Wait()
	if s.pool.total > 3 {
		t.Errorf("%d instances, at most 3 are allowed", s.pool.total)
	}
}

func TestClosed(t *testing.T) {
	s := mustLoad(t, nil)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(t, s, "count"); !errors.Is(err, service.ErrUnavailable) {
		t.Errorf("a call after Close: %v", err)
	}
}
