package rollout

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"skep/host/internal/service"
)

func TestPlanValidate(t *testing.T) {
	sound := Default()
	sound.Generation = "v2"
	if err := sound.Validate(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*Plan){
		"no name of a generation":      func(p *Plan) { p.Generation = "../v2" },
		"there are 0 steps":            func(p *Plan) { p.Steps = nil },
		"there are 1 steps":            func(p *Plan) { p.Steps = []float64{1} },
		"there are 200 steps":          func(p *Plan) { p.Steps = make([]float64, 200) },
		"the steps are [0 1]":          func(p *Plan) { p.Steps = []float64{0, 1} },
		"the steps are [0.5 0.5 1]":    func(p *Plan) { p.Steps = []float64{0.5, 0.5, 1} },
		"the steps are [NaN 1]":        func(p *Plan) { p.Steps = []float64{math.NaN(), 1} },
		"the steps are [0.5 2]":        func(p *Plan) { p.Steps = []float64{0.5, 2} },
		"the last step is 0.6":         func(p *Plan) { p.Steps = []float64{0.5, 0.6} },
		"the interval is 0s":           func(p *Plan) { p.Interval = 0 },
		"the interval is 48h0m0s":      func(p *Plan) { p.Interval = 48 * time.Hour },
		"minSamples is 0":              func(p *Plan) { p.MinSamples = 0 },
		"maxErrorRate is -1":           func(p *Plan) { p.MaxErrorRate = -1 },
		"maxErrorRate is NaN":          func(p *Plan) { p.MaxErrorRate = math.NaN() },
		"maxLatencyFactor is 0.5":      func(p *Plan) { p.MaxLatencyFactor = 0.5 },
		"maxLatencyFactor is NaN":      func(p *Plan) { p.MaxLatencyFactor = math.NaN() },
		"maxLatencyFactor is +Inf, it": func(p *Plan) { p.MaxLatencyFactor = math.Inf(1) },
	} {
		p := sound
		spoil(&p)
		if err := p.Validate(); !errors.Is(err, ErrPlan) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// calls are so many calls that failed, and so many that took these times each.
func calls(failed, each int, took ...time.Duration) (c service.Counts) {
	var s service.Outcomes
	for range failed {
		s.Record(500, 0)
	}
	for _, d := range took {
		for range each {
			s.Record(200, d)
		}
	}
	s.Add(&c)
	return c
}

func TestCompare(t *testing.T) {
	const ms = time.Millisecond
	p := Plan{MinSamples: 100, MaxErrorRate: 0.02, MaxLatencyFactor: 1.5}
	for _, test := range []struct {
		name      string
		old, next service.Counts
		worse     string // in the reason; "" for none
		enough    bool
	}{
		{"no calls", calls(0, 0), calls(0, 0), "", false},
		{"the old one has too few", calls(0, 99, ms), calls(100, 0), "", false},
		{"the next one has too few", calls(0, 100, ms), calls(0, 99, ms), "", false},
		{"the same", calls(0, 100, ms), calls(0, 100, ms), "", true},
		{"as many errors", calls(10, 90, ms), calls(10, 90, ms), "", true},
		{"a few more errors", calls(0, 100, ms), calls(2, 98, ms), "", true},
		{"more errors", calls(0, 100, ms), calls(3, 97, ms), "3 of 100 calls failed", true},
		{"enough errors early", calls(0, 100, ms), calls(3, 1, ms), "3 of 4 calls failed", true},
		{"errors that may be chance yet", calls(0, 100, ms), calls(2, 0), "", false},
		{"old errors allow for as many", calls(50, 50, ms), calls(52, 48, ms), "", true},
		{"fewer errors", calls(50, 50, ms), calls(0, 100, ms), "", true},
		{"a little slower", calls(0, 100, 10*ms), calls(0, 100, 14*ms), "", true},
		{"slower", calls(0, 100, 10*ms), calls(0, 100, 20*ms), "50 of 100 calls take up to", true},
		{"a slow tail", calls(0, 10, ms, ms, ms, ms, ms, ms, ms, ms, ms, ms),
			calls(0, 10, ms, ms, ms, ms, ms, ms, ms, ms, ms, 9*ms), "95 of 100 calls take up to", true},
		{"many times slower, but less than a millisecond", calls(0, 100, ms/100), calls(0, 100, ms/2), "", true},
		{"faster", calls(0, 100, 20*ms), calls(0, 100, ms), "", true},
		{"all old ones failed", calls(100, 0), calls(0, 100, time.Hour), "50 of 100", true},
	} {
		worse, enough := p.compare(test.old, test.next)
		if (worse == "") != (test.worse == "") || !strings.Contains(worse, test.worse) || enough != test.enough {
			t.Errorf("%s: got %q, %v; want %q, %v", test.name, worse, enough, test.worse, test.enough)
		}
	}
}
