package ingress

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"skep/abi"
)

// slowClients is how many clients TestSlowClients has; the environment may ask for more, as 4000.
func slowClients(t *testing.T) int {
	const variable = "SKEP_SLOW_CLIENTS"
	text := os.Getenv(variable)
	if text == "" {
		return 200
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q", variable, text)
	}
	return n
}

// memory is what the process holds for Go, after a collection, in bytes.
func memory() int64 {
	var m runtime.MemStats
	for range 3 { // pools let go in the second
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// TestSlowClients holds connections that send their request byte by byte, or do not read the answer, while another client
// is served; in the end they are all gone, and so is what they took.
func TestSlowClients(t *testing.T) {
	clients := slowClients(t)
	big := bytes.Repeat([]byte("x"), 1<<20)
	s := New(Config{Access: public{}, Version: "9.9.9", Log: slog.New(slog.DiscardHandler), Registry: registry(endpoint("echo", guest(echoArgs)),
		custom("big", answers(abi.Result{Tag: abi.TagCustom, Status: 200, ContentType: "text/plain", Body: big})))})
	s.gate.read, s.gate.idle = time.Second, 3*time.Second // what fits into the system's buffers is read, for all it knows
	s.http.WriteTimeout = time.Second
	r := serveOn(t, s)
	ask(t, r.dial(t))
	before := memory()

	head := "POST " + echoPath + " HTTP/1.1\r\nHost: x\r\n"
	begins := []string{head + "X-Slow: ", head + "Content-Length: 100000\r\n\r\n", head + "Transfer-Encoding: chunked\r\n\r\n",
		strings.Repeat(request("POST", "/public/api/v1/docs/big/run", "{}"), 8), ""}
	var slow []net.Conn
	for i := range clients {
		conn := r.dial(t)
		_ = conn.(*net.TCPConn).SetReadBuffer(4096)
		if _, err := io.WriteString(conn, begins[i%len(begins)]); err != nil {
			t.Fatal(err)
		}
		slow = append(slow, conn)
	}
	good := r.dial(t)
	served := 0
	for ; s.gate.open.Load() > 1; served++ { // until the last slow client is gone
		if served%50 == 0 {
			for i, conn := range slow {
				if i%len(begins) < 2 {
					_, _ = io.WriteString(conn, "x") // the server may have closed it
				}
			}
		}
		if got := ask(t, good); !strings.HasPrefix(got, "HTTP/1.1 200 ") {
			t.Fatalf("after %d requests: %s", served, got)
		}
		_ = good.SetDeadline(time.Now().Add(20 * time.Second))
		if served%9000 == 8999 {
			_ = good.Close() // before the server does
			good = r.dial(t)
		}
	}
	if served == 0 {
		t.Error("no slow client was there")
	}
	for _, conn := range slow {
		_ = conn.Close()
	}
	slow = nil
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) { // goroutines end by and by
		grown := memory() - before
		if grown <= int64(4<<20+clients<<10) { // a connection takes seven times as much; Go keeps some of each goroutine
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d bytes are left of %d slow clients", grown, clients)
		}
	}
	t.Logf("%d slow clients, %d requests answered meanwhile", clients, served)
}

// BenchmarkIdleConnections says what a connection without a request takes, in bytes of the server and of the client here.
func BenchmarkIdleConnections(b *testing.B) {
	for _, n := range []int{1000, 9000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			s := New(Config{Access: public{}, Version: "9.9.9", Log: slog.New(slog.DiscardHandler), Registry: registry(),
				Wire: Wire{MaxConnections: n}})
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			served := make(chan error, 1)
			go func() { served <- s.Serve(ln) }()
			before := memory()
			var conns []net.Conn
			b.ResetTimer()
			buf := make([]byte, 1024)
			for range n { // each has had a request
				conn, err := net.Dial("tcp", ln.Addr().String())
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.WriteString(conn, request("GET", "/isAlive", "")); err != nil {
					b.Fatal(err)
				}
				if _, err := conn.Read(buf); err != nil {
					b.Fatal(err)
				}
				conns = append(conns, conn)
			}
			b.StopTimer()
			b.ReportMetric(float64(memory()-before)/float64(n), "B/connection")
			for _, conn := range conns {
				_ = conn.Close()
			}
			if err := s.Shutdown(); err != nil {
				b.Error(err)
			}
			if err := <-served; err != nil {
				b.Error(err)
			}
		})
	}
}
