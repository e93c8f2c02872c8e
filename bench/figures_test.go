package bench

import (
	"slices"
	"testing"
	"time"
)

// figures are what one turn has shown.
type figures struct {
	perSecond float64       // requests answered in a second
	p50, p99  time.Duration // of the time from a request to its answer, as a client sees it
	cpu       time.Duration // of the server, for each request
}

// percentile is the smallest of the sorted values that p percent of them do not exceed.
func percentile(sorted []time.Duration, p int) time.Duration {
	return sorted[(len(sorted)*p+99)/100-1]
}

// medians are the medians of each figure over several turns.
func medians(turns []figures) figures {
	return figures{
		perSecond: median(turns, func(f figures) float64 { return f.perSecond }),
		p50:       median(turns, func(f figures) time.Duration { return f.p50 }),
		p99:       median(turns, func(f figures) time.Duration { return f.p99 }),
		cpu:       median(turns, func(f figures) time.Duration { return f.cpu }),
	}
}

func median[T float64 | time.Duration](turns []figures, of func(figures) T) T {
	values := make([]T, len(turns))
	for i, f := range turns {
		values[i] = of(f)
	}
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

func TestPercentile(t *testing.T) {
	values := make([]time.Duration, 200)
	for i := range values {
		values[i] = time.Duration(i + 1)
	}
	for _, c := range []struct {
		of   []time.Duration
		p    int
		want time.Duration
	}{
		{values, 50, 100},
		{values, 99, 198},
		{values[:199], 99, 198},
		{values[:1], 50, 1},
		{values[:1], 99, 1},
	} {
		if got := percentile(c.of, c.p); got != c.want {
			t.Errorf("percentile %d of %d values is %d, want %d", c.p, len(c.of), got, c.want)
		}
	}
}

func TestMedians(t *testing.T) {
	turns := []figures{{1, 40, 5, 9}, {3, 10, 6, 7}, {2, 20, 4, 8}}
	if got, want := medians(turns), (figures{2, 20, 5, 8}); got != want {
		t.Errorf("medians of three are %v, want %v", got, want)
	}
	if got, want := medians(turns[:2]), (figures{2, 25, 5, 8}); got != want {
		t.Errorf("medians of two are %v, want %v", got, want)
	}
	if turns[0].perSecond != 1 || turns[2].perSecond != 2 {
		t.Error("medians has changed the order of the turns")
	}
}
