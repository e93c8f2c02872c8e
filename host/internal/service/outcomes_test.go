package service

import (
	"sync"
	"testing"
	"time"
)

func TestStatClasses(t *testing.T) {
	last := -1
	for us := time.Duration(0); us < 200*time.Second/time.Microsecond; us += 1 + us/64 {
		took := us * time.Microsecond
		class := statClass(took)
		if class < last || class > last+1 {
			t.Fatalf("%v is in class %d, what is a little shorter is in %d", took, class, last)
		}
		last = class
		if low := statBound(class); low > took || class < statClasses-1 && took-low > took/statParts {
			t.Fatalf("%v is in a class that begins at %v", took, low)
		}
	}
	if last != statClasses-1 {
		t.Errorf("the longest time is in class %d of %d", last, statClasses)
	}
	if got := statClass(-time.Second); got != 0 {
		t.Errorf("a time before 0 is in class %d", got)
	}
}

func TestStats(t *testing.T) {
	g := Generation{Endpoints: map[string]*Endpoint{"a": {Outcomes: new(Outcomes)}, "b": {Outcomes: new(Outcomes)}, "c": {}}}
	g.Endpoints["c"].Outcomes.Record(200, 0) // counts nothing, and does no harm
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			g.Endpoints["a"].Outcomes.Record(200, time.Duration(i+1)*time.Millisecond)
			g.Endpoints["b"].Outcomes.Record(400+i/50*100, time.Millisecond) // half of them 500
		})
	}
	all.Wait()
	got := g.Outcomes()
	if got.Calls() != 200 || got.Errors != 50 || got.ErrorRate() != 0.25 {
		t.Errorf("%d calls, %d errors, rate %v", got.Calls(), got.Errors, got.ErrorRate())
	}
	// 150 were answered: 51 in 1 ms, then one each in 2 to 100 ms
	for p, want := range map[int]time.Duration{1: 1, 34: 1, 50: 25, 100: 100} {
		if at := got.Percentile(p); at > want*time.Millisecond || at < want*time.Millisecond*7/8 {
			t.Errorf("percentile %d is %v, want %d ms to an eighth", p, at, want)
		}
	}
	g.Endpoints["a"].Outcomes.Record(503, 0)
	later := g.Outcomes()
	if since := later.Since(got); since.Calls() != 1 || since.Errors != 1 {
		t.Errorf("since then %d calls, %d errors", since.Calls(), since.Errors)
	}
	if since := got.Since(later); since != got {
		t.Error("a generation that was loaded anew does not begin from nothing")
	}
	if zero := (Counts{}); zero.ErrorRate() != 0 || zero.Percentile(95) != 0 {
		t.Errorf("of no calls: rate %v, percentile %v", zero.ErrorRate(), zero.Percentile(95))
	}
}
