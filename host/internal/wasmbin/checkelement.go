package wasmbin

// Flags of element and data segments.
const (
	segmentPassive    = 1 // not written when the instance is made; with segmentIndexed, an element segment is never
	segmentIndexed    = 2 // the index of a table or memory follows
	segmentExpression = 4 // the elements are constant expressions, not indices of functions
)

// elementSection checks the element segments.
//
//	[ u32 count ] count × ( [ flags ] [ table ] [ place ] [ type ] [ u32 count ] [ elements ] )
//
//	active:   flags 0, 4 without table and type · flags 2, 6 with both
//	passive:  flags 1, 5 with a type only       · declared only: flags 3, 7 likewise
func (c *checker) elementSection(r *reader) {
	for n := c.count(r, inElementSegments); n > 0 && r.err == nil; n-- {
		start := r.pos
		flags := r.u32("flags of an element segment")
		if flags > 7 {
			r.fail(start, ErrMalformed, "unknown flags %#x of an element segment", flags)
			break
		}
		if flags&segmentPassive == 0 {
			at, table := r.pos, uint32(0)
			if flags&segmentIndexed != 0 {
				table = r.u32("table index")
			}
			r.index(at, "table", table, c.tables)
			c.place(r)
		}
		if flags&(segmentPassive|segmentIndexed) != 0 {
			c.elementType(r, flags)
		}
		c.elementValues(r, flags)
		c.elements++
	}
}

// elementType takes the type of the elements: a kind, of which functions are the only one, or a reference type.
func (c *checker) elementType(r *reader, flags uint32) {
	if flags&segmentExpression != 0 {
		r.refType()
		return
	}
	if kind := r.byte("kind of elements"); kind != 0 {
		r.fail(r.pos-1, ErrMalformed, "unknown kind %d of elements", kind)
	}
}

// elementValues takes the elements of one segment.
func (c *checker) elementValues(r *reader, flags uint32) {
	start := r.pos
	n := r.u32("number of elements")
	c.atMost(r, start, inElements, c.seen[inElements]+uint64(n))
	for ; n > 0 && r.err == nil; n-- {
		if flags&segmentExpression != 0 {
			c.constant(r)
			continue
		}
		at := r.pos
		r.index(at, "function", r.u32("function index"), len(c.functions))
	}
}

// place takes the place of an active segment. Without imported globals it can only be written out.
func (c *checker) place(r *reader) {
	if e := c.constant(r); e.op != opI32Const {
		r.fail(e.start, ErrMalformed, "the place of a segment is not an i32.const")
	}
}

// dataSection checks the data segments.
//
//	[ u32 count ] count × ( [ 0 ] [ place ] | [ 1 ] | [ 2 ] [ memory ] [ place ] ) [ u32 length ] [ bytes ]
func (c *checker) dataSection(r *reader) {
	c.data = c.count(r, inDataSegments)
	for n := c.data; n > 0 && r.err == nil; n-- {
		start := r.pos
		flags := r.u32("flags of a data segment")
		if flags > segmentIndexed {
			r.fail(start, ErrMalformed, "unknown flags %#x of a data segment", flags)
			break
		}
		if flags != segmentPassive {
			at, memory := r.pos, uint32(0)
			if flags == segmentIndexed {
				memory = r.u32("memory index")
			}
			r.index(at, "memory", memory, c.memories)
			c.place(r)
		}
		r.bytes(r.u32("length of a data segment"), "data segment")
	}
}
