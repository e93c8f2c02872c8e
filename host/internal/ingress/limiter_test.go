package ingress

import (
	"fmt"
	"testing"
	"time"
)

func TestLimiter(t *testing.T) {
	var l limiter
	now := time.Unix(1000, 0)
	trap, exit := lineSort{"s/g/e", "trap"}, lineSort{"s/g/e", "exit"}
	for i := range lineBurst {
		if dropped, ok := l.pass(now, trap); !ok || dropped != 0 {
			t.Fatalf("line %d of a burst: %d, %v", i, dropped, ok)
		}
	}
	for range 7 {
		if _, ok := l.pass(now, trap); ok {
			t.Fatal("more than a burst")
		}
	}
	if _, ok := l.pass(now, exit); !ok {
		t.Error("one sort holds another back")
	}
	now = now.Add(lineInterval)
	if dropped, ok := l.pass(now, trap); !ok || dropped != 7 {
		t.Errorf("after an interval: %d dropped, %v; want 7", dropped, ok)
	}
	if _, ok := l.pass(now, trap); ok {
		t.Error("two lines in an interval")
	}
	now = now.Add(time.Hour)
	if dropped, ok := l.pass(now, trap); !ok || dropped != 1 {
		t.Errorf("after an hour: %d dropped, %v; want 1", dropped, ok)
	}
	for range lineBurst - 1 {
		l.pass(now, trap)
	}
	if _, ok := l.pass(now, trap); ok {
		t.Error("a long quiet lets more than a burst through")
	}
}

func TestLimiterForgets(t *testing.T) {
	var l limiter
	for i := range 3 * maxLineSorts / 2 {
		if _, ok := l.pass(time.Unix(1000, 0), lineSort{fmt.Sprint(i), ""}); !ok {
			t.Fatalf("sort %d does not pass", i)
		}
	}
	if n := len(l.sorts); n > maxLineSorts {
		t.Errorf("%d sorts are remembered", n)
	}
}
