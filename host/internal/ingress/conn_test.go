package ingress

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"skep/abi"
	"skep/host/internal/service"
)

// hasty is a server with little patience.
func hasty(t *testing.T, read, idle time.Duration, endpoints ...*service.Endpoint) *running {
	t.Helper()
	s := New(Config{Access: public{}, Registry: registry(endpoints...), Version: "9.9.9", Log: slog.New(slog.DiscardHandler)})
	s.gate.read, s.gate.idle = read, idle
	return serveOn(t, s)
}

// dial opens a connection that ends with the test, and fails it when it hangs.
func (s *running) dial(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn
}

// Slow clients get 408 once a request has begun, and are dropped in silence before.
func TestTimeouts(t *testing.T) {
	const read, idle = time.Hour, 2 * time.Hour
	s, waits := lapsing(t, read, idle, endpoint("echo", guest(echoArgs)))
	head := "POST " + echoPath + " HTTP/1.1\r\nHost: x\r\n"
	good := request("POST", echoPath, "{}")
	for _, test := range []struct {
		name, text string
		limit      time.Duration
		statuses   []int
	}{
		{"nothing", "", read, nil},
		{"request line", "PO", read, []int{408}},
		{"head", head, read, []int{408}},
		{"body", head + "Content-Length: 9\r\n\r\n{", read, []int{408}},
		{"large body", head + "Content-Length: 90000\r\n\r\n" + strings.Repeat(" ", 50000), read, []int{408}},
		{"chunk", head + "Transfer-Encoding: chunked\r\n\r\n9\r\n{", read, []int{408}},
		{"chunk size", head + "Transfer-Encoding: chunked\r\n\r\n9", read, []int{408}},
		{"trailer", head + "Transfer-Encoding: chunked\r\n\r\n0\r\nA", read, []int{408}},
		{"nothing after a request", good, idle, []int{200}},
		{"head after a request", good + head, read, []int{200, 408}},
	} {
		answers := s.raw(t, test.text)
		for i, got := range s.parse(t, answers, make([]string, len(test.statuses))...) {
			if got.status != test.statuses[i] {
				t.Errorf("%s: answer %d is %d, want %d", test.name, i, got.status, test.statuses[i])
			}
			if got.status == 408 {
				checkError(t, test.name, got, 408, "RequestTimeout")
			}
		}
		if w := <-waits; w.left != test.limit {
			t.Errorf("%s: it is waited for %v, want %v", test.name, w.left, test.limit)
		}
	}
}

// The time is that of a request, and not that between two bytes: whoever sends a byte now and then is not waited for.
func TestTimeoutIsOfTheWholeRequest(t *testing.T) {
	s, waits := lapsing(t, time.Millisecond, time.Hour, endpoint("echo", guest(echoArgs)))
	answers := s.drip(t, "POST "+echoPath+" HTTP/1.1\r\nHost: x\r\nX-Slow: "+strings.Repeat("x", 500))
	if got := s.parse(t, answers, "POST")[0]; got.status != 408 {
		t.Errorf("%d %s", got.status, got.body)
	}
	if w := <-waits; w.set > 2 {
		t.Errorf("%d deadlines were set, want one for the first byte and one for the others", w.set)
	}
}

func TestThousandPipelined(t *testing.T) {
	s := start(t, endpoint("echo", guest(echoArgs)))
	conn := s.dial(t)
	const requests = 1000
	go func() {
		var all bytes.Buffer
		for i := range requests {
			body := fmt.Sprintf(`{"i":%d}`, i)
			if i%3 == 0 {
				fmt.Fprintf(&all, "POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%x;a=b\r\n%s\r\n0\r\nA: b\r\n\r\n",
					echoPath, len(body), body)
			} else {
				all.WriteString(request("POST", echoPath, body))
			}
		}
		_, _ = conn.Write(all.Bytes()) // what is missing shows in the answers
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	in := bufio.NewReader(conn)
	for i := range requests {
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatalf("answer %d: %v", i, err)
		}
		body, err := io.ReadAll(res.Body)
		if want := fmt.Sprintf(`{"response":{"i":%d},`, i); err != nil || !strings.HasPrefix(string(body), want) {
			t.Fatalf("answer %d is %s, %v", i, body, err)
		}
	}
	if rest, err := io.ReadAll(in); len(rest) > 0 || err != nil {
		t.Errorf("after the last answer: %q, %v", rest, err)
	}
}

