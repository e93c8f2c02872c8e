package observe

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"gopkg.in/natefinch/lumberjack.v2"
)

// maxPending bounds what a sink holds that is not written yet, in bytes.
const maxPending = 8 << 20

// Sink writes lines to a file, from a goroutine of its own: whoever has a line never waits for the disk. Lines that come
// faster than they can be written are dropped and counted.
type Sink struct {
	out     *output
	log     *slog.Logger
	dropped atomic.Uint64
	wake    chan struct{} // has one element when there may be something to do
	ended   chan struct{}

	mu      sync.Mutex
	pending []byte // whole lines
	closed  bool
}

// Rotation says when a file is put aside, and how many of those are kept.
type Rotation struct{ Megabytes, Files int }

// OpenSink writes to a file, or to standard output where its name is "-". A file is made with its folder when it is
// missing, and nobody but the user of this process can read it. A full one is put aside, with the time in its name. The
// sink must be closed.
func OpenSink(name string, r Rotation, log *slog.Logger) (*Sink, error) {
	out := &output{Writer: os.Stdout}
	if name != "-" {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return nil, err
		}
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		if err := file.Close(); err != nil {
			return nil, err
		}
		rolled := &lumberjack.Logger{Filename: name, MaxSize: r.Megabytes, MaxBackups: r.Files}
		out = &output{rolled, rolled.Close}
	}
	return newSink(out, log), nil
}

// output is where a sink writes to.
type output struct {
	io.Writer
	close func() error // nil: nothing has to be done; a later write opens it again
}

func newSink(out *output, log *slog.Logger) *Sink {
	s := &Sink{out: out, log: log, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	go s.run()
	return s
}

// Write takes one line, with its line feed. It does not keep it, does not block on the disk, and never fails.
func (s *Sink) Write(line []byte) (int, error) {
	s.mu.Lock()
	if s.closed || len(s.pending)+len(line) > maxPending {
		s.mu.Unlock()
		s.dropped.Add(1)
		return len(line), nil
	}
	s.pending = append(s.pending, line...)
	s.mu.Unlock()
	s.signal()
	return len(line), nil
}

func (s *Sink) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// maxWrite bounds what is written at once, in bytes, unless one line has more: a file is put aside between writes.
const maxWrite = 256 << 10

// run writes until the sink is closed. What is pending and what is being written change places.
func (s *Sink) run() {
	defer close(s.ended)
	var batch []byte
	failing := false
	for range s.wake {
		s.mu.Lock()
		batch, s.pending = s.pending, batch[:0]
		closed := s.closed
		s.mu.Unlock()
		for rest := batch; len(rest) > 0; {
			var part []byte
			part, rest = cutLines(rest)
			_, err := s.out.Write(part)
			if err != nil {
				s.dropped.Add(uint64(bytes.Count(part, []byte("\n"))))
				if !failing {
					s.log.Error("records cannot be written, and are dropped and counted", "error", err)
				}
			}
			failing = err != nil
		}
		if closed {
			return
		}
	}
}

// cutLines parts lines into those that are written at once and the rest.
func cutLines(lines []byte) (part, rest []byte) {
	if len(lines) <= maxWrite {
		return lines, nil
	}
	end := bytes.LastIndexByte(lines[:maxWrite], '\n') + 1
	if end == 0 {
		end = bytes.IndexByte(lines, '\n') + 1
	}
	return lines[:end], lines[end:]
}

// Reopen closes the file; the next line opens it by its name again.
func (s *Sink) Reopen() error {
	if s.out.close == nil {
		return nil
	}
	return s.out.close()
}

// Dropped is how many lines were lost. A nil sink loses none.
func (s *Sink) Dropped() uint64 {
	if s == nil {
		return 0
	}
	return s.dropped.Load()
}

// Close writes what is pending, and closes the file. Lines that come later are dropped.
func (s *Sink) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.signal()
	<-s.ended
	return s.Reopen()
}
