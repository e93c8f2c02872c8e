package ingress

import (
	"errors"
	"net"
	"sync"
	"time"
)

// longestPause bounds how long a listener waits before it tries to accept again.
const longestPause = time.Second

// listener outlives errors that pass: a process that has run out of file descriptors accepts again when one is free,
// while the HTTP server would give up for good. It serves the connections that the gate lets in, each in a goroutine of
// its own, and so never gives one. It can be closed more than once.
type listener struct {
	net.Listener
	gate    *gate
	serve   func(*conn)
	begin   sync.WaitGroup // connections that serve has not read from
	closed  chan struct{}
	closing func() error
}

func newListener(ln net.Listener, g *gate, serve func(*conn)) *listener {
	l := &listener{Listener: ln, gate: g, serve: serve, closed: make(chan struct{})}
	l.closing = sync.OnceValue(func() error {
		close(l.closed)
		return ln.Close()
	})
	return l
}

// Accept serves connections until the listener is closed or fails. By then the HTTP server knows all of them.
func (l *listener) Accept() (net.Conn, error) {
	defer l.begin.Wait()
	const shortest = 5 * time.Millisecond
	for pause := shortest; ; pause = min(2*pause, longestPause) {
		raw, err := l.Listener.Accept()
		if err == nil {
			if c := l.gate.enter(raw); c != nil {
				l.begin.Add(1)
				c.begin = &l.begin
				go l.serve(c)
			}
			pause = shortest / 2
			continue
		}
		var passing interface{ Temporary() bool }
		if !errors.As(err, &passing) || !passing.Temporary() {
			return nil, err
		}
		select {
		case <-time.After(pause):
		case <-l.closed:
			return nil, net.ErrClosed
		}
	}
}

// Close ends Accept.
func (l *listener) Close() error { return l.closing() }
