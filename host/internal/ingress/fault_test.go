package ingress

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/service"
)

func TestRequestID(t *testing.T) {
	s := start(t, custom("text", answers(abi.Result{Tag: abi.TagCustom, Status: 200,
		Headers: []abi.Header{{Name: "x-request-ID", Value: "the endpoint's"}}})))
	made := regexp.MustCompile(`^[0-9a-f]{16}$`)
	seen := map[string]bool{}
	for _, test := range []struct{ sent, want string }{
		{"", ""},
		{"X-Request-Id: a-B_9.z", "a-B_9.z"},
		{"x-request-id: lower", "lower"},
		{"X-Request-Id: " + strings.Repeat("x", maxRequestID), strings.Repeat("x", maxRequestID)},
		{"X-Request-Id: " + strings.Repeat("x", maxRequestID+1), ""},
		{"X-Request-Id: two words", ""},
		{"X-Request-Id: \x1b[31m", ""},
		{"X-Request-Id: ", ""},
	} {
		var headers []string
		if test.sent != "" {
			headers = append(headers, test.sent)
		}
		got := s.post(t, "text/run", "{}", headers...).header.Values(headerRequestID)
		switch {
		case len(got) != 1:
			t.Errorf("%q: %q", test.sent, got)
		case test.want != "" && got[0] != test.want:
			t.Errorf("%q: %q, want %q", test.sent, got[0], test.want)
		case test.want == "" && (!made.MatchString(got[0]) || seen[got[0]]):
			t.Errorf("%q: %q is no new id", test.sent, got[0])
		}
		seen[got[0]] = true
	}
	for _, target := range []string{"/isAlive", "/nothing"} {
		if got := s.send(t, "GET", target, "").header.Get(headerRequestID); !made.MatchString(got) {
			t.Errorf("%s: %q", target, got)
		}
	}
	if broken := s.raw(t, "GET / HTTP/1.1\r\nbroken\r\n\r\n"); !strings.Contains(broken, "\r\n"+headerRequestID+": ") {
		t.Errorf("a broken request has no id: %q", broken)
	}
}

// A fault is one line with all that an operator needs, and nothing of it reaches the client.
func TestFaultLine(t *testing.T) {
	trap := fmt.Errorf("%w: wasm error: unreachable\nwasm stack trace:\n\t.secret\x1b[31m\n(i32)\n\t.%s", service.ErrGuestTrap,
		strings.Repeat("long", maxStack))
	s := start(t, endpoint("text", guest(func([]byte) ([]byte, error) { return nil, trap })))
	got := s.post(t, "text/run", "{}", "X-Request-Id: id-1")
	checkError(t, "trap", got, 500, "GuestTrap")
	if strings.Contains(got.body, "secret") || strings.Contains(got.body, "wasm") {
		t.Errorf("the client sees the engine's text: %s", got.body)
	}
	log := s.log.String()
	if strings.Count(log, "\n") != 1 || strings.Contains(log, "\x1b") {
		t.Errorf("not one line of plain text: %q", log)
	}
	for _, want := range []string{" service=docs ", " generation=v1 ", " endpoint=text ", " requestId=id-1 ",
		" errorType=GuestTrap ", " fuel=7 ", " status=500 ", `stack=".secret\x1b[31m\n(i32)`} {
		if !strings.Contains(log, want) {
			t.Errorf("the line has no %s: %s", want, log)
		}
	}
	if len(log) > 2*maxStack {
		t.Errorf("the line has %d bytes", len(log))
	}
}

func TestFaultLinesAreLimited(t *testing.T) {
	s := start(t,
		endpoint("text", guest(func([]byte) ([]byte, error) { return nil, service.ErrGuestTrap })),
		endpoint("other", guest(func([]byte) ([]byte, error) { return nil, errors.New("a bug") })))
	for range 5 * lineBurst {
		checkError(t, "trap", s.post(t, "text/run", "{}"), 500, "GuestTrap")
	}
	s.post(t, "other/run", "{}")
	log := s.log.String()
	// The test may take some intervals, each of which lets one line through.
	if n := strings.Count(log, "endpoint=text "); n < lineBurst || n > 3*lineBurst {
		t.Errorf("%d lines for %d faults", n, 5*lineBurst)
	}
	if !strings.Contains(log, "endpoint=other ") {
		t.Error("the faults of one endpoint hide those of another")
	}
}

// What the guest's calls are told of the request.
func TestContextCarriesTheRequestID(t *testing.T) {
	var x exchange
	x.ctx = requestContext{Context: t.Context(), id: []byte("id-1")}
	if got := service.RequestID(&x.ctx); got != "id-1" {
		t.Errorf("%q", got)
	}
	if got := service.RequestID(t.Context()); got != "" {
		t.Errorf("a context without: %q", got)
	}
}
