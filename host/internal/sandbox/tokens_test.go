package sandbox

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// caller is a call of an endpoint that runs for long.
func caller(endpoint *line) *meter {
	return &meter{deadline: time.Now().Add(time.Hour), stop: context.Background(), line: endpoint}
}

// TestTokensTakeTurns has five calls of one endpoint and one of another run for long with one token: in each turn of both
// the second endpoint has as many slices as the first. As long as it alone runs, the first has all.
func TestTokensTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens := &tokens{free: 1}
		var busy, other line
		var ran strings.Builder // in order: only who has the token writes
		var all sync.WaitGroup
		start := func(endpoint *line, name string, slices int) {
			all.Go(func() {
				m := caller(endpoint)
				for range slices {
					if !tokens.pass(m) {
						t.Error("no token within an hour")
					}
					ran.WriteString(name)
					time.Sleep(time.Millisecond)
				}
				tokens.giveBack(m)
			})
			synctest.Wait()
		}
		for i := range 5 {
			start(&busy, fmt.Sprint(i), 3)
		}
		time.Sleep(4*time.Millisecond + time.Microsecond)
		start(&other, "x", 3)
		all.Wait()
		if got, want := ran.String(), "012340x1x2x3401234"; got != want {
			t.Errorf("slices ran in the order %s, want %s", got, want)
		}
		if tokens.free != 1 || len(tokens.waiting) != 0 {
			t.Errorf("%d tokens are free and %d lines are left", tokens.free, len(tokens.waiting))
		}
	})
}

// TestTokensHammer has many calls of some endpoints take, hand on and give up: no token is lost, and none is made.
func TestTokensHammer(t *testing.T) {
	const count = 3
	tokens := &tokens{free: count}
	var lines [4]line
	var mu sync.Mutex
	running := 0
	step := func(n int) {
		mu.Lock()
		defer mu.Unlock()
		if running += n; running > count {
			t.Errorf("%d calls run with %d tokens", running, count)
		}
	}
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(i)))
			for range 300 {
				m := caller(&lines[i%len(lines)])
				m.deadline = time.Now().Add(time.Duration(r.IntN(200)) * time.Microsecond)
				for range r.IntN(5) {
					if !tokens.pass(m) {
						break
					}
					step(1)
					time.Sleep(time.Duration(r.IntN(20)) * time.Microsecond)
					step(-1)
				}
				tokens.giveBack(m)
			}
		})
	}
	all.Wait()
	if tokens.free != count || len(tokens.waiting) != 0 {
		t.Errorf("%d tokens are free and %d lines are left", tokens.free, len(tokens.waiting))
	}
	for i := range lines {
		if n := len(lines[i].calls); n != 0 {
			t.Errorf("%d calls are left in line %d", n, i)
		}
	}
}
