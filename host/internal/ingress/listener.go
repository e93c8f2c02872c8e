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
// while the HTTP server would give up for good. It gives connections that the gate lets in. It can be closed more than
// once.
type listener struct {
	net.Listener
	gate   *gate
	closed chan struct{}
	close  func() error
}

func newListener(ln net.Listener, g *gate) *listener {
	l := &listener{Listener: ln, gate: g, closed: make(chan struct{})}
	l.close = sync.OnceValue(func() error {
		close(l.closed)
		return ln.Close()
	})
	return l
}

// Accept waits for a connection.
func (l *listener) Accept() (net.Conn, error) {
	const shortest = 5 * time.Millisecond
	for pause := shortest; ; pause = min(2*pause, longestPause) {
		raw, err := l.Listener.Accept()
		if err == nil {
			if c := l.gate.enter(raw); c != nil {
				return c, nil
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
func (l *listener) Close() error { return l.close() }
