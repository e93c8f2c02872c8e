package ingress

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"skep/abi"
	"skep/host/internal/service"
)

// guest stands for a sandbox: it answers a request frame with a result frame.
type guest func(request []byte) (result []byte, err error)

var _ service.Caller = guest(nil)

func (g guest) Call(_ context.Context, request []byte, result service.ResultReader) (service.Usage, error) {
	usage := service.Usage{Wait: 3 * time.Microsecond, Guest: 5 * time.Microsecond, Fuel: 7}
	frame, err := g(request)
	if err != nil {
		return usage, err
	}
	frame = bytes.Clone(frame)
	err = result.ReadResult(frame)
	for i := range frame {
		frame[i] = '!' // guest memory changes when the next call runs; nothing may still read it
	}
	return usage, err
}

func (g guest) Drain() {}

func (g guest) Close() error { return nil }

// answers is a guest that gives the same result to every request.
func answers(r abi.Result) guest {
	frame := abi.AppendResult(nil, r)
	return func([]byte) ([]byte, error) { return frame, nil }
}

// value is the frame of a value in MessagePack.
func value(msgpack []byte) abi.Result { return abi.Result{Tag: abi.TagValue, Value: msgpack} }

// endpoint is one that serves, of service docs and generation v1.
func endpoint(id string, caller service.Caller) *service.Endpoint {
	return &service.Endpoint{Service: "docs", Generation: "v1", ID: id, Kind: abi.KindFunction, MaxBody: 1 << 20,
		State: service.StateReady, Caller: caller}
}

// custom is an endpoint that may answer with custom responses.
func custom(id string, caller service.Caller) *service.Endpoint {
	e := endpoint(id, caller)
	e.CustomResponse = true
	return e
}

// registry holds the endpoints, each in its service and generation.
func registry(endpoints ...*service.Endpoint) *service.Registry {
	r := new(service.Registry)
	for _, e := range endpoints {
		if r.Lookup([]byte(e.Service)) == nil {
			r.Put(&service.Service{ID: e.Service,
				Active: &service.Generation{ID: e.Generation, Endpoints: map[string]*service.Endpoint{}}})
		}
		r.PutEndpoint(e)
	}
	return r
}

// running is a server on a loopback address. It ends with the test.
type running struct {
	*Server
	addr string
	log  *syncBuffer
}

func start(t *testing.T, endpoints ...*service.Endpoint) *running {
	t.Helper()
	return startWith(t, Config{Registry: registry(endpoints...)})
}

func startWith(t *testing.T, config Config) *running {
	t.Helper()
	log := new(syncBuffer)
	if config.Access == nil {
		config.Access = public{}
	}
	config.Version, config.Log = "9.9.9", slog.New(slog.NewTextHandler(log, nil))
	s := New(config)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	t.Cleanup(func() {
		if err := s.Shutdown(); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return &running{s, ln.Addr().String(), log}
}

// syncBuffer takes a log from several goroutines.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// raw sends bytes as they are and gives all bytes that come back until the server closes the connection, which it does
// since nothing more is sent.
func (s *running) raw(t *testing.T, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second)) // a hang is a failure, not a hung test
	// The server may answer and close before it has read all; what counts is what comes back.
	_, _ = io.WriteString(conn, request)
	_ = conn.(*net.TCPConn).CloseWrite()
	answer, err := io.ReadAll(conn)
	if err != nil && !errors.Is(err, syscall.ECONNRESET) { // a reset: it has not read all that was sent
		t.Fatalf("reading the answer: %v (so far %q)", err, answer)
	}
	return string(answer)
}

// response is an answer, read whole.
type response struct {
	status int
	header http.Header
	body   string
	closes bool // it is the last one of its connection
}

// send sends a request whose target stands in it as given, without any change by a client.
func (s *running) send(t *testing.T, method, target, body string, headers ...string) response {
	t.Helper()
	answers := s.parse(t, s.raw(t, request(method, target, body, headers...)), method)
	if len(answers) != 1 {
		t.Fatalf("%s %s: %d answers", method, target, len(answers))
	}
	return answers[0]
}

// post calls an endpoint of service docs.
func (s *running) post(t *testing.T, endpointAction, body string, headers ...string) response {
	t.Helper()
	return s.send(t, "POST", "/public/api/v1/docs/"+endpointAction, body, headers...)
}

// request is the text of an HTTP request.
func request(method, target, body string, headers ...string) string {
	var b strings.Builder
	b.WriteString(method + " " + target + " HTTP/1.1\r\nHost: x\r\n")
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	if method == "POST" || body != "" {
		b.WriteString("Content-Length: " + strconv.Itoa(len(body)) + "\r\n")
	}
	return b.String() + "\r\n" + body
}

// parse reads answers, one for each method, and wants nothing after them.
func (s *running) parse(t *testing.T, answers string, methods ...string) (list []response) {
	t.Helper()
	r := bufio.NewReader(strings.NewReader(answers))
	for _, method := range methods {
		res, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			t.Fatalf("%v: %q", err, answers)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatalf("%v: %q", err, answers)
		}
		list = append(list, response{res.StatusCode, res.Header, string(body), res.Close})
	}
	if rest, _ := io.ReadAll(r); len(rest) > 0 {
		t.Fatalf("bytes after the last answer: %q", rest)
	}
	return list
}

// checkError wants an answer to be a JSON object with exactly the three keys of an error, and nothing of the host in
// it.
func checkError(t *testing.T, what string, got response, status int, errorType string) {
	t.Helper()
	if got.status != status {
		t.Errorf("%s: status %d, want %d: %s", what, got.status, status, got.body)
	}
	if ct := got.header.Get("Content-Type"); ct != "application/json;charset=utf-8" {
		t.Errorf("%s: content type %q", what, ct)
	}
	checkVersions(t, what, got)
	var fields map[string]string // fails for null and for everything that is no string
	if err := json.Unmarshal([]byte(got.body), &fields); err != nil {
		t.Fatalf("%s: body %q: %v", what, got.body, err)
	}
	if len(fields) != 3 || fields["errorType"] != errorType || fields["message"] == "" ||
		fields["detailedMessage"] != fields["message"] {
		t.Errorf("%s: body %s, want errorType %s", what, got.body, errorType)
	}
	for _, secret := range []string{"wazero", "fasthttp", "runtime", "goroutine", "panic", ".go:", "skep/", "/root", "0x",
		"secret"} {
		if strings.Contains(got.body, secret) {
			t.Errorf("%s: the body tells %q: %s", what, secret, got.body)
		}
	}
}

func checkVersions(t *testing.T, what string, got response) {
	t.Helper()
	for name, want := range map[string]string{"Dss-Api-Version": "1", "Dss-Version": "9.9.9"} {
		if values := got.header[name]; len(values) != 1 || values[0] != want {
			t.Errorf("%s: %s is %q, want %q", what, name, values, want)
		}
	}
}
