package sandbox

import (
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"

	"skep/host/internal/manifest"
)

// loadEcho loads a guest of a few bytes.
func loadEcho(t *testing.T, e *Engine) (*Sandbox, error) {
	t.Helper()
	m := manifest.Default()
	return e.Load(t.Context(), Spec{Module: read(t, "testdata/echo/echo.wasm"), Limits: m.Limits, Pool: m.Pool,
		Accept: new(answer), Log: slog.New(slog.DiscardHandler)})
}

// TestModulesAreShared has several sandboxes of the same bytes: their code is loaded and charged once, and freed with the
// last of them.
func TestModulesAreShared(t *testing.T) {
	e := newBudgetEngine(t, 0)
	load := func(change func(*Spec)) *Sandbox {
		s, err := loadUnclosed(t, e, change)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := load(nil)
	alone := e.budget.used.Load()
	second := load(func(spec *Spec) { spec.Limits.Memory = 16 << 20 })
	if first.module != second.module || len(e.modules.loaded) != 1 {
		t.Error("the same bytes are loaded twice")
	}
	if want := 2*alone - first.module.charged; e.budget.used.Load() != want {
		t.Errorf("%d bytes are charged for two, want %d: the code once", e.budget.used.Load(), want)
	}
	mustAsk(t, first, "count", "1")
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	runtime.GC()
	mustAsk(t, second, "count", "1")
	third := load(nil)
	mustAsk(t, third, "count", "1")
	for _, s := range []*Sandbox{second, third} {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if used := e.budget.used.Load(); used != 0 || len(e.modules.loaded) != 0 {
		t.Errorf("%d bytes are charged and %d modules loaded when all is closed", used, len(e.modules.loaded))
	}
}

// TestSharedModuleRefused has one sandbox of a module fail while another one serves.
func TestSharedModuleRefused(t *testing.T) {
	e := newBudgetEngine(t, 0)
	good, err := loadUnclosed(t, e, nil)
	if err != nil {
		t.Fatal(err)
	}
	used := e.budget.used.Load()
	refused := errors.New("not this one")
	for name, change := range map[string]func(*Spec){
		"too little memory": func(spec *Spec) { spec.Limits.Memory = pageSize },
		"not accepted":      func(spec *Spec) { spec.Accept = refuses{refused} },
	} {
		if _, err := loadUnclosed(t, e, change); !errors.Is(err, ErrModule) && !errors.Is(err, refused) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if now := e.budget.used.Load(); now != used || good.module.users != 1 {
		t.Errorf("%d bytes are charged, want %d; the module has %d users", now, used, good.module.users)
	}
	mustAsk(t, good, "count", "1")
	if err := good.Close(); err != nil {
		t.Error(err)
	}
}

type refuses struct{ err error }

func (r refuses) ReadResult([]byte) error { return r.err }

// loadUnclosed is loadWith for a test that closes by itself.
func loadUnclosed(t *testing.T, e *Engine, change func(*Spec)) (*Sandbox, error) {
	t.Helper()
	module, err := guestModule()
	if err != nil {
		t.Fatal(err)
	}
	m := manifest.Default()
	spec := Spec{Module: module, Limits: m.Limits, Pool: m.Pool, Init: []byte("hello"), Accept: new(answer),
		Log: slog.New(slog.DiscardHandler)}
	spec.Limits.Memory = 32 << 20
	if change != nil {
		change(&spec)
	}
	return e.Load(t.Context(), spec)
}

// TestModulesHammer has many goroutines load, use and close sandboxes of the same bytes, so that the last use of one is
// the first of another all the time.
func TestModulesHammer(t *testing.T) {
	e := newBudgetEngine(t, 0)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 25 {
				s, err := loadEcho(t, e)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := s.Call(t.Context(), plainRequest(), new(answer)); err != nil {
					t.Error(err)
				}
				for range 2 {
					all.Go(func() {
						if err := s.Close(); err != nil {
							t.Error(err)
						}
					})
				}
			}
		})
	}
	all.Wait()
	if len(e.modules.loaded) != 0 {
		t.Errorf("%d modules are loaded when all is closed", len(e.modules.loaded))
	}
}

// TestLoadingLeavesNothing loads and closes a Go guest over and over: neither heap nor mappings nor open files grow.
func TestLoadingLeavesNothing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("mappings are counted on Linux only")
	}
	e := newBudgetEngine(t, 0)
	cycles := func(n int) {
		for range n {
			s, err := loadUnclosed(t, e, nil)
			if err != nil {
				t.Fatal(err)
			}
			mustAsk(t, s, "count", "1")
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	size := func() (heap uint64, mappings, open int) {
		for range 3 { // the engine's finalizers run between
			runtime.GC()
		}
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc, strings.Count(string(read(t, "/proc/self/maps")), "\n"), len(names("/proc/self/fd"))
	}
	n := 200
	if testing.Short() {
		n = 20
	}
	cycles(5)
	heap, mappings, open := size()
	cycles(n)
	heapAfter, mappingsAfter, openAfter := size()
	t.Logf("heap %d to %d bytes, %d to %d mappings, %d to %d files", heap, heapAfter, mappings, mappingsAfter, open, openAfter)
	if heapAfter > heap+2<<20 || mappingsAfter > mappings+20 || openAfter > open+2 {
		t.Errorf("after %d more cycles: heap %d, was %d bytes; %d mappings, were %d; %d files, were %d", n,
			heapAfter, heap, mappingsAfter, mappings, openAfter, open)
	}
}