// Bodies that fit no buffer, and heads that arrive with them.
func TestSizes(t *testing.T) {
	large := endpoint("echo", guest(echoArgs))
	s := start(t, large)
	for _, head := range []int{0, smallBuffer - 200, smallBuffer, maxFields - 200} {
		for _, size := range []int{10, smallBuffer, largeBuffer, 1 << 18} {
			body := `{"a":"` + strings.Repeat("x", size-8) + `"}`
			text := "POST " + echoPath + " HTTP/1.1\r\nHost: x\r\nX-Large: " + strings.Repeat("y", head) + "\r\n"
			length := fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", text, len(body), body)
			half := len(body) / 2
			chunked := fmt.Sprintf("%sTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n%x;a=b\r\n%s\r\n0\r\n\r\n", text, half, body[:half],
				len(body)-half, body[half:])
			for i, got := range s.parse(t, s.raw(t, length+chunked+length), "", "", "") {
				if !strings.HasPrefix(got.body, `{"response":`+body+`,`) {
					t.Fatalf("head %d, body %d, request %d: %d %.100s", head, size, i, got.status, got.body)
				}
			}
		}
	}
}

// A client that sends on after its request was refused still gets the answer, for the connection is closed in two steps.
func TestRefusalArrives(t *testing.T) {
	s := start(t, endpoint("echo", guest(echoArgs)))
	for name, text := range map[string]string{
		"413": "POST " + echoPath + " HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n",
		"404": "POST /nope HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n",
		"431": "POST " + echoPath + " HTTP/1.1\r\nHost: x\r\nA: ",
		"400": "POST " + echoPath + " HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
	} {
		conn := s.dial(t)
		if _, err := io.WriteString(conn, text); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write(bytes.Repeat([]byte("x"), 8000000)); err != nil {
			t.Errorf("%s: the client cannot send: %v", name, err)
		}
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || fmt.Sprint(res.StatusCode) != name {
			t.Errorf("%s: %v, %v", name, res, err)
		}
	}
}

// What stands before the limit of an endpoint: a request that has no endpoint is told so, however large it is.
func TestBodyLimitOfTheEndpoint(t *testing.T) {
	small, large := endpoint("small", guest(echoArgs)), endpoint("large", guest(echoArgs))
	small.MaxBody, large.MaxBody = 100, 4*freeBody
	classify := endpoint("classify", answers(value(abi.AppendNil(nil))))
	classify.Kind = abi.KindClassification
	s := start(t, small, large, classify)
	const prefix = "/public/api/v1/docs/"
	for _, test := range []struct {
		method, path string
		size, status int
		errorType    string
		goesOn       bool
	}{
		{"POST", prefix + "small/run", freeBody, 413, "PayloadTooLarge", true},
		{"POST", prefix + "small/run", freeBody + 1, 413, "PayloadTooLarge", false},
		{"POST", prefix + "large/run", 4 * freeBody, 200, "", true},
		{"POST", prefix + "large/run", 4*freeBody + 1, 413, "PayloadTooLarge", false},
		{"POST", prefix + "nope/run", freeBody, 404, "NotFound", true},
		{"POST", prefix + "nope/run", freeBody + 1, 404, "NotFound", false},
		{"POST", prefix + "classify/run", 2 << 20, 404, "NotFound", false},
		{"PUT", prefix + "large/run", freeBody + 1, 405, "MethodNotAllowed", false},
		{"POST", "/isAlive", freeBody + 1, 405, "MethodNotAllowed", false},
		{"GET", "/isAlive", freeBody + 1, 413, "PayloadTooLarge", false},
	} {
		body := `{"a":"` + strings.Repeat("x", test.size-8) + `"}`
		for _, how := range []string{"length", "chunks"} {
			text := request(test.method, test.path, body)
			if how == "chunks" {
				text = fmt.Sprintf("%s %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n",
					test.method, test.path, len(body), body)
			}
			what := fmt.Sprintf("%s %s of %d, %s", test.method, test.path, test.size, how)
			if how == "chunks" && !test.goesOn { // the size comes first, as nobody knows it before
				test.status, test.errorType = 413, "PayloadTooLarge"
			}
			got := s.parse(t, s.raw(t, text), test.method)[0]
			if test.status != 200 {
				checkError(t, what, got, test.status, test.errorType)
			}
			if got.status != test.status || got.closes == test.goesOn {
				t.Errorf("%s: %d %.200s, closes %v", what, got.status, got.body, got.closes)
			}
		}
	}
}

