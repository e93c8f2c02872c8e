package rollout

import (
	"errors"
	"fmt"
	"time"

	"skep/host/internal/service"
)

// Plan says how a generation takes over. Every field is needed; [Default] has values that fit most services.
type Plan struct {
	Generation string // that takes over
	// Steps are the shares of the requests that it gets one after the other, each more than 0 and more than the one before.
	// The last one is 1.
	Steps []float64
	// Interval is how long a step takes at least.
	Interval time.Duration
	// MinSamples is how many calls each of the two generations must have had in a step before they are compared.
	MinSamples uint64
	// MaxErrorRate is by how much its part of failed calls may be above that of the old one, 0 to 1. A call has failed
	// whose answer has a status of 500 or more.
	MaxErrorRate float64
	// MaxLatencyFactor is how many times as long its calls may take, 1 or more: the median, and what 95 of 100 calls do not
	// exceed. Less than a millisecond more is never too long.
	MaxLatencyFactor float64
}

// Default is a plan that says everything but the generation.
func Default() Plan {
	return Plan{Steps: []float64{0.1, 0.5, 1}, Interval: 30 * time.Second, MinSamples: 200, MaxErrorRate: 0.02,
		MaxLatencyFactor: 1.5}
}

// ErrPlan says that a plan makes no sense.
var ErrPlan = errors.New("rollout refused")

// Limits of a plan.
const (
	minInterval = 100 * time.Millisecond
	maxInterval = 24 * time.Hour
	maxSteps    = 100
	maxFactor   = 1000
)

// Validate names the first field that cannot be used. The error is an [ErrPlan].
func (p Plan) Validate() error {
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrPlan, fmt.Sprintf(format, args...))
	}
	if !service.ValidGeneration(p.Generation) {
		return refuse("%.80q is no name of a generation", p.Generation)
	}
	if len(p.Steps) < 2 || len(p.Steps) > maxSteps {
		return refuse("there are %d steps, there must be 2 to %d; a switch takes one", len(p.Steps), maxSteps)
	}
	before := 0.0
	for _, share := range p.Steps {
		if !(share > before && share <= 1) { // NaN too
			return refuse("the steps are %v, each must be above the one before, from above 0 up to 1", p.Steps)
		}
		before = share
	}
	switch {
	case before != 1:
		return refuse("the last step is %v, it must be 1", before)
	case p.Interval < minInterval || p.Interval > maxInterval:
		return refuse("the interval is %v, it must be from %v to %v", p.Interval, minInterval, maxInterval)
	case p.MinSamples == 0:
		return refuse("minSamples is 0, it must be 1 or more")
	case !(p.MaxErrorRate >= 0 && p.MaxErrorRate <= 1):
		return refuse("maxErrorRate is %v, it must be from 0 to 1", p.MaxErrorRate)
	case !(p.MaxLatencyFactor >= 1 && p.MaxLatencyFactor <= maxFactor):
		return refuse("maxLatencyFactor is %v, it must be from 1 to %v", p.MaxLatencyFactor, maxFactor)
	}
	return nil
}

// noise is how much longer a call may always take: less says nothing of a generation.
const noise = time.Millisecond

// compare says what makes the next generation worse than the old one, "" where it is not, and whether there were enough
// calls to tell that it is as good.
func (p Plan) compare(old, next service.Counts) (worse string, enough bool) {
	if old.Calls() < p.MinSamples {
		return "", false
	}
	// With so many errors it will be worse after as many calls as are wanted, even if none of the others fails.
	allowed := (old.ErrorRate() + p.MaxErrorRate) * float64(max(next.Calls(), p.MinSamples))
	if float64(next.Errors) > allowed {
		return fmt.Sprintf("%d of %d calls failed, of the old generation's %d of %d; at most %.3g of 100 more may fail",
			next.Errors, next.Calls(), old.Errors, old.Calls(), 100*p.MaxErrorRate), true
	}
	if next.Calls() < p.MinSamples {
		return "", false
	}
	for _, percent := range []int{50, 95} {
		was, is := old.Percentile(percent), next.Percentile(percent)
		if is > was+noise && float64(is) > p.MaxLatencyFactor*float64(was) {
			return fmt.Sprintf("%d of 100 calls take up to %v, of the old generation's up to %v; at most %.3g times as long "+
				"is allowed", percent, is, was, p.MaxLatencyFactor), true
		}
	}
	return "", true
}
