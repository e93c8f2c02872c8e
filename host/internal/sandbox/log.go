package sandbox

import (
	"bytes"
	"context"
	"log/slog"
	"strings"

	"skep/abi"
	"skep/host/internal/service"
)

// maxLogLines is how many lines one call may write, and maxLogBytes how many bytes: what is beyond is counted only, so
// that a module cannot fill a disk.
const (
	maxLogLines = 64
	maxLogBytes = 16 << 10
)

// Lines takes the log lines of an endpoint's guests. It must not block.
type Lines interface {
	// Line takes one line, which belongs to a request, or to none where that is "".
	Line(level slog.Level, requestID, text string)
	// Drop counts lines that nobody sees, since a call wrote too many.
	Drop(lines int)
}

// guestLog takes the lines of one instance: those of the log function, and what it writes to its standard output and
// error. It is used by one goroutine at a time.
type guestLog struct {
	to      *slog.Logger
	also    Lines           // nil: nobody
	warming bool            // the lines come from the warm-up, not from a request
	request context.Context // of the call that runs; nil outside of one
	lines   int
	bytes   int
	dropped int
	partial []byte // an unfinished line of standard output or error
}

// line writes one line within the limits of a call. The text may hold anything: a log handler escapes it.
func (l *guestLog) line(level abi.Level, text []byte) {
	if l.lines >= maxLogLines || l.bytes >= maxLogBytes {
		l.dropped++
		return
	}
	text = text[:min(len(text), abi.MaxLogLine, maxLogBytes-l.bytes)]
	l.lines++
	l.bytes += len(text)
	l.write(level, text)
}

func (l *guestLog) write(level abi.Level, text []byte) {
	at := min(max(slog.Level(level), slog.LevelDebug), slog.LevelError)
	enabled := l.to.Enabled(context.Background(), at)
	if !enabled && l.also == nil {
		return
	}
	valid := strings.ToValidUTF8(string(text), "\uFFFD")
	if l.also != nil {
		l.also.Line(at, l.requestID(), valid)
	}
	if !enabled {
		return
	}
	attrs := []slog.Attr{slog.String("text", valid)}
	if l.warming {
		attrs = append(attrs, slog.Bool("warmUp", true))
	}
	l.to.LogAttrs(context.Background(), at, "guest", append(attrs, l.whose()...)...)
}

// whose names the request that runs.
func (l *guestLog) whose() []slog.Attr {
	if id := l.requestID(); id != "" {
		return []slog.Attr{slog.String("requestId", id)}
	}
	return nil
}

// requestID is the id of the request that runs, "" where there is none.
func (l *guestLog) requestID() string {
	if l.request == nil {
		return ""
	}
	return service.RequestID(l.request)
}

// Write takes standard output and error, line by line.
func (l *guestLog) Write(p []byte) (int, error) {
	n := len(p)
	for {
		head, tail, found := bytes.Cut(p, []byte("\n"))
		if room := abi.MaxLogLine - len(l.partial); len(head) > room {
			head = head[:room]
		}
		l.partial = append(l.partial, head...)
		if !found {
			return n, nil
		}
		l.line(abi.LevelInfo, l.partial)
		l.partial, p = l.partial[:0], tail
	}
}

// end finishes a call: an unfinished line is written, and how many were too many.
func (l *guestLog) end() {
	if len(l.partial) > 0 {
		l.line(abi.LevelInfo, l.partial)
		l.partial = l.partial[:0]
	}
	if l.dropped > 0 && l.also != nil {
		l.also.Drop(l.dropped)
	}
	if l.dropped > 0 {
		l.to.LogAttrs(context.Background(), slog.LevelWarn, "guest wrote too many log lines",
			append(l.whose(), slog.Int("dropped", l.dropped))...)
	}
	l.lines, l.bytes, l.dropped, l.request = 0, 0, 0, nil
}
