package rollout_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"skep/abi"
	"skep/host/hosttest"
	"skep/host/internal/activate"
	"skep/host/internal/infra"
	"skep/host/internal/rollout"
	"skep/host/internal/sandbox"
	"skep/host/internal/service"
	"skep/host/internal/store"
)

func TestMain(m *testing.M) { hosttest.Main(m) }

// records are the phases that the audit log has been told of.
type records struct {
	slog.Handler
	mu     sync.Mutex
	phases []string
	first  func() // is called when there is one
}

func (r *records) Enabled(context.Context, slog.Level) bool { return true }

func (r *records) Handle(_ context.Context, record slog.Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	record.Attrs(func(a slog.Attr) bool {
		if a.Key == "phase" {
			r.phases = append(r.phases, a.Value.String())
		}
		return true
	})
	if r.first != nil {
		r.first()
		r.first = nil
	}
	return nil
}

// has waits for a phase to be recorded.
func (r *records) has(t *testing.T, phase string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		r.mu.Lock()
		phases := slices.Clone(r.phases)
		r.mu.Unlock()
		if slices.Contains(phases, phase) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("recorded are %v, not %s", phases, phase)
		}
	}
}

// serve has generations v1 and v2 of docs loaded, and v1 serve.
func serve(t *testing.T) (*rollout.Rollouts, *records) {
	t.Helper()
	root := t.TempDir()
	module := hosttest.GuestWith(abi.AppendResult(nil, abi.Result{Tag: abi.TagValue, Value: abi.AppendString(nil, "hello")}))
	for _, generation := range []string{"v1", "v2"} {
		dir := filepath.Join(root, "docs", "generations", generation)
		if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "a.wasm"), module, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	quiet := slog.New(slog.DiscardHandler)
	engine, err := sandbox.NewEngine(sandbox.Config{CacheDir: filepath.Join(os.TempDir(), "skep-rollout-test"), Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SwitchTo("docs", "v1"); err != nil {
		t.Fatal(err)
	}
	where, err := infra.Lookup(infra.Default)
	if err != nil {
		t.Fatal(err)
	}
	registry := new(service.Registry)
	a := activate.New(s, engine, registry, where, quiet)
	audit := new(records)
	r := rollout.New(rollout.Config{Store: s, Activator: a, Registry: registry, Audit: slog.New(audit), Log: quiet})
	ctx, stop := context.WithCancel(context.Background())
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		s.Watch(ctx, time.Hour, a.Apply)
	}()
	t.Cleanup(func() {
		stop()
		<-watched
		r.Close()
		a.Stop()
		a.Close()
		_ = s.Close()
	})
	return r, audit
}

// slow is a plan that does nothing for a long time: there are no calls.
func slow() rollout.Plan {
	p := rollout.Default()
	p.Generation, p.Interval = "v2", time.Minute
	return p
}

// Whoever begins a rollout and goes before it has begun leaves nothing behind that nobody looks after.
func TestBeginningThatIsGivenUp(t *testing.T) {
	r, audit := serve(t)
	ctx, cancel := context.WithCancel(t.Context())
	audit.first = cancel
	if err := r.Start(ctx, "docs", slow()); !errors.Is(err, context.Canceled) {
		t.Errorf("the rollout began: %v", err)
	}
	audit.has(t, string(rollout.Withdrawn))
	if st, _ := r.Status("docs"); st.Phase != rollout.Withdrawn {
		t.Errorf("the rollout is %s", st.Phase)
	}
	state, err := r.Store.State("docs")
	if err != nil || state.Rollout != (store.Rollout{}) || !slices.Equal(state.Mapping, []store.Share{{Generation: "v1", Proba: 1}}) {
		t.Errorf("the state is %+v, %v", state, err)
	}
}

// A rollout that begins on the way of one that was ended by somebody is another one.
func TestSameWayAgain(t *testing.T) {
	r, audit := serve(t)
	for range 2 {
		if err := r.Store.SwitchTo("docs", "v1"); err != nil {
			t.Fatal(err)
		}
		if err := r.Start(t.Context(), "docs", slow()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond) // it looks at how the generations do, every second
	}
	audit.has(t, string(rollout.Superseded))
	if st, _ := r.Status("docs"); st.Phase != rollout.Running {
		t.Errorf("the second rollout is %s", st.Phase)
	}
}
