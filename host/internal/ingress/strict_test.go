package ingress

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/valyala/fasthttp"
)

// messages are requests whose end, or whose meaning, two programs may see differently, and their harmless neighbours.
// Stock is what the HTTP server answers when nothing stands before it.
var messages = []struct {
	name, text    string
	status, stock int
}{
	{"plain", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 200, 200},
	{"no body", "GET /x HTTP/1.1\r\nHost: x\r\n\r\n", 200, 200},
	{"body of GET", "GET /x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 200, 200},
	{"HTTP/1.0", "GET /x HTTP/1.0\r\n\r\n", 200, 200},
	{"HTTP/1.0 kept", "GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /x HTTP/1.0\r\n\r\n", 200, 200},
	{"names in any case", "POST /x HTTP/1.1\r\nhOST: x\r\ncONTENT-lENGTH: 2\r\n\r\n{}", 200, 200},
	{"white space around values", "POST /x HTTP/1.1\r\nHost:\tx \r\nContent-Length: \t2 \t\r\n\r\n{}", 200, 200},
	{"empty value", "GET /x HTTP/1.1\r\nHost: x\r\nA:\r\n\r\n", 200, 200},
	{"empty host", "GET /x HTTP/1.1\r\nHost:\r\n\r\n", 400, 400},
	{"bytes above 127 in a value", "GET /x HTTP/1.1\r\nHost: x\r\nA: \xc3\xbc\xff\r\n\r\n", 200, 200},
	{"zeros before a length", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 0002\r\n\r\n{}", 200, 200},
	{"chunks", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", 200, 200},
	{"chunk extensions", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;a=\"b\"\r\n{}\r\n0;c\r\n\r\n", 200, 200},
	{"trailers", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nA: b\r\nC: d\r\n\r\n", 200, 200},
	{"all servers", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 200, 200},

	{"two lengths", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400, 400},
	{"length +2", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\n{}", 400, 400},
	{"length -2", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: -2\r\n\r\n{}", 400, 400},
	{"length list", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 2, 2\r\n\r\n{}", 400, 400},
	{"length hex", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 0x2\r\n\r\n{}", 400, 400},
	{"length 2^63", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 9223372036854775808\r\n\r\n{}", 400, 400},
	{"length 2^64+2", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551618\r\n\r\n{}", 400, 400},
	{"length empty", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n", 400, 400},
	{"length with a space", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 2 0\r\n\r\n{}", 400, 400},

	{"length and chunked", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, 200},
	{"chunked and length", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n", 400, 200},
	{"identity", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}", 400, 200},
	{"gzip, chunked", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400, 400},
	{"chunked twice", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, 400},
	{"xchunked", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400, 400},
	{"chunked, vertical tab", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400, 400},
	{"chunked in HTTP/1.0", "POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, 400},
	{"no length in HTTP/1.0", "POST /x HTTP/1.0\r\n\r\n", 411, 200},

	{"folded", "GET /x HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400, 200},
	{"folded length", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n 2\r\n\r\n{}", 400, 200},
	{"space before the first header", "GET /x HTTP/1.1\r\n Host: x\r\n\r\n", 400, 400},
	{"bare LF everywhere", "GET /x HTTP/1.1\nHost: x\n\n", 400, 400},
	{"bare LF in a header", "GET /x HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", 400, 200},
	{"bare LF at the end", "GET /x HTTP/1.1\r\nHost: x\r\n\n", 400, 400},
	{"bare CR in a value", "GET /x HTTP/1.1\r\nHost: x\r\nA: b\rC: d\r\n\r\n", 400, 400},
	{"bare CR as line end", "GET /x HTTP/1.1\rHost: x\r\n\r\n", 400, 400},
	{"NUL in a value", "GET /x HTTP/1.1\r\nHost: x\r\nA: b\x00c\r\n\r\n", 400, 400},
	{"NUL in a name", "GET /x HTTP/1.1\r\nHost: x\r\nA\x00: b\r\n\r\n", 400, 400},
	{"NUL in the target", "GET /x\x00 HTTP/1.1\r\nHost: x\r\n\r\n", 400, 400},
	{"DEL in a value", "GET /x HTTP/1.1\r\nHost: x\r\nA: b\x7f\r\n\r\n", 400, 400},
	{"space before a colon", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length : 2\r\n\r\n{}", 400, 400},
	{"space in a name", "GET /x HTTP/1.1\r\nHost: x\r\nA B: c\r\n\r\n", 400, 200},
	{"no colon", "GET /x HTTP/1.1\r\nHost: x\r\nA\r\n\r\n", 400, 400},
	{"no name", "GET /x HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n", 400, 400},
	{"no host", "GET /x HTTP/1.1\r\n\r\n", 400, 400},
	{"two hosts", "GET /x HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400, 400},
	{"two hosts in HTTP/1.0", "GET /x HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n", 400, 400},
	{"host with a path", "GET /x HTTP/1.1\r\nHost: x/y\r\n\r\n", 400, 400},
	{"host list", "GET /x HTTP/1.1\r\nHost: x, y\r\n\r\n", 400, 400},
	{"another host in the target", "GET http://y/x HTTP/1.1\r\nHost: x\r\n\r\n", 400, 200},
	{"CONNECT", "CONNECT y:80 HTTP/1.1\r\nHost: y:80\r\n\r\n", 400, 200},
	{"* of GET", "GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400, 400},
	{"other expectation", "POST /x HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\nContent-Length: 2\r\n\r\n{}", 417, 200},

	{"HTTP/1.2", "GET /x HTTP/1.2\r\nHost: x\r\n\r\n", 505, 200},
	{"HTTP/0.9", "GET /x HTTP/0.9\r\nHost: x\r\n\r\n", 505, 200},
	{"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, 400},
	{"no version", "GET /x\r\nHost: x\r\n\r\n", 400, 400},
	{"version in small letters", "GET /x http/1.1\r\nHost: x\r\n\r\n", 400, 400},
	{"HTTP/1.10", "GET /x HTTP/1.10\r\nHost: x\r\n\r\n", 400, 400},
	{"two spaces", "GET  /x HTTP/1.1\r\nHost: x\r\n\r\n", 400, 400},
	{"space in the target", "GET /x y HTTP/1.1\r\nHost: x\r\n\r\n", 400, 400},
	{"space at the end of the line", "GET /x HTTP/1.1 \r\nHost: x\r\n\r\n", 400, 400},
	{"tab in the line", "GET\t/x HTTP/1.1\r\nHost: x\r\n\r\n", 400, 400},
	{"half an escape", "GET /x%2 HTTP/1.1\r\nHost: x\r\n\r\n", 400, 200},
	{"no escape", "GET /x%2g?a=b HTTP/1.1\r\nHost: x\r\n\r\n", 400, 200},
	{"bad method", "G(T /x HTTP/1.1\r\nHost: x\r\n\r\n", 400, 400},
	{"empty line first", "\r\nGET /x HTTP/1.1\r\nHost: x\r\n\r\n", 400, 200},
	{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, 400},

	{"chunk size 0x", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n", 400, 400},
	{"chunk size +2", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n", 400, 400},
	{"chunk size -1", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n", 400, 400},
	{"chunk size 2^32", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n100000000\r\n{}\r\n", 400, 413},
	{"chunk size 2^64+2", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000002\r\n{}\r\n0\r\n\r\n", 400, 400},
	{"chunk size empty", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\r\n{}\r\n0\r\n\r\n", 400, 400},
	{"space before a chunk size", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n 2\r\n{}\r\n0\r\n\r\n", 400, 400},
	{"bare LF after a chunk size", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n", 400, 400},
	{"bare LF in an extension", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;a\n{}\r\n0\r\n\r\n", 400, 400},
	{"bare CR in an extension", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;a\rb\r\n{}\r\n0\r\n\r\n", 400, 400},
	{"NUL in an extension", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;\x00\r\n{}\r\n0\r\n\r\n", 400, 200},
	{"long extension", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;" + strings.Repeat("a", maxChunkLine) +
		"\r\n{}\r\n0\r\n\r\n", 400, 200},
	{"no line end after a chunk", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}0\r\n\r\n", 400, 400},
	{"bare LF after a chunk", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\n0\r\n\r\n", 400, 400},
	{"chunk longer than it says", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n", 400, 400},
	{"bare LF at the last chunk", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\n\n", 400, 400},
	{"bare LF in trailers", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\n\r\n", 400, 400},
	{"folded trailer", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n c\r\n\r\n", 400, 200},
	{"many trailers", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" +
		strings.Repeat("A: b\r\n", maxFieldLines+1) + "\r\n", 431, 200},

	{"cut in the line", "GET /x HT", 400, 400},
	{"cut in the head", "GET /x HTTP/1.1\r\nHost: x\r\n", 400, 400},
	{"cut in the body", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{", 400, 400},
	{"cut in a chunk", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{", 400, 400},
	{"cut in the trailers", "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: ", 400, 400},
}

// seen is a request as a server saw it.
type seen struct{ method, target, body string }

// recorder is a server whose handler answers 200 to everything, and notes what it was.
func recorder(t testing.TB, note func(seen)) *Server {
	t.Helper()
	s := quietServer()
	s.http.Handler = func(ctx *fasthttp.RequestCtx) {
		if !taken(ctx) {
			errFraming.write(ctx)
			return
		}
		note(seen{string(ctx.Method()), string(ctx.Request.Header.RequestURI()), string(ctx.Request.Body())})
	}
	return s
}

// serveOn serves on a loopback address until the test ends.
func serveOn(t *testing.T, s stoppable) *running {
	t.Helper()
	return serveAt(t, s, listen(t))
}

// stoppable is a server.
type stoppable interface {
	Serve(net.Listener) error
	Shutdown() error
}

// serveAt is serveOn with a listener of the caller's.
func serveAt(t *testing.T, s stoppable, ln net.Listener) *running {
	t.Helper()
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	t.Cleanup(func() {
		if err := s.Shutdown(); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	server, _ := s.(*Server)
	return &running{Server: server, addr: ln.Addr().String()}
}

// second is what net/http makes of bytes: the requests in them, as far as it can read.
func second(text string) (list []seen) {
	in := bufio.NewReader(strings.NewReader(text))
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return list
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return list
		}
		list = append(list, seen{r.Method, r.RequestURI, string(body)})
	}
}

// firstStatus is the status of the first answer, and whether the connection ends with it.
func firstStatus(t *testing.T, answers string) (int, bool) {
	t.Helper()
	res, err := http.ReadResponse(bufio.NewReader(strings.NewReader(answers)), nil)
	if err != nil {
		t.Fatalf("%v: %q", err, answers)
	}
	return res.StatusCode, res.Close
}

func TestStrict(t *testing.T) {
	noted := make(chan seen, 10)
	s := serveOn(t, recorder(t, func(r seen) { noted <- r }))
	for _, m := range messages {
		for how, send := range map[string]func(*testing.T, string) string{"at once": s.raw, "byte by byte": s.drip} {
			status, closes := firstStatus(t, send(t, m.text))
			if status != m.status {
				t.Errorf("%s, %s: %d, want %d", m.name, how, status, m.status)
			}
			if status >= 400 && !closes {
				t.Errorf("%s, %s: the connection is to go on", m.name, how)
			}
			var got []seen
			for len(noted) > 0 {
				got = append(got, <-noted)
			}
			other := second(m.text)
			for i, r := range got {
				if i >= len(other) || r != other[i] {
					t.Errorf("%s, %s: request %d is %q, net/http sees %q", m.name, how, i, r, other)
				}
			}
			if (status < 400) != (len(got) > 0) {
				t.Errorf("%s, %s: %d, and the handler saw %q", m.name, how, status, got)
			}
		}
	}
}

// drip sends bytes one in a packet, as far as the system lets it, and gives all that comes back.
func (s *running) drip(t *testing.T, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	for i := range len(request) {
		if _, err := conn.Write([]byte{request[i]}); err != nil {
			break // the server has answered and closed
		}
	}
	_ = conn.(*net.TCPConn).CloseWrite()
	answer, err := io.ReadAll(conn)
	if err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Fatalf("reading the answer: %v (so far %q)", err, answer)
	}
	return string(answer)
}

// TestStock says what the HTTP server makes of the same messages when no connection of this package stands before it:
// where it answers 200, the check is needed, and where it does not, it is a second one.
func TestStock(t *testing.T) {
	stock := serveOn(t, &fasthttp.Server{ReadBufferSize: largeBuffer, Logger: quiet{}, NoDefaultDate: true,
		ErrorHandler: func(ctx *fasthttp.RequestCtx, err error) {
			if ctx.SetStatusCode(400); errors.Is(err, fasthttp.ErrBodyTooLarge) {
				ctx.SetStatusCode(413)
			}
		},
		Handler: func(ctx *fasthttp.RequestCtx) {}})
	for _, m := range messages {
		answers := stock.raw(t, m.text)
		if answers == "" {
			if m.stock != 0 {
				t.Errorf("%s: no answer, want %d", m.name, m.stock)
			}
			continue
		}
		if status, _ := firstStatus(t, answers); status != m.stock {
			t.Errorf("%s: %d, want %d", m.name, status, m.stock)
		}
	}
}

// A request that was answered is not undone by what follows it on the connection.
func TestStrictAfterGood(t *testing.T) {
	noted := make(chan seen, 10)
	s := serveOn(t, recorder(t, func(r seen) { noted <- r }))
	good := "POST /good HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
	for _, m := range messages {
		if m.status < 400 {
			continue
		}
		raw := s.raw(t, good+m.text)
		in := bufio.NewReader(strings.NewReader(raw))
		for i, want := range []int{200, m.status} {
			res, err := http.ReadResponse(in, nil)
			if err != nil || res.StatusCode != want {
				t.Fatalf("%s: answer %d: %v, %v, want %d: %q", m.name, i, res, err, want, raw)
			}
			_, _ = io.Copy(io.Discard, res.Body)
		}
		if rest, _ := io.ReadAll(in); len(rest) > 0 {
			t.Errorf("%s: more answers: %q", m.name, rest)
		}
		if got := <-noted; got != (seen{"POST", "/good", "{}"}) || len(noted) > 0 {
			t.Errorf("%s: the handler saw %q, and %d more", m.name, got, len(noted))
		}
	}
}

// script is a connection that gives bytes in pieces of that size, and keeps what is written.
type script struct {
	in    *strings.Reader
	piece int
	out   bytes.Buffer
}

func (s *script) Read(p []byte) (int, error)         { return s.in.Read(p[:min(len(p), s.piece)]) }
func (s *script) Write(p []byte) (int, error)        { return s.out.Write(p) }
func (s *script) Close() error                       { return nil }
func (s *script) LocalAddr() net.Addr                { return &net.TCPAddr{} }
func (s *script) RemoteAddr() net.Addr               { return &net.TCPAddr{} }
func (s *script) SetDeadline(time.Time) error        { return nil }
func (s *script) SetReadDeadline(t time.Time) error  { return nil }
func (s *script) SetWriteDeadline(t time.Time) error { return nil }

// FuzzWire wants every request that reaches the handler to be one that net/http sees too, in the same order, and every
// byte to be answered the same way however it arrives.
func FuzzWire(f *testing.F) {
	for _, m := range messages {
		f.Add(m.text, uint16(1))
		f.Add(m.text+m.text, uint16(7))
	}
	var got []seen
	s := recorder(f, func(r seen) { got = append(got, r) })
	f.Fuzz(func(t *testing.T, text string, piece uint16) {
		serve := func(piece int) ([]seen, string) {
			got = nil
			c := &script{in: strings.NewReader(text), piece: piece}
			_ = s.http.ServeConn(s.gate.enter(c)) // a broken request is an error
			return got, c.out.String()
		}
		whole, answers := serve(1 << 20)
		other := second(text)
		for i, r := range whole {
			if i >= len(other) || r != other[i] {
				t.Fatalf("request %d is %q, net/http sees %q", i, r, other)
			}
		}
		if got, again := serve(int(piece) + 1); len(got) != len(whole) || statuses(again) != statuses(answers) {
			t.Fatalf("in pieces: %q\n%q, whole: %q\n%q", got, again, whole, answers)
		}
	})
}

// statuses are the status lines of answers.
func statuses(answers string) string {
	var b strings.Builder
	for line := range strings.Lines(answers) {
		if strings.HasPrefix(line, "HTTP/1.1 ") {
			b.WriteString(line)
		}
	}
	return b.String()
}
