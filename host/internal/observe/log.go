package observe

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Line is a line that a guest has logged.
type Line struct {
	Time       time.Time `json:"time"`
	Level      string    `json:"level"`
	Generation string    `json:"generation"`
	RequestID  string    `json:"requestId,omitempty"` // empty for what it logged before it served
	Message    string    `json:"message"`
}

// size is what a line is charged with, in bytes.
func (l *Line) size() int64 {
	const overhead = 128
	return overhead + int64(len(l.RequestID)+len(l.Message))
}

// What is kept of log lines.
const (
	maxLines    = 1000      // of an endpoint
	maxLogSize  = 256 << 10 // bytes of an endpoint
	sureLogSize = 16 << 10  // bytes of an endpoint, however many there are
	allLogsSize = 16 << 20  // bytes of all endpoints together, beyond what is sure
	maxBehind   = 256       // lines that a follower may be behind
	maxFollower = 64        // that follow one endpoint
)

// lineBudget counts the bytes that all logs keep.
type lineBudget struct{ used atomic.Int64 }

// Log holds the last lines of an endpoint, within bounds for it and for all, and gives them to those that follow it.
type Log struct {
	budget *lineBudget

	mu        sync.Mutex
	lines     []Line // the oldest first
	size      int64
	followers map[*Follower]struct{}
	ended     bool // nobody can follow any more
	closed    bool // nothing is kept any more
}

// Follower gets the lines of a log.
type Follower struct {
	// Lines gives what is logged from now on. It is closed when the endpoint is unloaded, when the observer is closed,
	// and when whoever reads it is too slow.
	Lines <-chan Line
	lines chan Line
	log   *Log
	lost  bool
}

// add keeps a line, and gives it to the followers. One that has no room for it is let go: nobody waits for it.
func (l *Log) add(line Line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for f := range l.followers {
		select {
		case f.lines <- line:
		default:
			f.lost = true
			l.leave(f)
		}
	}
	if l.closed {
		return // the last calls of an endpoint that is not loaded any more
	}
	l.lines = append(l.lines, line)
	l.charge(line.size())
	for len(l.lines) > maxLines || l.size > maxLogSize ||
		l.size > sureLogSize && l.budget.used.Load() > allLogsSize {
		l.charge(-l.lines[0].size())
		l.lines[0] = Line{} // its text can go
		l.lines = l.lines[1:]
	}
}

func (l *Log) charge(n int64) {
	l.size += n
	l.budget.used.Add(n)
}

// Last are the last n lines, or all that are kept where those are fewer; the oldest first.
func (l *Log) Last(n int) []Line {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last(n)
}

func (l *Log) last(n int) []Line {
	return append([]Line(nil), l.lines[max(0, len(l.lines)-n):]...)
}

// Follow gives the last n lines and all that come after them. It reports false where too many follow already. The
// follower must be closed.
func (l *Log) Follow(n int) ([]Line, *Follower, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.followers) >= maxFollower {
		return nil, nil, false
	}
	f := &Follower{lines: make(chan Line, maxBehind), log: l}
	f.Lines = f.lines
	if l.ended {
		close(f.lines)
		return l.last(n), f, true
	}
	if l.followers == nil {
		l.followers = make(map[*Follower]struct{})
	}
	l.followers[f] = struct{}{}
	return l.last(n), f, true
}

// Close stops to follow.
func (f *Follower) Close() {
	f.log.mu.Lock()
	defer f.log.mu.Unlock()
	f.log.leave(f)
}

// Lost says, once Lines is closed, that it was because the reader was too slow.
func (f *Follower) Lost() bool {
	f.log.mu.Lock()
	defer f.log.mu.Unlock()
	return f.lost
}

// leave ends a follower. The lock is held.
func (l *Log) leave(f *Follower) {
	if _, there := l.followers[f]; there {
		delete(l.followers, f)
		close(f.lines)
	}
}

// end ends all followers, now and later.
func (l *Log) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	for f := range l.followers {
		l.leave(f)
	}
}

// close gives up the lines too.
func (l *Log) close() {
	l.end()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.charge(-l.size)
	l.lines, l.closed = nil, true
}

// Lines takes the log lines of one generation of an endpoint.
type Lines struct {
	endpoint   *Endpoint
	generation string
}

// Lines gives what takes the log lines of a generation.
func (e *Endpoint) Lines(generation string) Lines { return Lines{e, generation} }

// Line keeps a line. It does not block.
func (l Lines) Line(level slog.Level, requestID, text string) {
	if l.endpoint != nil {
		l.endpoint.log.add(Line{time.Now(), level.String(), l.generation, requestID, text})
	}
}

// Drop counts lines that nobody sees.
func (l Lines) Drop(lines int) {
	if l.endpoint != nil {
		l.endpoint.dropped.Add(float64(lines))
	}
}
