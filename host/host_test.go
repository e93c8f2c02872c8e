package host_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"skep/host"
	"skep/host/hosttest"
)

// journal takes a log and tells when it says something.
type journal struct {
	mu     sync.Mutex
	buf    bytes.Buffer
	waited string
	found  chan bool
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.buf.Write(p)
	if j.found != nil && strings.Contains(string(p), j.waited) {
		close(j.found)
		j.found = nil
	}
	return len(p), nil
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

// await is closed when an entry holds that text.
func (j *journal) await(text string) <-chan bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	found := make(chan bool)
	j.waited, j.found = text, found
	return found
}

func (j *journal) logger() *slog.Logger { return slog.New(slog.NewTextHandler(j, nil)) }

func newHost(t *testing.T, config host.Config) *host.Host {
	t.Helper()
	if config.Root == "" {
		config.Root = "testdata/services"
	}
	if config.Log == nil {
		config.Log = new(journal).logger()
	}
	h, err := host.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return h
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() }) // the host has closed it, unless the test failed
	return ln
}

func TestCloseWithoutServe(t *testing.T) {
	h := newHost(t, host.Config{}) // still loading
	for range 2 {
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Wait(t.Context()); err != nil {
		t.Errorf("Wait after Close: %v", err)
	}
	ln := listen(t)
	if err := h.Serve(ln); err != nil {
		t.Errorf("Serve after Close: %v", err)
	}
	if _, err := net.DialTimeout("tcp", ln.Addr().String(), time.Second); err == nil {
		t.Error("the listener is still open")
	}
}

func TestCloseTwiceAtOnce(t *testing.T) {
	h := newHost(t, host.Config{})
	if err := h.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := h.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestWaitEndsWithItsContext(t *testing.T) {
	root := t.TempDir()
	hosttest.Copy(t, "testdata/services/docs/slow.wasm", filepath.Join(root, "docs", "slow.wasm"))
	sidecar := "[limits]\ntimeout = \"60s\"\ninit = \"60s\"\n" + strings.Repeat("[[test]]\n", 100)
	if err := os.WriteFile(filepath.Join(root, "docs", "slow.toml"), []byte(sidecar), 0o644); err != nil {
		t.Fatal(err)
	}
	log := new(journal)
	begun := log.await("begun")
	h := newHost(t, host.Config{Root: root, Log: log.logger()})
	<-begun // the warm-up runs, and has long to go
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got := h.Endpoints(); len(got) != 1 || got[0].State != "loading" {
		t.Errorf("endpoints %+v", got)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if got := h.Endpoints(); len(got) != 1 || got[0].State != "refused" {
		t.Errorf("after Close: %+v", got)
	}
	if strings.Contains(log.String(), "endpoint refused") {
		t.Errorf("the log blames the module:\n%s", log)
	}
}

func TestCloseAnswersWhatRuns(t *testing.T) {
	log := new(journal)
	h := newHost(t, host.Config{Log: log.logger()})
	ln := listen(t)
	served := make(chan error, 1)
	go func() { served <- h.Serve(ln) }()
	if err := h.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	begun := log.await("begun")
	type answer struct {
		status int
		body   string
		err    error
	}
	answers := make(chan answer, 1)
	go func() {
		res, err := http.Post("http://"+ln.Addr().String()+"/public/api/v1/docs/slow/run", "", nil)
		if err != nil {
			answers <- answer{err: err}
			return
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		answers <- answer{res.StatusCode, string(body), err}
	}()
	<-begun // the guest runs
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	if got := <-answers; got.err != nil || got.status != 200 || !strings.Contains(got.body, "Hello, World!") {
		t.Errorf("%d %s, %v", got.status, got.body, got.err)
	}
}

func TestRequestMetadata(t *testing.T) {
	for _, test := range []struct {
		infra         string
		on            bool
		told, warning bool
	}{
		{"static", true, true, false},
		{"static", false, false, false},
		{"azure-ml", true, true, false},
		{"databricks", true, false, true},
		{"databricks", false, false, false},
	} {
		log := new(journal)
		s := hosttest.Start(t, host.Config{Root: "testdata/services", Infra: test.infra, RequestMetadata: test.on,
			Log: log.logger()})
		res := s.Post(t, "docs/echo/run", `{"a":1}`, "Authorization: Basic a2V5Og==")
		if res.Status != 200 || !strings.Contains(res.Body, `"args":{"a":1}`) {
			t.Errorf("%s: %d %s", test.infra, res.Status, res.Body)
		}
		if told := strings.Contains(res.Body, `["Authorization","Basic a2V5Og=="]`); told != test.told {
			t.Errorf("%s, request metadata %v: %s", test.infra, test.on, res.Body)
		}
		if off := strings.Contains(res.Body, `"request":null`); off == test.told {
			t.Errorf("%s, request metadata %v: %s", test.infra, test.on, res.Body)
		}
		said := strings.Contains(log.String(), "level=WARN") && strings.Contains(log.String(), "infrastructure="+test.infra)
		if said != test.warning {
			t.Errorf("%s, request metadata %v: log\n%s", test.infra, test.on, log)
		}
	}
}

func TestProblemsAndRefusals(t *testing.T) {
	root := t.TempDir()
	hello := "testdata/services/docs/hello.wasm"
	hosttest.Copy(t, hello, filepath.Join(root, "docs", "hello.wasm"))
	hosttest.Copy(t, hello, filepath.Join(root, "lost.wasm"))
	hosttest.Copy(t, "testdata/services/docs/hello.wat", filepath.Join(root, "docs", "bad.wasm"))
	log := new(journal)
	s := hosttest.Start(t, host.Config{Root: root, Log: log.logger()})

	if res := s.Post(t, "docs/hello/run", ""); res.Status != 200 {
		t.Errorf("hello: %d %s", res.Status, res.Body)
	}
	if res := s.Post(t, "docs/bad/run", ""); res.Status != 503 || !strings.Contains(res.Body, "EndpointUnavailable") {
		t.Errorf("bad: %d %s", res.Status, res.Body)
	}
	list := s.Endpoints()
	if len(list) != 2 || list[0].ID != "bad" || list[0].State != "refused" || list[0].Reason == nil ||
		list[1].ID != "hello" || list[1].State != "ready" || len(list[1].SHA256) != 64 {
		t.Errorf("endpoints %+v", list)
	}
	belongs := filepath.Join(root, "<service>", "lost.wasm")
	if p := s.Problems(); len(p) != 1 || !strings.Contains(p[0], belongs) {
		t.Errorf("problems %q", p)
	}
	if !strings.Contains(log.String(), belongs) {
		t.Errorf("the log does not say where the module belongs:\n%s", log)
	}
}

func TestEndpointExamples(t *testing.T) {
	root := t.TempDir()
	hosttest.Copy(t, "testdata/services/docs/hello.wasm", filepath.Join(root, "docs", "hello.wasm"))
	if err := os.WriteFile(filepath.Join(root, "docs", "hello.toml"), []byte(`
[[test]]
headers = [["Authorization", "x"]]
body = { p1 = 1 }
`), 0o644); err != nil {
		t.Fatal(err)
	}
	h := newHost(t, host.Config{Root: root})
	if err := h.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	e := h.Endpoints()[0]
	if string(e.Example.Body) != `{"p1":1}` || e.Example.Action != "run" || len(e.Example.Headers) != 1 {
		t.Errorf("example %+v", e.Example)
	}
	if len(e.Tests) != 1 || e.Tests[0].Err != nil {
		t.Errorf("tests %+v", e.Tests)
	}
	if err := e.Granted(host.InfraType{Name: "databricks"}); err != nil {
		t.Errorf("an endpoint without custom responses is not granted: %v", err)
	}
}

// A file in the folder of services takes the host out of a load balancer, and nothing else.
func TestIsAliveFile(t *testing.T) {
	root := t.TempDir()
	hosttest.Copy(t, "testdata/services/docs/hello.wasm", filepath.Join(root, "docs", "hello.wasm"))
	s := hosttest.Start(t, host.Config{Root: root})
	status := func() int {
		res, err := http.Get(s.URL + "/isAlive/")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return res.StatusCode
	}
	file := filepath.Join(root, "apinode-not-alive.txt")
	for range 2 {
		if got := status(); got != 200 {
			t.Errorf("without the file: %d, want 200", got)
		}
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if got := status(); got != 503 {
			t.Errorf("with the file: %d, want 503", got)
		}
		if got := s.Post(t, "docs/hello/run", ""); got.Status != 200 {
			t.Errorf("a request meanwhile: %d %s", got.Status, got.Body)
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
}
