package bench

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// server is a child process that runs runServer. It ends with the benchmark.
type server struct {
	name string // as the figures call it
	addr string

	pid   int
	ask   io.WriteCloser // the child's stdin
	reply *bufio.Reader  // the child's stdout
}

// startServer starts a child and returns when it listens. root is the folder that a host serves; settings are further
// variables of its environment.
func startServer(b *testing.B, name, kind, root string, settings ...string) *server {
	b.Helper()
	exe, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), envServer+"="+kind, envRoot+"="+root)
	cmd.Env = append(cmd.Env, settings...)
	cmd.Stderr = os.Stderr
	s := &server{name: name}
	if s.ask, err = cmd.StdinPipe(); err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	s.reply = bufio.NewReader(out)
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	s.pid = cmd.Process.Pid
	b.Cleanup(func() {
		_ = s.ask.Close() // tells it to end
		if err := cmd.Wait(); err != nil {
			b.Errorf("server %s: %v", name, err)
		}
	})
	if s.addr, err = s.line(); err != nil {
		b.Fatalf("server %s has not started: %v", name, err)
	}
	return s
}

func (s *server) line() (string, error) {
	line, err := s.reply.ReadString('\n')
	return strings.TrimSuffix(line, "\n"), err
}

// cpuTime is what the server has used so far, user and system together.
func (s *server) cpuTime() (time.Duration, error) { return s.question(askCPU) }

// collect has the server collect garbage, and is the longest time that its world was stopped since the last one.
func (s *server) collect() (time.Duration, error) { return s.question(askCollect) }

// release has the server give back all memory that it does not need.
func (s *server) release() error { return s.order(askRelease) }

// spin has the server run goroutines that do not end, and rest ends them.
func (s *server) spin() error { return s.order(askSpin) }
func (s *server) rest() error { return s.order(askRest) }

func (s *server) order(what string) error {
	_, err := s.question(what)
	return err
}

func (s *server) question(what string) (time.Duration, error) {
	if _, err := fmt.Fprintln(s.ask, what); err != nil {
		return 0, err
	}
	text, err := s.line()
	if err != nil {
		return 0, err
	}
	ns, err := strconv.ParseInt(text, 10, 64)
	return time.Duration(ns), err
}
