package bench

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"skep/host"
	"skep/host/hosttest"
)

// BenchmarkPath is the way of a request without the kernel: a connection in memory brings the same request again and
// again, and drops the answers. What is left is what host and guest, or native handlers, do in their own process.
func BenchmarkPath(b *testing.B) {
	for _, endpoint := range []string{"text", "plain"} {
		q := queries[endpoint]
		b.Run("endpoint="+endpoint+"/server=native", func(b *testing.B) {
			ln := newLoop(b, q)
			served := make(chan error, 1)
			go func() { served <- serveNative(ln) }()
			<-ln.done
			b.StopTimer()
			_ = ln.Close()
			<-served
		})
		b.Run("endpoint="+endpoint+"/server=request", func(b *testing.B) {
			h := hosttest.Start(b, host.Config{Root: services(b, ""), Log: slog.New(slog.DiscardHandler)})
			ln := newLoop(b, q)
			served := make(chan error, 1)
			go func() { served <- h.Serve(ln) }()
			<-ln.done
			b.StopTimer()
			if err := h.Close(); err != nil {
				b.Error(err)
			}
			<-served
		})
	}
}

// loop is a listener whose connections, one after the other, bring the requests of a benchmark and check the answers.
type loop struct {
	b       *testing.B
	request []byte
	want    []byte // in each answer
	left    int    // requests to bring
	next    chan struct{}
	over    chan struct{} // closed when the listener is
	done    chan struct{} // closed when the last answer has come
	close   func()
	finish  func()
}

func newLoop(b *testing.B, q query) *loop {
	l := &loop{b: b, request: q.bytes(), want: []byte(q.want), left: b.N, next: make(chan struct{}, 1),
		over: make(chan struct{}), done: make(chan struct{})}
	l.close = sync.OnceFunc(func() { close(l.over) })
	l.finish = sync.OnceFunc(func() { close(l.done) })
	l.next <- struct{}{}
	b.ReportAllocs()
	b.ResetTimer()
	return l
}

func (l *loop) Accept() (net.Conn, error) {
	select {
	case <-l.next:
		return &loopConn{l: l}, nil
	case <-l.over:
		return nil, net.ErrClosed
	}
}

func (l *loop) Close() error {
	l.close()
	return nil
}

func (l *loop) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// loopConn is a connection of a loop.
type loopConn struct {
	l      *loop
	rest   []byte // of the request that is being read
	closed atomic.Bool
}

func (c *loopConn) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		if c.l.left == 0 {
			c.l.finish()
			<-c.l.over
			return 0, io.EOF
		}
		c.l.left--
		c.rest = c.l.request
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *loopConn) Write(p []byte) (int, error) {
	if !bytes.HasPrefix(p, []byte("HTTP/1.1 200")) || !bytes.Contains(p, c.l.want) {
		c.l.b.Errorf("answer %q; want 200 and %q", p, c.l.want)
	}
	return len(p), nil
}

// Close makes room for the next connection: a server bounds the requests of one.
func (c *loopConn) Close() error {
	switch {
	case !c.closed.CompareAndSwap(false, true):
	case c.l.left > 0:
		c.l.next <- struct{}{}
	default:
		c.l.finish()
	}
	return nil
}

func (c *loopConn) LocalAddr() net.Addr              { return c.l.Addr() }
func (c *loopConn) RemoteAddr() net.Addr             { return c.l.Addr() }
func (c *loopConn) SetDeadline(time.Time) error      { return nil }
func (c *loopConn) SetReadDeadline(time.Time) error  { return nil }
func (c *loopConn) SetWriteDeadline(time.Time) error { return nil }
