package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"skep/host/internal/manifest"
	"skep/host/internal/service"
)

func TestMain(m *testing.M) {
	CompileChild()
	if file := os.Getenv(envOrphan); file != "" {
		beOrphan(file)
	}
	os.Exit(m.Run())
}

// envOrphan makes the test binary a program that waits for its compiler for ever, and the compiler one that writes its
// process id to the file of this name.
const envOrphan = "SKEP_SANDBOX_TEST_ORPHAN"

func beOrphan(file string) {
	e, err := NewEngine(Config{CacheDir: filepath.Join(os.TempDir(), "cache"), Log: slog.New(slog.DiscardHandler),
		Compiler: []string{"sh", "-c", "echo $$ >" + file + "; exec sleep 1000"}})
	if err == nil {
		_, err = e.load(context.Background(), tiny("a"))
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// guestModule builds testdata/guest once.
var guestModule = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "sandbox")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "guest.wasm")
	build := exec.Command("go", "build", "-buildmode=c-shared", "-o", file, "./testdata/guest")
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, errors.New(string(out))
	}
	return os.ReadFile(file)
})

// engine is one for all tests of the package: compiled code is kept, so that the guest is compiled once.
var engine = sync.OnceValues(func() (*Engine, error) {
	return NewEngine(Config{CacheDir: filepath.Join(os.TempDir(), "skep-sandbox-test"), Log: slog.New(slog.DiscardHandler)})
})

// load makes a sandbox of the guest; change may alter its settings.
func load(tb testing.TB, change func(*Spec)) (*Sandbox, error) {
	tb.Helper()
	e, err := engine()
	if err != nil {
		tb.Fatal(err)
	}
	return loadWith(tb, e, change)
}

// loadWith is load with an engine of the caller's.
func loadWith(tb testing.TB, e *Engine, change func(*Spec)) (*Sandbox, error) {
	tb.Helper()
	module, err := guestModule()
	if err != nil {
		tb.Fatal(err)
	}
	m := manifest.Default()
	spec := Spec{Module: module, Limits: m.Limits, Pool: m.Pool, Isolation: m.Isolation, Init: []byte("hello"),
		Accept: new(answer), Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	spec.Limits.Memory = 32 << 20
	if change != nil {
		change(&spec)
	}
	s, err := e.Load(tb.Context(), spec)
	if err == nil {
		tb.Cleanup(func() {
			if err := s.Close(); err != nil {
				tb.Errorf("closing the sandbox: %v", err)
			}
		})
	}
	return s, err
}

func mustLoad(tb testing.TB, change func(*Spec)) *Sandbox {
	tb.Helper()
	s, err := load(tb, change)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// answer keeps a copy of a result.
type answer struct{ bytes.Buffer }

func (a *answer) ReadResult(frame []byte) error {
	a.Reset()
	a.Write(frame)
	return nil
}

// ask calls a sandbox.
func ask(tb testing.TB, s *Sandbox, request string) (string, error) {
	tb.Helper()
	var a answer
	_, err := s.Call(tb.Context(), []byte(request), &a)
	return a.String(), err
}

func mustAsk(tb testing.TB, s *Sandbox, request, want string) {
	tb.Helper()
	got, err := ask(tb, s, request)
	if err != nil {
		tb.Fatalf("%s: %v", request, err)
	}
	if got != want {
		tb.Errorf("%s: %q, want %q", request, got, want)
	}
}

// short is the time of a call that is to run out of it. Others have a minute: a busy machine takes its time.
const short = 100 * time.Millisecond

// hurry gives the calls of a sandbox little time where they are to come to want by running out of it.
func hurry(s *Sandbox, want error) {
	s.spec.Limits.Timeout = time.Minute
	if errors.Is(want, service.ErrGuestTimeout) {
		s.spec.Limits.Timeout = short
	}
}
