package sandbox

import (
	"math"

	"skep/host/internal/wasmbin"
)

// defences are those that a test of this package can switch off, one by one, to show that a hostile guest needs just
// that one. Nothing else sets them; the zero value has all on.
type defences struct {
	meter bool // slices never end
	stack bool // the stack budget is never used up
	guard bool // host functions take whatever they are handed
	check bool // modules are rewritten and compiled whatever is in them
	fresh bool // who has much fresh memory gets whole slices, and finds what it grows fresh
	limit bool // memories may grow beyond their limit, to openMemory
	long  bool // a result may be as long as it likes
	abi   bool // imports and exports may be any

	// rewrite stands for wasmbin.Rewrite, which leaves out a defence; nil: it does not.
	rewrite func([]byte) (*wasmbin.Rewritten, error)
	// place stands for the check of places in a memory that a guest names.
	place func(m *linearMemory, ptr, length uint32) []byte
}

// rewritten is a module checked and rewritten.
func (off defences) rewritten(module []byte) (*wasmbin.Rewritten, error) {
	if !off.check {
		if err := wasmbin.Check(module); err != nil {
			return nil, err
		}
	}
	if off.rewrite != nil {
		return off.rewrite(module)
	}
	return wasmbin.Rewrite(module)
}

// openMemory stands for no limit, in bytes: all that a test can bear.
const openMemory = 64 << 20

// memory is how far a memory may grow whose limit is given.
func (off defences) memory(limit int64) int64 {
	if off.limit {
		return openMemory
	}
	return limit
}

// slice is how much fuel a guest gets at a time that has so much fresh memory, in bytes.
func (off defences) slice(fresh int) int64 {
	switch {
	case off.meter:
		return math.MaxInt64 / 2
	case fresh > littleFresh && !off.fresh:
		return shortSliceUnits
	}
	return sliceUnits
}

// stackBudget is how much of the stack a call gets.
func (off defences) stackBudget() uint64 {
	if off.stack {
		return math.MaxInt64 / 2
	}
	return stackBytes
}
