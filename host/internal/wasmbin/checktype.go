package wasmbin

import "math"

// typeSection checks the function types.
//
//	[ u32 count ] count × ( [ 60 ] [ u32 count ] [ value types ] [ u32 count ] [ value types ] )
func (c *checker) typeSection(r *reader) {
	for n := c.count(r, inTypes); n > 0 && r.err == nil; n-- {
		if form := r.byte("form of a type"); form != typeFunction {
			r.unknownType(r.pos-1, "form of a type", form)
		}
		c.types = append(c.types, arity{params: c.values(r, inParams), results: c.values(r, inResults)})
	}
}

// values takes the types of parameters or results and says how many there are.
func (c *checker) values(r *reader, b bound) uint16 {
	n := c.count(r, b)
	for range n {
		r.valueType()
	}
	return uint16(n)
}

// A count of values fits its type.
const _ = uint(math.MaxUint16 - MaxValues)

// functionSection checks the types of the functions that have a body.
//
//	[ u32 count ] count × [ u32 type index ]
func (c *checker) functionSection(r *reader) {
	start := r.pos
	n := c.count(r, inFunctions)
	c.atMost(r, start, inFunctions, uint64(c.imports)+uint64(n))
	for ; n > 0 && r.err == nil; n-- {
		at := r.pos
		c.function(r, at, r.u32("type index of a function"))
	}
}

// function adds a function to the index space.
func (c *checker) function(r *reader, offset int, typeIndex uint32) {
	r.index(offset, "type", typeIndex, len(c.types))
	c.functions = append(c.functions, typeIndex)
}

// arityOf is the arity of a function that there is.
func (c *checker) arityOf(function uint32) arity { return c.types[c.functions[function]] }

// startSection checks the function that runs when an instance is made.
func (c *checker) startSection(r *reader) {
	at := r.pos
	function := r.u32("index of the start function")
	r.index(at, "function", function, len(c.functions))
	if r.err == nil && c.arityOf(function) != (arity{}) {
		r.fail(at, ErrMalformed, "the start function %d takes or gives values", function)
	}
}
