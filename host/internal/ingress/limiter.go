package ingress

import (
	"sync"
	"time"
)

// A limiter lets through this many lines of one sort at once, and then one for each interval.
const (
	lineBurst    = 10
	lineInterval = time.Second
	// maxLineSorts bounds what a limiter remembers. Sorts are endpoints and what befell them, so it is not met in
	// practice; when it is, the limiter forgets all.
	maxLineSorts = 10_000
)

// limiter keeps the log readable, and the disk free, when one endpoint fails at the rate of its requests. What it holds
// back is counted. The zero value is ready; it is safe for concurrent use.
type limiter struct {
	mu    sync.Mutex
	sorts map[lineSort]*lineCount
}

// lineSort is what is limited for itself.
type lineSort struct{ place, what string }

// lineCount is the account of one sort.
type lineCount struct {
	full    time.Time // when the whole burst is there again
	dropped int       // since the last line that was let through
}

// pass says whether a line may be written, and how many of its sort were not since the last one.
func (l *limiter) pass(now time.Time, sort lineSort) (dropped int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.sorts[sort]
	if a == nil {
		if l.sorts == nil || len(l.sorts) >= maxLineSorts {
			l.sorts = make(map[lineSort]*lineCount)
		}
		a = &lineCount{full: now}
		l.sorts[sort] = a
	}
	if a.full.Before(now) {
		a.full = now
	}
	if a.full.Sub(now) > (lineBurst-1)*lineInterval {
		a.dropped++
		return 0, false
	}
	a.full = a.full.Add(lineInterval)
	dropped, a.dropped = a.dropped, 0
	return dropped, true
}