// A panic where a request is read, which is in no handler, ends the connection and nothing else.
func TestPanicWhileReading(t *testing.T) {
	s := start(t, endpoint("echo", guest(echoArgs)))
	inner := s.http.HeaderReceived
	s.http.HeaderReceived = func(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
		if string(h.RequestURI()) == "/panic" {
			panic("a bug")
		}
		return inner(h)
	}
	for range 3 {
		if got := s.raw(t, request("GET", "/panic", "")); got != "" {
			t.Errorf("%q", got)
		}
	}
	if got := s.post(t, "echo/run", ""); got.status != 200 {
		t.Errorf("afterwards: %d %s", got.status, got.body)
	}
	if !strings.Contains(s.log.String(), `msg="connection failed" panic="a bug"`) {
		t.Errorf("the log: %s", s.log)
	}
	for deadline := time.Now().Add(10 * time.Second); s.gate.open.Load() != 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d connections are counted", s.gate.open.Load())
		}
	}
}

// The time for a response begins with it, also where the HTTP server writes without a handler: on a connection that has
// been idle for longer than that.
func TestWriteTimeAfterIdling(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"expectation": {"POST " + echoPath + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
			"HTTP/1.1 100 Continue"},
		"too large": {"POST " + echoPath + " HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n", "HTTP/1.1 413 "},
		"broken":    {"nonsense\r\n", "HTTP/1.1 400 "},
	} {
		s := New(Config{Access: public{}, Registry: registry(endpoint("echo", guest(echoArgs))), Version: "9.9.9",
			Log: slog.New(slog.DiscardHandler)})
		s.gate.write = time.Millisecond // which ln does not enforce
		ln := &timing{Listener: listen(t)}
		conn := serveAt(t, s, ln).dial(t)
		if got := ask(t, conn); !strings.HasPrefix(got, "HTTP/1.1 200 ") {
			t.Fatal(got)
		}
		time.Sleep(2 * s.gate.write)
		if _, err := io.WriteString(conn, test.text); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 4096)
		if n, err := conn.Read(buf); err != nil || !strings.HasPrefix(string(buf[:n]), test.want) {
			t.Errorf("%s: %q, %v", name, buf[:n], err)
		}
		if ln.late.Load() {
			t.Errorf("%s: something was written in the time of what came before", name)
		}
	}
}

// TestTimeAfterTheAdminAPI: what answers for the admin API takes the deadlines of a connection off, and the next wait sets
// them again.
func TestTimeAfterTheAdminAPI(t *testing.T) {
	s := New(Config{Access: public{}, Registry: registry(), Version: "9.9.9", Log: slog.New(slog.DiscardHandler),
		Admin: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			control := http.NewResponseController(w)
			_, _ = control.SetReadDeadline(time.Time{}), control.SetWriteDeadline(time.Time{})
		})})
	s.gate.idle = 2 * time.Second
	conn := serveOn(t, s).dial(t)
	in := bufio.NewReader(conn)
	for range 3 {
		if _, err := io.WriteString(conn, request("GET", AdminPrefix, "")); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
	}
	_ = conn.SetReadDeadline(time.Now().Add(8 * time.Second))
	if _, err := in.ReadByte(); err != io.EOF {
		t.Errorf("the connection has no deadline: %v", err)
	}
}
