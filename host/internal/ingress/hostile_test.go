package ingress

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/frame"
	"skep/host/internal/service"
)

// unchecked stands for a sandbox behind a decoder without any check: whatever the guest says is the reply.
type unchecked frame.Reply

func (u unchecked) Call(_ context.Context, _ []byte, result service.ResultReader) (service.Usage, error) {
	result.(*frame.Decoder).Reply = frame.Reply(u)
	return service.Usage{}, nil
}

func (unchecked) Drain() {}

func (unchecked) Close() error { return nil }

// TestWithoutFrameChecks shows what the guests of host/testdata/hostile do to a client when package frame does not check
// their answers: the HTTP server sends what it is given. A client that gets such an answer, or none at all, is what the
// checks prevent.
func TestWithoutFrameChecks(t *testing.T) {
	reply := func(status int, name, value string) unchecked {
		u := unchecked{Tag: abi.TagCustom, Status: status, ContentType: []byte("text/plain"), Body: []byte("x")}
		if name+value != "" {
			u.Headers = []frame.Header{{Name: []byte(name), Value: []byte(value)}}
		}
		return u
	}
	for name, test := range map[string]struct {
		reply unchecked
		harm  string // on the wire
	}{
		"status-negative": {reply(-1, "", ""), "HTTP/1.1 200 "}, // a failure becomes a success
		"status-zero":     {reply(0, "", ""), "HTTP/1.1 200 "},
		"status-42":       {reply(42, "", ""), "HTTP/1.1 42 "},
		"status-100":      {reply(100, "", ""), "HTTP/1.1 100 "}, // the client waits for another
		"status-600":      {reply(600, "", ""), "HTTP/1.1 600 "},
		"status-wide":     {reply(1<<31, "", ""), "HTTP/1.1 2147483648 "},
		"header-space":    {reply(200, "X A", "a"), "\r\nX A: a\r\n"},
		"header-colon":    {reply(200, "X-A:", "a"), "\r\nX-A:: a\r\n"},
		"header-empty":    {reply(200, "", "a"), "\r\n: a\r\n"},
		"header-nul":      {reply(200, "X-A", "a\x00b"), "\r\nX-A: a\x00b\r\n"},
		"header-delete":   {reply(200, "X-A", "a\x7fb"), "\r\nX-A: a\x7fb\r\n"},
		"header-hop":      {reply(200, "Upgrade", "h2c"), "\r\nUpgrade: h2c\r\n"},
		"json-second":     {unchecked{Tag: abi.TagJSON, Value: []byte(`1,"timing":{}`)}, `"response":1,"timing":{},"timing"`},
		"nan":             {unchecked{Tag: abi.TagValue, Value: []byte(`NaN`)}, `"response":NaN,`},
		"utf8":            {unchecked{Tag: abi.TagValue, Value: []byte("\"\xff\"")}, "\"response\":\"\xff\","},
	} {
		s := start(t, custom("text", test.reply))
		if wire := s.raw(t, request("POST", "/public/api/v1/docs/text/run", "{}")); !strings.Contains(wire, test.harm) {
			t.Errorf("%s: %q, want %q in it: is the check needed?", name, wire, test.harm)
		}
	}
}

// TestBodilessWithoutCheck shows the same for a status that has no body: the check is here, and its absence would leave
// the body to the next answer.
func TestBodilessWithoutCheck(t *testing.T) {
	evil := "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
	s := start(t, custom("text", unchecked{Tag: abi.TagCustom, Status: 205, ContentType: []byte("text/plain"),
		Body: []byte(evil)}), endpoint("good", unchecked{Tag: abi.TagValue, Value: []byte("1")}))
	raw := s.raw(t, request("POST", "/public/api/v1/docs/text/run", "{}")+request("POST", "/public/api/v1/docs/good/run", "{}"))
	if strings.Contains(raw, "evil") {
		t.Errorf("the body is on the wire: %q", raw)
	}
	in := bufio.NewReader(strings.NewReader(raw))
	for i, want := range []int{205, 200} {
		res, err := http.ReadResponse(in, &http.Request{Method: "POST"})
		if err != nil || res.StatusCode != want {
			t.Fatalf("answer %d: %v, %v; want %d", i, res, err, want)
		}
		if i == 1 {
			var body struct{ Response int }
			if err := json.NewDecoder(res.Body).Decode(&body); err != nil || body.Response != 1 {
				t.Errorf("the second answer: %v, %v", body, err)
			}
		}
	}
}
