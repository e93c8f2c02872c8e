// Command hoard is an endpoint that keeps what it is shown of many requests while the collector is at work all the time,
// and answers with how much of that has changed.
package main

import (
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"skep/guest-sdk/go/skep"
)

var _ = skep.Function(run)

type seen struct {
	number  int
	path    string
	headers skep.Headers
	text    *skep.Response
}

var (
	kept    [64]*seen
	large   = make([]*[64]byte, 1<<14) // what the collector needs some time for
	garbage [][]byte
	_       = debug.SetGCPercent(5)
)

func run(c *skep.Call) (any, error) {
	number, err := c.Args.Int("number")
	if err != nil {
		return nil, err
	}
	litter(int(number))
	s := &seen{number: int(number)}
	kept[s.number%len(kept)] = s
	if s.path, err = c.Path(); err != nil {
		return nil, err
	}
	if s.headers, err = c.Headers(); err != nil {
		return nil, err
	}
	litter(s.number)
	if s.headers, err = c.Headers(); err != nil {
		return nil, err
	}
	if s.text = skep.Text("text " + strconv.Itoa(s.number)); s.number%7 == 0 {
		s.text.Headers.Add("More", s.path)
	}
	litter(s.number)
	if s.number%100 == 0 {
		runtime.GC()
	}
	wrong := 0
	for _, s := range kept {
		if s != nil && !s.right() {
			wrong++
		}
	}
	return wrong, nil
}

// right says whether all is as the request of that number was.
func (s *seen) right() bool {
	number := strconv.Itoa(s.number)
	if s.path != "/"+number || len(s.headers) != s.number%30 || string(s.text.Body) != "text "+number ||
		s.number%7 == 0 && s.text.Headers.Get("more") != s.path {
		return false
	}
	for i, h := range s.headers {
		if h.Name != "Name-"+strconv.Itoa(i) || h.Value != strings.Repeat(number, i) {
			return false
		}
	}
	return true
}

// litter writes over what is free, and has the collector begin.
func litter(number int) {
	for i := range 16 {
		large[(number*16+i)%len(large)] = new([64]byte)
		b := make([]byte, 32<<(i%8))
		for j := range b {
			b[j] = 0xee
		}
		if garbage = append(garbage, b); len(garbage) > 64 {
			garbage = nil
		}
	}
}

func main() {}
