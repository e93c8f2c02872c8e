// Package hosttest starts hosts for tests, in the image of net/http/httptest: build a module, start a host on a loopback
// address, call it. It uses the host through its public door only.
package hosttest

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"skep/host"
	"skep/host/internal/guestbuild"
)

// Main runs the tests of a package that starts hosts. It is all of its TestMain.
func Main(m *testing.M) {
	host.CompileChild()
	os.Exit(m.Run())
}

// Build compiles the endpoint in the folder src to root/service/generations/v1/name.wasm, name being that of the folder.
func Build(tb testing.TB, src, root, service string) {
	tb.Helper()
	out := filepath.Join(root, service, "generations", "v1", filepath.Base(src)+".wasm")
	if _, err := guestbuild.Build(tb.Context(), guestbuild.Options{Dir: src, Out: out}); err != nil {
		tb.Fatal(err)
	}
}

// Server is a host that listens. It ends with the test.
type Server struct {
	*host.Host
	URL string // http://127.0.0.1:port
}

// Start serves a folder of services and returns when all of it is loaded. Compiled modules are kept in the user's cache
// folder, so that a second run is quick. An endpoint that is refused fails the test only when it is called.
func Start(tb testing.TB, config host.Config) *Server {
	tb.Helper()
	if config.Log == nil {
		config.Log = slog.New(slog.NewTextHandler(&testLog{tb}, nil))
	}
	h, err := host.New(config)
	if err != nil {
		tb.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- h.Serve(ln) }()
	tb.Cleanup(func() {
		if err := h.Close(); err != nil {
			tb.Errorf("closing the host: %v", err)
		}
		if err := <-served; err != nil {
			tb.Errorf("serving: %v", err)
		}
	})
	if err := h.Wait(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return &Server{Host: h, URL: "http://" + ln.Addr().String()}
}

// Response is an answer, read whole.
type Response struct {
	Status int
	Header http.Header
	Body   string
}

// Post calls service/endpoint/action with a body and headers, given as "Name: value".
func (s *Server) Post(tb testing.TB, path, body string, headers ...string) Response {
	tb.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost,
		s.URL+"/public/api/v1/"+path, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Add(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return Response{Status: res.StatusCode, Header: res.Header, Body: string(text)}
}

// testLog sends the host's log to the test that started it.
type testLog struct{ tb testing.TB }

func (l *testLog) Write(p []byte) (int, error) {
	l.tb.Log(strings.TrimSuffix(string(p), "\n"))
	return len(p), nil
}

// Copy puts a file that is already built into a folder of services.
func Copy(tb testing.TB, from, to string) {
	tb.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o644); err != nil {
		tb.Fatal(err)
	}
}
