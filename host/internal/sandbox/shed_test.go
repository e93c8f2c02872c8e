package sandbox

import (
	"fmt"
	"testing"
)

// sheds plays calls, of which each makes a number of bytes private, and gives the numbers of those after which the pages
// were given up.
func sheds(calls int, private func(call int) int) []int {
	var s shedding
	var out []int
	for call := range calls {
		s.bytes = max(s.bytes, private(call)) // what is private stays so
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
			if call%nth == 0 {
				return 10 << 20
			}
			return 4096
		}
	}
	for _, c := range []struct {
		name    string
		private func(int) int
		calls   int
		want    []int
	}{
		{"little in every call", always(muchPrivate - 1), 100_000, nil},
		{"much in every call", always(muchPrivate), 300, []int{7, 23, 55, 119, 247}},
		{"much once", func(call int) int { return []int{10 << 20, 0}[min(call, 1)] }, 100_000, []int{7}},
		{"much now and then", every(200), 1000, []int{7, 207, 407, 607, 807}},
		{"much often", every(50), 500, []int{7, 65, 131, 213, 377}},
	} {
		if got := sheds(c.calls, c.private); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: given up after calls %d, want %d", c.name, got, c.want)
		}
	}
	if got := sheds(2_000_000, always(muchPrivate)); len(got) > 45 || got[len(got)-1]-got[len(got)-2] != mostPatience {
		t.Errorf("much in every call: %d times in the long run, the last ones after %d", len(got), got[len(got)-2:])
	}
}
