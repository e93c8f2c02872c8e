package pace

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// Work of a step is a sleep: in the bubble nothing else takes time.
func TestStep(t *testing.T) {
	for _, c := range []struct {
		name         string
		worked, rest time.Duration
	}{
		{"little", piece - 1, 0},
		{"a piece", piece, share * piece},
		{"more", 3 * piece, share * 3 * piece},
		{"much", time.Second, longest},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var p Pace
				p.Beside(func() bool { return true })
				turn := p.Begin()
				for range 3 {
					time.Sleep(c.worked)
					if got := rest(turn); got != c.rest {
						t.Errorf("after %v of work the rest is %v, want %v", c.worked, got, c.rest)
					}
					turn.Waited()
				}
			})
		})
	}
}

// rest is how long a step lasts.
func rest(t *Turn) time.Duration {
	start := time.Now()
	t.Step()
	return time.Since(start)
}

// Many steps that are each too short for a rest add up to one.
func TestShortSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p Pace
		p.Beside(func() bool { return true })
		turn := p.Begin()
		var rests time.Duration
		for range 100 {
			time.Sleep(piece / 10)
			rests += rest(turn)
		}
		if want := 100 * share * piece / 10; rests != want {
			t.Errorf("beside %v of work the rests are %v, want %v", 100*piece/10, rests, want)
		}
	})
}

func TestWaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p Pace
		p.Beside(func() bool { return true })
		turn := p.Begin()
		time.Sleep(time.Second)
		turn.Waited()
		if got := rest(turn); got != 0 {
			t.Errorf("after a wait the rest is %v, want none", got)
		}
	})
}

// Nobody rests where there is nothing to make room for.
func TestNothingBeside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var nothing *Pace
		var silent, idle Pace
		idle.Beside(func() bool { return false })
		for _, turn := range []*Turn{nil, nothing.Begin(), silent.Begin(), idle.Begin()} {
			turn.Waited()
			time.Sleep(time.Second)
			if got := rest(turn); got != 0 {
				t.Errorf("the rest is %v, want none", got)
			}
		}
	})
}

func TestContext(t *testing.T) {
	ctx := context.Background()
	if got := Of(ctx); got != nil {
		t.Errorf("a context without a turn has %v", got)
	}
	turn := new(Pace).Begin()
	if got := Of(With(ctx, turn)); got != turn {
		t.Errorf("the context has %p, want %p", got, turn)
	}
}
