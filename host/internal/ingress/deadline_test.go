package ingress

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"skep/host/internal/service"
)

// lapsing is a server with these times, which only pass when nothing more comes: it takes the end of what a client sends for
// a client that sends nothing until the deadline is over. What each connection waited for in vain comes through the channel.
func lapsing(t *testing.T, read, idle time.Duration, endpoints ...*service.Endpoint) (*running, <-chan lapse) {
	t.Helper()
	s := New(Config{Access: public{}, Registry: registry(endpoints...), Version: "9.9.9", Log: slog.New(slog.DiscardHandler)})
	s.gate.read, s.gate.idle = read, idle
	ln := lapsingListener{listen(t), make(chan lapse, 1)}
	return serveAt(t, s, ln), ln.lapses
}

// lapse is a deadline that is over.
type lapse struct {
	left time.Duration // how long it was, in hours
	set  int           // how many the connection has had, with this one
}

type lapsingListener struct {
	net.Listener
	lapses chan lapse
}

func (l lapsingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &lapsingConn{TCPConn: c.(*net.TCPConn), lapses: l.lapses}, nil
}

type lapsingConn struct {
	*net.TCPConn
	lapses   chan lapse // nil when it has told of one
	deadline time.Time
	set      int
}

func (c *lapsingConn) SetReadDeadline(t time.Time) error {
	c.deadline, c.set = t, c.set+1
	return nil
}

func (c *lapsingConn) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	if !errors.Is(err, io.EOF) {
		return n, err
	}
	if c.lapses != nil {
		c.lapses <- lapse{time.Until(c.deadline).Round(time.Hour), c.set}
		c.lapses = nil
	}
	return n, os.ErrDeadlineExceeded
}

// timing is a listener that notes whether something was written, on any of its connections, for which no time was set
// since something was read. It does not enforce the times.
type timing struct {
	net.Listener
	late atomic.Bool
}

func (l *timing) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &timingConn{TCPConn: c.(*net.TCPConn), late: &l.late}, nil
}

type timingConn struct {
	*net.TCPConn
	late *atomic.Bool
	set  atomic.Bool // a deadline for writing, since the last read
}

func (c *timingConn) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	if n > 0 {
		c.set.Store(false)
	}
	return n, err
}

func (c *timingConn) SetWriteDeadline(time.Time) error {
	c.set.Store(true)
	return nil
}

func (c *timingConn) Write(p []byte) (int, error) {
	if !c.set.Load() {
		c.late.Store(true)
	}
	return c.TCPConn.Write(p)
}
