package sandbox

import (
	"fmt"
	"testing"
)

// sheds plays calls, of which each writes to a number of bytes, to other ones than before where more is set, and gives the
// numbers of those after which the pages were given up.
func sheds(calls int, more bool, writes func(call int) int) []int {
	var s shedding
	var out []int
	for call := range calls {
		if more {
			s.bytes += writes(call)
		} else {
			s.bytes = max(s.bytes, writes(call)) // what is private stays so
		}
		if s.due() {
			out = append(out, call)
		}
	}
	return out
}

func TestShedding(t *testing.T) {
	always := func(n int) func(int) int { return func(int) int { return n } }
	every := func(nth int) func(int) int {
		return func(call int) int {
			if call%nth == nth-1 {
				return 16 << 20
			}
			return 4096
		}
	}
	for _, c := range []struct {
		name   string
		more   bool
		writes func(int) int
		calls  int
		want   []int
	}{
		{"little in every call", false, always(muchPrivate - 1), 100_000, nil},
		{"much in every call", false, always(muchPrivate), 5000, []int{2047, 4095}},
		{"much in the first call", false, func(call int) int { return []int{16 << 20, 4096}[min(call, 1)] }, 100_000,
			[]int{2047}},
		{"much once", false, func(call int) int { return []int{4096, 16 << 20, 4096}[min(call, 2)] }, 100_000, []int{33}},
		{"much now and then", false, every(200), 1000, []int{231, 431, 631, 831}},
		{"much often", false, every(20), 200, []int{51, 91, 131, 171}},
		{"other pages in every call", true, always(16 << 10), 250, []int{68, 137, 206}},
		{"many other pages in every call", true, always(1 << 20), 250, []int{64, 129, 194}},
	} {
		if got := sheds(c.calls, c.more, c.writes); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: given up after calls %d, want %d", c.name, got, c.want)
		}
	}
}
