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
// while the HTTP server would give up for good. It can be closed more than once.
type listener struct {
	net.Listener
	closed chan struct{}
	close  func() error
}

func newListener(ln net.Listener) *listener {
	l := &listener{Listener: ln, closed: make(chan struct{})}
	l.close = sync.OnceValue(func() error {
		close(l.closed)
		return ln.Close()
	})
	return l
}

// Accept waits for a connection.
func (l *listener) Accept() (net.Conn, error) {
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, longestPause) {
		conn, err := l.Listener.Accept()
		var passing interface{ Temporary() bool }
		if err == nil || !errors.As(err, &passing) || !passing.Temporary() {
			return conn, err
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
