package ingress

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/service"
)

// sentinels are the errors of package service and what a client gets for each.
var sentinels = map[string]struct {
	err        error
	status     int
	errorType  string
	retryAfter string
}{
	"ErrUnavailable":   {service.ErrUnavailable, 503, "EndpointUnavailable", "1"},
	"ErrPoolFull":      {service.ErrPoolFull, 503, "PoolExhausted", "1"},
	"ErrPoolTimeout":   {service.ErrPoolTimeout, 503, "PoolTimeout", "1"},
	"ErrGuestTrap":     {service.ErrGuestTrap, 500, "GuestTrap", ""},
	"ErrGuestExit":     {service.ErrGuestExit, 500, "GuestExit", ""},
	"ErrGuestFuel":     {service.ErrGuestFuel, 500, "GuestFuel", ""},
	"ErrGuestStack":    {service.ErrGuestStack, 500, "GuestStack", ""},
	"ErrGuestTimeout":  {service.ErrGuestTimeout, 504, "GuestTimeout", ""},
	"ErrGuestMemory":   {service.ErrGuestMemory, 500, "GuestMemory", ""},
	"ErrGuestProtocol": {service.ErrGuestProtocol, 502, "GuestProtocol", ""},
	"ErrCustomOff":     {service.ErrCustomOff, 500, "CustomResponseNotEnabled", ""},
}

// TestEverySentinelHasARow reads the names of the sentinels in the source, so that a new one cannot be forgotten here
// or in the table.
func TestEverySentinelHasARow(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../service/errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]bool{}
	for name, object := range file.Scope.Objects {
		if object.Kind == ast.Var && strings.HasPrefix(name, "Err") {
			declared[name] = true
			if _, ok := sentinels[name]; !ok {
				t.Errorf("service.%s is missing from this test", name)
			}
		}
	}
	for name, s := range sentinels {
		if !declared[name] {
			t.Errorf("service.%s does not exist", name)
		}
		if got := failureOf(s.err); got == internalError {
			t.Errorf("service.%s has no row in the table", name)
		}
	}
	if len(failures) != len(sentinels) {
		t.Errorf("the table has %d rows for %d sentinels", len(failures), len(sentinels))
	}
}

func TestFailures(t *testing.T) {
	var endpoints []*service.Endpoint
	for name, s := range sentinels {
		cause := &service.Error{Op: "call", Endpoint: name,
			Err: fmt.Errorf("%w: wazero: secret at /root/x.go:7 (0xdeadbeef)", s.err)}
		endpoints = append(endpoints, endpoint(name, guest(func([]byte) ([]byte, error) { return nil, cause })))
	}
	endpoints = append(endpoints, endpoint("unknown",
		guest(func([]byte) ([]byte, error) { return nil, errors.New("secret of /root/x.go:7") })))
	s := start(t, endpoints...)

	for name, want := range sentinels {
		got := s.post(t, name+"/run", "{}")
		checkError(t, name, got, want.status, want.errorType)
		if retry := got.header.Get("Retry-After"); retry != want.retryAfter {
			t.Errorf("%s: Retry-After is %q, want %q", name, retry, want.retryAfter)
		}
		if log := s.log.String(); !strings.Contains(log, "endpoint="+name+" ") {
			t.Errorf("%s: the log does not name the endpoint:\n%s", name, log)
		}
	}
	checkError(t, "unknown error", s.post(t, "unknown/run", "{}"), 500, "InternalError")
	if log := s.log.String(); !strings.Contains(log, "secret of /root/x.go:7") {
		t.Errorf("the log does not tell the cause:\n%s", log)
	}
}

// A panic below the handler answers 500, tells the log, and leaves no trace in the next request.
func TestPanic(t *testing.T) {
	s := start(t, endpoint("text", guest(echoEndpoint)),
		custom("bad", guest(func([]byte) ([]byte, error) { panic("secret: runtime error") })))

	raw := s.raw(t, request("POST", "/public/api/v1/docs/bad/run", "{}")+
		request("POST", "/public/api/v1/docs/text/run", "{}"))
	got := s.parse(t, raw, "POST", "POST")
	checkError(t, "panic", got[0], 500, "InternalError")
	if got[1].status != 200 || !strings.Contains(got[1].body, `"response":"text"`) {
		t.Errorf("the next request: %d %s", got[1].status, got[1].body)
	}
	if n := strings.Count(raw, "\r\nDSS-API-Version: 1\r\n"); n != 2 {
		t.Errorf("%d of 2 answers have the header's name as it is documented: %q", n, raw)
	}
	log := s.log.String()
	if !strings.Contains(log, "secret: runtime error") || !strings.Contains(log, "errors_test.go") {
		t.Errorf("the log has no panic with its stack:\n%s", log)
	}
}

