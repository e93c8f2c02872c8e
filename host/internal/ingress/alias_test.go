package ingress

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"testing"

	"skep/abi"
)

var customHello = abi.Result{Tag: abi.TagCustom, Status: 200, ContentType: "text/plain", Body: []byte("Hello"),
	Headers: []abi.Header{{Name: "Machin", Value: "Truc"}, {Name: "Set-Cookie", Value: "chocolate"}}}

// An answer lies in buffers of its exchange until it is written. While a client takes its time to read one, others get
// theirs from other buffers.
func TestAnswerKeepsItsBuffers(t *testing.T) {
	const size = 256 << 10 // more than the HTTP server holds
	s := quietServer()
	s.Registry = registry(
		custom("custom", guest(func(request []byte) ([]byte, error) {
			body := bytes.Repeat(request[len(request)-1:], size)
			return abi.AppendResult(nil, abi.Result{Tag: abi.TagCustom, Status: 200, Body: body}), nil
		})),
		endpoint("value", guest(func(request []byte) ([]byte, error) {
			text := string(bytes.Repeat(request[len(request)-1:], size))
			return abi.AppendResult(nil, value(abi.AppendString(nil, text))), nil
		})))
	for _, path := range []string{"custom", "value"} {
		// The last byte of a frame is the argument's last letter.
		post := func(letter string) string {
			return request("POST", "/public/api/v1/docs/"+path+"/run", `{"a":"`+letter+`"}`)
		}
		slow := s.pipe(t)
		slow.send(t, post("s"))
		head := make([]byte, 1000)
		if _, err := slow.reader.Read(head[:1]); err != nil { // the answer is being written
			t.Fatal(err)
		}
		_ = slow.reader.UnreadByte()
		quick := s.pipe(t)
		for _, letter := range []string{"q", "u", "i", "c", "k"} {
			quick.send(t, post(letter))
			quick.check(t, path, letter, size)
		}
		slow.check(t, path, "s", size)
	}
}

// piped is a client whose connection holds nothing: who writes waits for who reads.
type piped struct {
	conn   net.Conn
	reader *bufio.Reader
}

// pipe connects to a server that does not listen.
func (s *Server) pipe(t *testing.T) piped {
	t.Helper()
	near, far := net.Pipe()
	served := make(chan struct{})
	go func() {
		defer close(served)
		s.serveConn(s.gate.enter(far))
	}()
	t.Cleanup(func() {
		_ = near.Close()
		<-served
	})
	return piped{near, bufio.NewReaderSize(near, 16)}
}

func (p piped) send(t *testing.T, request string) {
	t.Helper()
	if _, err := p.conn.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
}

// check wants an answer that repeats a letter.
func (p piped) check(t *testing.T, path, letter string, times int) {
	t.Helper()
	response, err := http.ReadResponse(p.reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(body.Bytes(), []byte(letter)); response.StatusCode != 200 || n < times {
		t.Errorf("%s: status %d, and %d times %q in %d bytes, want %d", path, response.StatusCode, n, letter, body.Len(), times)
	}
}

// writer is a connection that takes whatever is written to it, or nothing.
type writer struct {
	net.Conn
	err error
}

func (w writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	return len(p), nil
}

// What an answer was made in is given back once its last byte has been sent from there, and not before.
func TestSentAnswerGivesBackItsBuffers(t *testing.T) {
	s := quietServer()
	body := []byte("a body that is sent from where it lies")
	for _, c := range []struct {
		name  string
		sent  []byte
		err   error
		given bool
	}{
		{"all", body, nil, true},
		{"the end", body[10:], nil, true},
		{"the beginning", body[:10], nil, false},
		{"a copy", bytes.Clone(body), nil, false},
		{"nothing", body[:0], nil, false},
		{"all, in vain", body, net.ErrClosed, false},
	} {
		x := s.exchanges.Get().(*exchange)
		x.sent = body
		answering := &conn{Conn: writer{err: c.err}, exchange: x}
		if _, err := answering.Write(c.sent); err != c.err {
			t.Errorf("%s: %v", c.name, err)
		}
		if given := answering.exchange == nil; given != c.given {
			t.Errorf("%s: given back: %v", c.name, given)
		}
	}
}
