package ingress

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// wired is a server with these settings of the wire.
func wired(t *testing.T, wire Wire) *running {
	t.Helper()
	if err := wire.Validate(); err != nil {
		t.Fatal(err)
	}
	return startWith(t, Config{Registry: registry(endpoint("echo", guest(echoArgs))), Wire: wire})
}

// ask sends a request on a connection that stays, and gives the status of the answer.
func ask(t *testing.T, conn net.Conn) (answer string) {
	t.Helper()
	if _, err := io.WriteString(conn, request("GET", "/isAlive", "")); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4096)
	n, err := conn.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	return string(buf[:n])
}

func TestTooManyConnections(t *testing.T) {
	s := wired(t, Wire{MaxConnections: 2})
	first, second := s.dial(t), s.dial(t)
	for _, conn := range []net.Conn{first, second} {
		if got := ask(t, conn); !strings.HasPrefix(got, "HTTP/1.1 200 ") {
			t.Fatal(got)
		}
	}
	got := s.parse(t, s.raw(t, request("GET", "/isAlive", "")), "GET")[0]
	checkError(t, "a third connection", got, 503, "Unavailable")
	if got.header.Get("Retry-After") != "1" || !got.closes {
		t.Errorf("%v", got.header)
	}
	if got := ask(t, first); !strings.HasPrefix(got, "HTTP/1.1 200 ") { // those that are there go on
		t.Fatal(got)
	}
	_ = second.Close()
	for deadline := time.Now().Add(10 * time.Second); s.gate.open.Load() != 1; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d connections are counted", s.gate.open.Load())
		}
	}
	if got := ask(t, s.dial(t)); !strings.HasPrefix(got, "HTTP/1.1 200 ") {
		t.Error(got)
	}
}

// TestConnectionsAreCounted ends connections in every way there is.
func TestConnectionsAreCounted(t *testing.T) {
	s := hasty(t, 50*time.Millisecond, 50*time.Millisecond, endpoint("echo", guest(echoArgs)))
	for _, text := range []string{"", "PO", "nonsense\r\n\r\n", request("POST", echoPath, "{}"),
		request("POST", echoPath, "{}", "Connection: close"), "POST " + echoPath + " HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"} {
		s.raw(t, text)
		conn := s.dial(t)
		_, _ = io.WriteString(conn, text)
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close() // a reset
	}
	for deadline := time.Now().Add(10 * time.Second); s.gate.open.Load() != 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d connections are counted", s.gate.open.Load())
		}
	}
}

func TestPeers(t *testing.T) {
	ps := peers{most: 2, trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}
	enter := func(addr string) (peer, bool) {
		return ps.enter(net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(addr), 1)))
	}
	for _, addr := range []string{"127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "10.1.2.3", "::ffff:10.1.2.3", "fd12::1"} {
		for range 5 {
			if p, ok := enter(addr); !ok || p.IsValid() {
				t.Errorf("%s is counted", addr)
			}
		}
	}
	for _, same := range [][]string{{"192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1"}, {"2001:db8::1", "2001:db8::2", "2001:db8::ff:3"},
		{"fe80::1%a", "fe80::1%b", "fe80::1"}} {
		var in []peer
		for i, addr := range same {
			p, ok := enter(addr)
			if ok != (i < 2) {
				t.Errorf("connection %d of %s: %v", i, same[0], ok)
			}
			if ok {
				in = append(in, p)
			}
		}
		ps.leave(in[0])
		if _, ok := enter(same[0]); !ok {
			t.Errorf("%s: the place of a connection that ended is not free", same[0])
		}
		ps.leave(in[0])
		ps.leave(in[1])
	}
	for _, other := range []string{"192.0.2.2", "2001:db8:0:1::1"} {
		if _, ok := enter(other); !ok {
			t.Errorf("%s is counted with its neighbour", other)
		}
	}
	if len(ps.open) != 2 {
		t.Errorf("%v is kept of addresses without connections", ps.open)
	}
}

// elsewhere is a listener whose clients come from one address that is not loopback.
type elsewhere struct{ net.Listener }

type elsewhereConn struct{ *net.TCPConn }

func (elsewhereConn) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.1:1"))
}

func (l elsewhere) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return elsewhereConn{c.(*net.TCPConn)}, nil
}

func TestTooManyConnectionsOfAnAddress(t *testing.T) {
	s := New(Config{Access: public{}, Registry: registry(), Version: "9.9.9", Log: slog.New(slog.DiscardHandler),
		Wire: Wire{MaxConnectionsPerAddress: 1}})
	ln := elsewhere{listen(t)}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	r := &running{Server: s, addr: ln.Addr().String()}
	if got := ask(t, r.dial(t)); !strings.HasPrefix(got, "HTTP/1.1 200 ") {
		t.Fatal(got)
	}
	checkError(t, "a second connection", r.parse(t, r.raw(t, request("GET", "/isAlive", "")), "GET")[0], 429, "TooManyRequests")
	if err := s.Shutdown(); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestRequestsOfAConnection(t *testing.T) {
	s := start(t)
	conn := s.dial(t)
	go func() {
		for range maxRequests { // more would be answered with a reset, which takes answers along
			_, _ = io.WriteString(conn, request("GET", "/isAlive", ""))
		}
	}()
	answers, err := io.ReadAll(conn)
	if err != nil {
		t.Error(err)
	}
	if n := strings.Count(string(answers), "HTTP/1.1 200 OK"); n != maxRequests {
		t.Errorf("%d answers", n)
	}
}

func TestWireValidate(t *testing.T) {
	for want, w := range map[string]Wire{
		"":                         {},
		"MaxConnections: -1":       {MaxConnections: -1},
		"MaxConnectionsPerAddress": {MaxConnectionsPerAddress: -1},
		"TrustedProxies":           {TrustedProxies: []netip.Prefix{{}}},
		"TLS needs both files":     {Certificate: "x"},
		"no such file":             {Certificate: "/nowhere/c", Key: "/nowhere/k"},
		`Origins: "https://a/"`:    {CORS: CORS{Origins: []string{"*", "https://a/"}}},
		`Origins: "a"`:             {CORS: CORS{Origins: []string{"a"}}},
		`Headers: "A B"`:           {CORS: CORS{Origins: []string{"https://a.example:1"}, Headers: []string{"A B"}}},
		`Methods: ""`:              {CORS: CORS{Origins: []string{"https://a.example"}, Methods: []string{""}}},
		"Origins: none":            {CORS: CORS{Methods: []string{"GET"}}},
	} {
		if err := w.Validate(); (want == "") != (err == nil) || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
