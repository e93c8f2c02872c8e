package sandbox

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"testing"

	"skep/host/internal/manifest"
)

// loadSmall loads a guest that answers with its own memory, and knows nothing of others.
func loadSmall(ctx context.Context, e *Engine, module []byte) (*Sandbox, error) {
	m := manifest.Default()
	return e.Load(ctx, Spec{Module: module, Limits: m.Limits, Pool: m.Pool, Accept: new(answer),
		Log: slog.New(slog.DiscardHandler)})
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
