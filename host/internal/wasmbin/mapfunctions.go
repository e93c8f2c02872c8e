package wasmbin

// The functions of this file copy a section and pass every function index in it through a function.

// mapElements copies an element section.
//
//	[ u32 count ] count × segment, of eight forms:
//	  flag 1: not active · flag 2: a table is named, or the segment is declarative · flag 4: expressions, not indices
func mapElements(r reader, to func(uint32) uint32) ([]byte, error) {
	count := r.u32("number of element segments")
	out := appendU32(nil, count)
	for ; count > 0 && r.err == nil; count-- {
		start := r.pos
		flags := r.u32("flags of an element segment")
		if flags > 7 {
			r.fail(start, ErrMalformed, "unknown flags %#x of an element segment", flags)
			break
		}
		if flags&1 == 0 {
			if flags&2 != 0 {
				r.u32("table index")
			}
			r.constant()
		}
		if flags&3 != 0 {
			r.byte("type of the elements")
		}
		n := r.u32("number of elements")
		out = append(out, r.module[start:r.pos]...)
		for ; n > 0 && r.err == nil; n-- {
			if flags&4 != 0 {
				out = r.mapConstant(out, to)
			} else {
				out = appendU32(out, to(r.u32("function index")))
			}
		}
	}
	r.finish("element segments")
	return out, r.err
}

// mapGlobals copies a global section but for its count.
func mapGlobals(r reader, to func(uint32) uint32) ([]byte, error) {
	var out []byte
	for n := r.u32("number of globals"); n > 0 && r.err == nil; n-- {
		start := r.pos
		r.valueType()
		r.mutability()
		out = append(out, r.module[start:r.pos]...)
		out = r.mapConstant(out, to)
	}
	r.finish("globals")
	return out, r.err
}

// mapConstant copies a constant expression to out.
func (r *reader) mapConstant(out []byte, to func(uint32) uint32) []byte {
	start := r.pos
	r.constant()
	end := r.pos
	body := reader{module: r.module, pos: start, end: end}
	var in instruction
	for body.err == nil && body.more() {
		body.next(&in)
		if in.op == opRefFunc {
			out = appendU32(append(out, byte(opRefFunc)), to(in.index))
		} else {
			out = append(out, r.module[in.start:in.end]...)
		}
	}
	if r.err == nil {
		r.err = body.err
	}
	return out
}
