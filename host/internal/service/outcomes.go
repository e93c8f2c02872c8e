package service

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// Outcomes counts the calls of an endpoint. The zero value has counted none; a nil one counts nothing. It is safe for
// concurrent use.
type Outcomes struct {
	errors atomic.Uint64
	took   [statClasses]atomic.Uint64
}

// Times are counted in classes of at most an eighth of their lower bound, which is in microseconds; the last one holds
// all that is longer than two minutes.
const (
	statParts   = 8
	statClasses = 25 * statParts
)

// Record counts a call: the status that it was answered with, and how long the endpoint worked on it.
func (s *Outcomes) Record(status int, took time.Duration) {
	switch {
	case s == nil:
	case status >= 500:
		s.errors.Add(1)
	default:
		s.took[statClass(took)].Add(1)
	}
}

func statClass(took time.Duration) int {
	us := uint64(max(took.Microseconds(), 0))
	if us < statParts {
		return int(us)
	}
	exponent := bits.Len64(us) - bits.Len(statParts)
	return min((exponent+1)*statParts+int(us>>exponent)-statParts, statClasses-1)
}

// statBound is where a class begins.
func statBound(class int) time.Duration {
	exponent := max(class/statParts-1, 0)
	return time.Duration(class-exponent*statParts) << exponent * time.Microsecond
}

// Add adds what was counted so far to c.
func (s *Outcomes) Add(c *Counts) {
	if s == nil {
		return
	}
	c.Errors += s.errors.Load()
	for i := range s.took {
		c.took[i] += s.took[i].Load()
	}
}

// Counts are the calls of one or several endpoints. The zero value is none.
type Counts struct {
	Errors uint64 // answered with a status of 500 or more
	took   [statClasses]uint64
}

// Outcomes are the counts of all endpoints of a generation since it was loaded.
func (g *Generation) Outcomes() (c Counts) {
	for _, e := range g.Endpoints {
		e.Outcomes.Add(&c)
	}
	return c
}

// Since are the calls that came after an earlier look. Where the generation was loaded anew in between, these are all.
func (c Counts) Since(earlier Counts) Counts {
	if c.Errors < earlier.Errors {
		return c
	}
	next := Counts{Errors: c.Errors - earlier.Errors}
	for i, n := range c.took {
		if n < earlier.took[i] {
			return c
		}
		next.took[i] = n - earlier.took[i]
	}
	return next
}

// Calls is how many there were.
func (c Counts) Calls() uint64 { return c.Errors + c.answered() }

func (c Counts) answered() (n uint64) {
	for _, count := range c.took {
		n += count
	}
	return n
}

// ErrorRate is the part of the calls that failed, 0 to 1; 0 where there were none.
func (c Counts) ErrorRate() float64 {
	return float64(c.Errors) / float64(max(c.Calls(), 1))
}

// Percentile is the time that p percent of the calls without error did not exceed, to an eighth; 0 where there were none.
func (c Counts) Percentile(p int) time.Duration {
	rank := (c.answered()*uint64(p) + 99) / 100
	var seen uint64
	for class, n := range c.took {
		if seen += n; n > 0 && seen >= rank {
			return statBound(class)
		}
	}
	return 0
}
