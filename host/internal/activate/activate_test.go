package activate

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"skep/abi"
	"skep/host/internal/action"
	"skep/host/internal/frame"
	"skep/host/internal/guestbuild"
	"skep/host/internal/infra"
	"skep/host/internal/sandbox"
	"skep/host/internal/service"
	"skep/host/internal/store"
)

func TestMain(m *testing.M) {
	sandbox.CompileChild()
	os.Exit(m.Run())
}

// engine is one for all tests of the package: compiled code is kept, so that the Go guest is compiled once.
var engine = sync.OnceValues(func() (*sandbox.Engine, error) {
	return sandbox.NewEngine(sandbox.Config{CacheDir: filepath.Join(os.TempDir(), "skep-activate-test"),
		Log: slog.New(slog.DiscardHandler)})
})

// probe is testdata/probe as a module, built once.
var probe = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "probe")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	built, err := guestbuild.Build(context.Background(),
		guestbuild.Options{Dir: "testdata/probe", Out: filepath.Join(dir, "probe.wasm")})
	if err != nil {
		return nil, err
	}
	return os.ReadFile(built.Path)
})

func probeModule(t *testing.T) []byte {
	t.Helper()
	module, err := probe()
	if err != nil {
		t.Fatal(err)
	}
	return module
}

// hello is a module that answers "hello" to every request.
var hello = fixed(valueFrame("hello"), nil)

func valueFrame(s string) []byte {
	return abi.AppendResult(nil, abi.Result{Tag: abi.TagValue, Value: abi.AppendString(nil, s)})
}

// bench is an activator on a folder of its own.
type bench struct {
	*Activator
	root string
	log  *syncBuffer
}

// syncBuffer takes a log from several goroutines.
type syncBuffer struct {
	mu     sync.Mutex
	buf    bytes.Buffer
	waited string
	found  chan bool
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.buf.Write(p)
	if b.found != nil && bytes.Contains(p, []byte(b.waited)) {
		close(b.found)
		b.found = nil
	}
	return len(p), nil
}

// await is closed when an entry holds that text.
func (b *syncBuffer) await(text string) <-chan bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	found := make(chan bool)
	b.waited, b.found = text, found
	return found
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// files are those of a folder of services, by their paths in it.
type files map[string][]byte

// prepare makes a folder of services and an activator for it.
func prepare(t *testing.T, on string, content files) (*bench, []store.Service) {
	t.Helper()
	b := &bench{root: t.TempDir(), log: new(syncBuffer)}
	b.add(t, content)
	s, err := store.Open(b.root)
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine()
	if err != nil {
		t.Fatal(err)
	}
	where, err := infra.Lookup(on)
	if err != nil {
		t.Fatal(err)
	}
	b.Activator = New(s, e, new(service.Registry), where, slog.New(slog.NewTextHandler(b.log, nil)))
	t.Cleanup(func() {
		b.Stop()
		b.Close()
		_ = s.Close()
	})
	return b, b.look(t)
}

// bring activates all that is in a folder.
func bring(t *testing.T, on string, content files) *bench {
	t.Helper()
	b, services := prepare(t, on, content)
	b.apply(t, services...)
	return b
}

// apply activates services as they were found.
func (b *bench) apply(t *testing.T, services ...store.Service) {
	t.Helper()
	b.Apply(store.Found{Services: services})
	if err := b.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// look lists the folder of services.
func (b *bench) look(t *testing.T) []store.Service {
	t.Helper()
	var found store.Found
	ctx, stop := context.WithCancel(t.Context())
	b.Store.Watch(ctx, time.Hour, func(f store.Found) {
		found = f
		stop()
	})
	if found.Err != nil {
		t.Fatal(found.Err)
	}
	return found.Services
}

// add writes files into the folder of services.
func (b *bench) add(t *testing.T, content files) {
	t.Helper()
	for name, data := range content {
		file := filepath.Join(b.root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// endpoint finds an endpoint of an active generation.
func (b *bench) endpoint(t *testing.T, serviceID, id string) *service.Endpoint {
	t.Helper()
	s := b.Registry.Lookup([]byte(serviceID))
	if s == nil || s.Active.Endpoints[id] == nil {
		t.Fatalf("no endpoint %s/%s", serviceID, id)
	}
	return s.Active.Endpoints[id]
}

// call has a function answer a body, with headers and path where meta says so.
func call(t *testing.T, e *service.Endpoint, body string, meta bool) frame.Reply {
	t.Helper()
	if e.State != service.StateReady {
		t.Fatalf("%s is %s: %v", e.Place(), e.State, e.Reason)
	}
	r := frame.Request{Endpoint: e.ID, Kind: e.Kind, Action: action.Run, HasMeta: meta, Path: []byte("/path")}
	var encoder frame.Encoder
	encoded, rows, err := encoder.Encode(&r, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	var decoder frame.Decoder
	decoder.Reset(&r, rows, e.CustomResponse)
	if _, err := e.Caller.Call(t.Context(), encoded, &decoder); err != nil {
		t.Fatalf("%s: %v", e.Place(), err)
	}
	return decoder.Reply
}