func TestErrorsOfGuests(t *testing.T) {
	for _, test := range []struct {
		name      string
		result    abi.Result
		status    int
		errorType string
		message   string
		note      bool
	}{
		{"status", abi.Result{Tag: abi.TagError, Status: 401, Message: "no \"key\" \u2028<", Type: "NoKey"},
			401, "NoKey", "no \"key\" \u2028<", false},
		{"default", abi.Result{Tag: abi.TagError, Status: 418, Message: "teapot"},
			418, "DkuCustomApiException", "teapot", false},
		{"corrected", abi.Result{Tag: abi.TagError, Status: 200, Message: "fine?"},
			500, "DkuCustomApiException", "fine?", true},
	} {
		// Whether the endpoint may answer with custom responses makes no difference.
		s := start(t, endpoint("text", answers(test.result)), custom("custom", answers(test.result)))
		for _, path := range []string{"text/run", "custom/run"} {
			got := s.post(t, path, "{}")
			checkError(t, test.name, got, test.status, test.errorType)
			if want := string(mustJSON(t, test.message)); !strings.Contains(got.body, `"message":`+want) {
				t.Errorf("%s: %s: body %s, want message %s", test.name, path, got.body, want)
			}
		}
		if noted := strings.Contains(s.log.String(), "answer corrected"); noted != test.note {
			t.Errorf("%s: log:\n%s", test.name, s.log)
		}
	}
}

func TestBrokenResults(t *testing.T) {
	for name, frame := range map[string][]byte{
		"empty":          {},
		"zeroed":         {0, 0, 0, 0},
		"tag 0":          {0x91, 0},
		"tag 9":          {0x92, 9, 0xc0},
		"trailing bytes": append(abi.AppendResult(nil, value(abi.AppendNil(nil))), 0),
		"cut":            {0x92, 1, 0xd9},
		"NaN":            abi.AppendResult(nil, value([]byte{0xca, 0x7f, 0xc0, 0, 0})),
		"bad JSON":       abi.AppendResult(nil, abi.Result{Tag: abi.TagJSON, Value: []byte(`{"a":}`)}),
		"custom status":  abi.AppendResult(nil, abi.Result{Tag: abi.TagCustom, Status: 199, ContentType: "a/b"}),
		"custom header": abi.AppendResult(nil, abi.Result{Tag: abi.TagCustom, Status: 200, ContentType: "a/b",
			Headers: []abi.Header{{Name: "X-A", Value: "a\r\nX-B: b"}}}),
	} {
		s := start(t, custom("text", guest(func([]byte) ([]byte, error) { return frame, nil })))
		checkError(t, name, s.post(t, "text/run", "{}"), 502, "GuestProtocol")
	}
}

func TestBadBodies(t *testing.T) {
	called := false
	s := start(t, endpoint("text", guest(func([]byte) ([]byte, error) {
		called = true
		return nil, service.ErrGuestTrap
	})))
	for _, test := range []struct{ body, offset string }{
		{`{"a":}`, "byte 5"},
		{`{"a":1,"a":2}`, "byte 7"},
		{`{"a":1} x`, "byte 8"},
		{`{"a":"` + "\xff" + `"}`, "byte 6"},
		{`[1]`, "byte 0"},
		{`"x"`, "byte 0"},
		{`{"a":36893488147419103232}`, "byte 5"},
		{`{`, "byte 1"},
	} {
		got := s.post(t, "text/run", test.body)
		checkError(t, test.body, got, 400, "IllegalArgument")
		if !strings.Contains(got.body, test.offset+`"`) {
			t.Errorf("%s: %s does not name %s", test.body, got.body, test.offset)
		}
	}
	if called {
		t.Error("a guest was called with a bad body")
	}
	if log := s.log.String(); log != "" {
		t.Errorf("bad requests fill the log: %s", log)
	}
}
