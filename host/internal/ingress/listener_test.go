package ingress

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"skep/abi"
)

func quietServer() *Server {
	return New(Config{Registry: registry(), Access: public{}, Version: "9.9.9", Log: slog.New(slog.DiscardHandler)})
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() }) // usually closed by then
	return ln
}

func TestShutdownBeforeServe(t *testing.T) {
	s := quietServer()
	for range 2 {
		if err := s.Shutdown(); err != nil {
			t.Fatal(err)
		}
	}
	ln := listen(t)
	if err := s.Serve(ln); err != nil {
		t.Errorf("Serve after Shutdown: %v", err)
	}
	if _, err := ln.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener is still open: %v", err)
	}
}

// Whoever is first, Serve ends.
func TestShutdownWhileServeBegins(t *testing.T) {
	for range 50 {
		s, ln := quietServer(), listen(t)
		served := make(chan error, 1)
		go func() { served <- s.Serve(ln) }()
		if err := s.Shutdown(); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-served:
			if err != nil {
				t.Fatal(err)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("Serve goes on after Shutdown")
		}
	}
}

// Shutdown answers the request that runs and ends its connection then.
func TestShutdownAnswersWhatRuns(t *testing.T) {
	entered, leave := make(chan bool), make(chan bool)
	s := New(Config{Access: public{}, Version: "9.9.9", Log: slog.New(slog.DiscardHandler),
		Registry: registry(endpoint("slow", guest(func([]byte) ([]byte, error) {
			close(entered)
			<-leave
			return abi.AppendResult(nil, value(abi.AppendBool(nil, true))), nil
		})))})
	ln := listen(t)
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()

	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(conn, request("POST", "/public/api/v1/docs/slow/run", "")); err != nil {
		t.Fatal(err)
	}
	<-entered
	down := make(chan error, 1)
	go func() { down <- s.Shutdown() }()
	if err := <-served; err != nil { // nothing is accepted any more
		t.Error(err)
	}
	select {
	case <-down:
		t.Error("Shutdown returned while a request runs")
	default:
	}
	close(leave)
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.Contains(string(answer), `"response":true`) {
		t.Errorf("%q, %v", answer, err)
	}
	if err := <-down; err != nil {
		t.Error(err)
	}
}

// starved is a listener in a process that has no file descriptor left for a while.
type starved struct {
	net.Listener
	left int
}

func (l *starved) Accept() (net.Conn, error) {
	if l.left != 0 {
		l.left--
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
	}
	return l.Listener.Accept()
}

func TestListenerOutlivesLackOfDescriptors(t *testing.T) {
	s := quietServer()
	ln := &starved{Listener: listen(t), left: 2}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	running := &running{Server: s, addr: ln.Addr().String()}
	if got := running.send(t, "GET", "/isAlive", ""); got.status != 200 {
		t.Errorf("%d %s", got.status, got.body)
	}
	if err := s.Shutdown(); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestListenerStopsWhilePausing(t *testing.T) {
	l := newListener(&starved{Listener: listen(t), left: -1}, newGate(Config{}), func(*conn) {})
	accepted := make(chan error, 1)
	go func() {
		_, err := l.Accept()
		accepted <- err
	}()
	for range 2 {
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-accepted; !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// broken is a listener that fails for good.
type broken struct{ net.Listener }

var errBroken = errors.New("no such device")

func (broken) Accept() (net.Conn, error) { return nil, fmt.Errorf("accept: %w", errBroken) }

func TestListenerFails(t *testing.T) {
	s := quietServer()
	if err := s.Serve(broken{listen(t)}); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}
