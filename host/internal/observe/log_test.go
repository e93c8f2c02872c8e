package observe

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestLogKeepsTheLast(t *testing.T) {
	e := New(nothing).Endpoint("docs", "a")
	for i := range maxLines + 10 {
		e.Lines("v1").Line(0, "r", fmt.Sprint(i))
	}
	if got := e.log.Last(2); len(got) != 2 || got[0].Message != fmt.Sprint(maxLines+8) || got[1].Level != "INFO" ||
		got[1].Generation != "v1" || got[1].RequestID != "r" || got[1].Time.IsZero() {
		t.Errorf("%+v", got)
	}
	if got := e.log.Last(2 * maxLines); len(got) != maxLines || got[0].Message != "10" {
		t.Errorf("%d lines, the first is %s", len(got), got[0].Message)
	}
}

// Memory for lines is bounded for one endpoint and for all, each keeps some, and an endpoint that goes gives its own
// back.
func TestLogsAreBounded(t *testing.T) {
	o := New(nothing)
	text := strings.Repeat("x", 4<<10)
	var all []*Endpoint
	for i := range 2 * allLogsSize / maxLogSize {
		e := o.Endpoint("docs", fmt.Sprint("e", i))
		all = append(all, e)
		for range 100 {
			e.Lines("v1").Line(0, "", text)
		}
		if e.log.size > maxLogSize {
			t.Fatalf("endpoint %d keeps %d bytes", i, e.log.size)
		}
		if len(e.log.Last(maxLines)) < 3 {
			t.Fatalf("endpoint %d keeps %d lines", i, len(e.log.lines))
		}
	}
	if used, most := o.lines.used.Load(), int64(allLogsSize+len(all)*sureLogSize); used > most {
		t.Errorf("all keep %d bytes, want at most %d", used, most)
	}
	for _, e := range all {
		e.Release()
		e.Lines("v1").Line(0, "", text) // of a call that is still answered
	}
	if used := o.lines.used.Load(); used != 0 {
		t.Errorf("%d bytes are kept for endpoints that are gone", used)
	}
}

func TestFollow(t *testing.T) {
	o := New(nothing)
	e := o.Endpoint("docs", "a")
	say := func(text string) { e.Lines("v1").Line(0, "", text) }
	say("before")
	last, f, ok := o.Log("docs", "a").Follow(10)
	if !ok || len(last) != 1 || last[0].Message != "before" {
		t.Fatalf("%v %v", last, ok)
	}
	say("after")
	if got := <-f.Lines; got.Message != "after" {
		t.Errorf("%+v", got)
	}
	f.Close()
	f.Close()
	say("gone")
	if _, more := <-f.Lines; more || f.Lost() {
		t.Error("a follower that was closed gets lines, or is said to have been slow")
	}
}

// Who does not read is let go, and nobody waits for it.
func TestSlowFollowerIsLetGo(t *testing.T) {
	o := New(nothing)
	e := o.Endpoint("docs", "a")
	_, f, _ := o.Log("docs", "a").Follow(0)
	for i := range maxBehind + 1 {
		e.Lines("v1").Line(0, "", fmt.Sprint(i))
	}
	n := 0
	for range f.Lines {
		n++
	}
	if n != maxBehind || !f.Lost() {
		t.Errorf("it got %d lines, lost: %v", n, f.Lost())
	}
	f.Close()
}

// Followers end with their endpoint and with the observer, and those that come later end at once.
func TestFollowersEnd(t *testing.T) {
	o := New(nothing)
	a, _ := o.Endpoint("docs", "a"), o.Endpoint("docs", "b")
	_, ofA, _ := o.Log("docs", "a").Follow(0)
	logB := o.Log("docs", "b")
	_, ofB, _ := logB.Follow(0)
	a.Release()
	<-ofA.Lines
	select {
	case <-ofB.Lines:
		t.Error("the neighbour's follower has ended")
	default:
	}
	o.Close()
	<-ofB.Lines
	_, late, ok := logB.Follow(0)
	if _, more := <-late.Lines; !ok || more {
		t.Error("after Close somebody follows")
	}
	o.Endpoint("docs", "c")
	_, later, _ := o.Log("docs", "c").Follow(0)
	<-later.Lines
}

func TestTooManyFollowers(t *testing.T) {
	o := New(nothing)
	o.Endpoint("docs", "a")
	log := o.Log("docs", "a")
	for i := range maxFollower {
		if _, _, ok := log.Follow(0); !ok {
			t.Fatalf("follower %d is refused", i)
		}
	}
	if _, _, ok := log.Follow(0); ok {
		t.Error("one more is let in")
	}
}

// Everything at once: for the race detector, and each line reaches a follower once or the follower is told.
func TestLogConcurrently(t *testing.T) {
	o := New(nothing)
	e := o.Endpoint("docs", "a")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range 500 {
				e.Lines("v1").Line(0, "", fmt.Sprint(i))
			}
		})
		all.Go(func() {
			_, f, _ := o.Log("docs", "a").Follow(10)
			for range 100 {
				if _, more := <-f.Lines; !more {
					break
				}
				if len(e.log.Last(5)) > 5 {
					t.Error("too many lines")
				}
			}
			f.Close()
		})
		all.Go(func() { o.Endpoint("docs", "b").Release() })
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	for {
		select {
		case <-done:
			return
		default:
			e.Lines("v1").Line(0, "", "more") // who follows gets its lines
		}
	}
}
