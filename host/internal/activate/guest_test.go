package activate

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"skep/abi"
	"skep/host/internal/service"
	"skep/host/internal/store"
)

// A module of the SDK is told what it is, and answers in every form.
func TestGuestOfTheSDK(t *testing.T) {
	b := bring(t, "k8s", files{
		"docs/generations/v3/probe.wasm": probeModule(t),
		"docs/generations/v3/probe.toml": []byte(`config.colour = "blue"`),
	})
	e := b.endpoint(t, "docs", "probe")

	told := string(call(t, e, `{"do":"told"}`, false).Value)
	for _, want := range []string{`"service":"docs"`, `"generation":"v3"`, `"endpoint":"probe"`, `"infra":"k8s"`,
		`"colour":"blue"`} {
		if !strings.Contains(told, want) {
			t.Errorf("the guest was told %s, want %s in it", told, want)
		}
	}
	if r := call(t, e, `{"do":"fail"}`, false); r.Tag != abi.TagError || r.Status != 401 || r.Message != "no key" ||
		r.Type != "NoKey" {
		t.Errorf("error: %+v", r)
	}
	if r := call(t, e, `{"do":"custom"}`, false); r.Tag != abi.TagCustom || string(r.Body) != "Hello, World!" ||
		string(r.ContentType) != "text/plain; charset=utf-8" {
		t.Errorf("custom response: %+v", r)
	}
	if got := string(call(t, e, `{"do":"path"}`, true).Value); got != `"/path"` {
		t.Errorf("path: %s", got)
	}
	for _, do := range []string{"path", "key"} {
		if r := call(t, e, `{"do":"`+do+`"}`, false); r.Tag != abi.TagError || r.Status != 500 ||
			!strings.Contains(r.Message, "not enabled") {
			t.Errorf("%s without request metadata: %+v", do, r)
		}
	}
	report := b.Report(e)
	if len(report.Digest) != 64 || report.Manifest.Config["colour"] != "blue" || len(report.Tests) != 1 {
		t.Errorf("report %+v", report)
	}
}

// Test queries see headers and path, whatever the host's configuration: without them checks of credentials could not be
// tested.
func TestQueriesHaveMetadata(t *testing.T) {
	b := bring(t, "static", files{
		"docs/probe.wasm": probeModule(t),
		"docs/probe.toml": []byte(`
[[test]]
body = { do = "key" }
headers = [["authorization", "Basic a2V5Og=="]]
expect.response = "Basic a2V5Og=="

[[test]]
body = { do = "path" }
expect.response = "/public/api/v1/docs/probe/run"

[[test]]
body = { do = "custom" }
expect = { content_type = "text/plain; charset=utf-8", body = "Hello, World!" }

[[test]]
body = { do = "fail" }
expect = { status = 401, error_type = "NoKey", message = "no key" }
`),
	})
	if e := b.endpoint(t, "docs", "probe"); e.State != service.StateReady {
		t.Errorf("%s is %s: %v", e.Place(), e.State, e.Reason)
	}
}

// When the host is closed meanwhile, nothing is held against modules, and nothing is left behind.
func TestStopWhileLoading(t *testing.T) {
	b, services := prepare(t, "static", files{
		"docs/generations/v2/a.wasm": hello,
		"docs/generations/v1/a.wasm": hello,
		"loose/a.wasm":               hello,
		"slow/probe.wasm":            probeModule(t),
		"slow/probe.toml":            []byte("limits.init = \"60s\"\n[[test]]\nbody.do = \"spin\"\n"),
	})
	spinning := b.log.await("spinning")
	b.Apply(store.Found{Services: services})
	<-spinning
	b.Stop()
	if e := b.endpoint(t, "slow", "probe"); e.State == service.StateReady {
		t.Errorf("%s is %s", e.Place(), e.State)
	}
	if log := b.log.String(); strings.Contains(log, "refused") {
		t.Errorf("the log blames modules:\n%s", log)
	}
}

// Who waits for a generation when the host is closed is not told that there is none.
func TestStopWhilePreloading(t *testing.T) {
	b, services := prepare(t, "static", files{
		"docs/generations/v1/probe.wasm": probeModule(t),
		"docs/generations/v1/probe.toml": []byte("limits.init = \"60s\"\n[[test]]\nbody.do = \"spin\"\n"),
	})
	spinning := b.log.await("spinning")
	b.Apply(store.Found{Services: services})
	<-spinning
	preloaded := make(chan error)
	l := b.lines["docs"]
	go func() { preloaded <- b.Preload(t.Context(), "docs", "v1") }()
	for asked := false; !asked; time.Sleep(time.Millisecond) {
		l.mu.Lock()
		asked = len(l.asked) > 0
		l.mu.Unlock()
	}
	b.Stop()
	if err := <-preloaded; !errors.Is(err, ErrStopped) {
		t.Errorf("preloading ended with %v", err)
	}
	if err := b.Preload(t.Context(), "docs", "v1"); !errors.Is(err, ErrStopped) {
		t.Errorf("preloading when all has stopped: %v", err)
	}
}

// Endpoints are known, as loading, as soon as Apply returns.
func TestLoadingIsKnown(t *testing.T) {
	b, services := prepare(t, "static", files{
		"docs/probe.wasm": probeModule(t), "docs/probe.toml": []byte("[[test]]\nbody.do = \"spin\"\n"),
	})
	b.Apply(store.Found{Services: services})
	if e := b.endpoint(t, "docs", "probe"); e.State != service.StateLoading || e.Caller != nil {
		t.Errorf("%s is %s", e.Place(), e.State)
	}
}

// closing is a Caller that only counts how often it is closed.
type closing struct{ closed int }

func (c *closing) Call(context.Context, []byte, service.ResultReader) (service.Usage, error) {
	return service.Usage{}, service.ErrUnavailable
}

func (c *closing) Drain() {}

func (c *closing) Close() error {
	c.closed++
	return nil
}

func TestWithdraw(t *testing.T) {
	caller := new(closing)
	ready := &candidate{endpoint: &service.Endpoint{State: service.StateReady, Caller: caller}}
	ready.withdraw(ErrGeneration)
	ready.withdraw(ErrStopped) // has no effect any more
	if caller.closed != 1 || !errors.Is(ready.endpoint.Reason, ErrGeneration) {
		t.Errorf("closed %d times, %v", caller.closed, ready.endpoint.Reason)
	}
}

// A defect of the host that a module lays open costs that module only.
func TestPanicWhileLoading(t *testing.T) {
	b, services := prepare(t, "static", files{"docs/a.wasm": hello, "docs/b.wasm": []byte("not wasm")})
	b.Engine = nil // so that loading panics
	b.apply(t, services...)
	checkRefused(t, b, "docs", "a", ErrInternal)
	if log := b.log.String(); !strings.Contains(log, "start.go") || !strings.Contains(log, "nil pointer") {
		t.Errorf("the log has no panic with its stack:\n%s", log)
	}

	b, services = prepare(t, "static", files{"docs/a.wasm": hello})
	b.Store = nil // so that reading panics
	b.apply(t, services...)
	checkRefused(t, b, "docs", "a", ErrInternal)
}
