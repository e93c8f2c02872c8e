package clock

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestNow(t *testing.T) {
	before := time.Now()
	now := Now()
	after := time.Now()
	if now.Before(before) || now.After(after) {
		t.Errorf("%v is not between %v and %v", now, before, after)
	}
}

// A test's own time is told too.
func TestNowInBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := Now()
		time.Sleep(time.Hour)
		if took := Now().Sub(start); took != time.Hour {
			t.Errorf("%v has passed, want an hour", took)
		}
		if d := time.Until(Now().Add(time.Minute)); d != time.Minute {
			t.Errorf("a minute from now is in %v", d)
		}
	})
}

func BenchmarkNow(b *testing.B) {
	b.Run("clock", func(b *testing.B) {
		for b.Loop() {
			_ = Now()
		}
	})
	b.Run("time", func(b *testing.B) {
		for b.Loop() {
			_ = time.Now()
		}
	})
}
