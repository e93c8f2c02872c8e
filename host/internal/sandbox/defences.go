package sandbox

import "math"

// defences are those that a test of this package can switch off, one by one, to show that a hostile guest needs just
// that one. Nothing else sets them; the zero value has all on.
type defences struct {
	meter bool // slices never end
	stack bool // the stack budget is never used up
	guard bool // host functions take whatever they are handed
}

// slice is how much fuel a guest gets that is to have so much.
func (off defences) slice(units int64) int64 {
	if off.meter {
		return math.MaxInt64 / 2
	}
	return units
}

// stackBudget is how much of the stack a call gets.
func (off defences) stackBudget() uint64 {
	if off.stack {
		return math.MaxInt64 / 2
	}
	return stackBytes
}
