package wasmbin

// codeSection checks the bodies of the functions.
//
//	[ u32 count ] count × ( [ u32 length ] [ body ] )
func (c *checker) codeSection(r *reader) {
	start := r.pos
	n := r.u32("number of bodies")
	if want := len(c.functions) - c.imports; uint64(n) != uint64(want) {
		r.fail(start, ErrMalformed, "%d functions are declared, and %d have a body", want, n)
	}
	for ; n > 0 && r.err == nil; n-- {
		at := r.pos
		length := r.u32("length of a body")
		c.atMost(r, at, inBody, uint64(length))
		body := reader{module: r.module, pos: r.pos}
		r.bytes(length, "body")
		body.end = r.pos
		if r.err == nil {
			c.body(&body, c.arityOf(uint32(c.imports+c.bodies)))
			r.err = body.err
		}
		c.bodies++
	}
}

// body checks the body of one function.
//
//	[ locals ] [ instructions ] [ end ]
func (c *checker) body(r *reader, signature arity) {
	locals := uint64(signature.params) + c.declared(r)
	c.blocks = append(c.blocks[:0], block{op: opBlock, label: signature.results})
	c.control, c.labels = 0, 0
	in := &c.in
	for len(c.blocks) > 0 && r.err == nil {
		r.next(in)
		switch {
		case r.err != nil:
		case in.op <= opReturn:
			c.controlInstruction(r)
		case in.op >= opLocalGet && in.op <= opLocalTee:
			if uint64(in.index) >= locals {
				r.fail(in.start, ErrMalformed, "local %d is named, and there are %d", in.index, locals)
			}
		default:
			c.use(r)
		}
	}
	r.finish("end of a body")
}

// declared takes the locals of a function and says how many there are.
//
//	[ u32 count ] count × ( [ u32 number ] [ value type ] )
func (c *checker) declared(r *reader) uint64 {
	var sum uint64
	for n := r.u32("number of groups of locals"); n > 0 && r.err == nil; n-- {
		at := r.pos
		sum += uint64(r.u32("number of locals"))
		r.valueType()
		c.atMost(r, at, inLocals, sum)
	}
	c.locals += sum
	c.atMost(r, r.pos, inAllLocals, c.locals)
	return sum
}

// use checks the indices of any other instruction.
func (c *checker) use(r *reader) {
	in := &c.in
	switch op := in.op; {
	case op == opCall:
		r.index(in.start, "function", in.index, len(c.functions))
		if r.err == nil {
			c.move(r, c.arityOf(in.index))
		}
	case op == opCallIndirect:
		r.index(in.start, "type", in.index, len(c.types))
		r.index(in.start, "table", in.second, c.tables)
		if r.err == nil {
			c.move(r, c.types[in.index])
		}
	case op == opRefFunc:
		r.index(in.start, "function", in.index, len(c.functions))
	case op == opGlobalGet || op == opGlobalSet:
		r.index(in.start, "global", in.index, c.globals)
	case op == opTableGet || op == opTableSet || op >= opTableGrow && op <= opTableFill:
		r.index(in.start, "table", in.index, c.tables)
	case op == opTableInit:
		r.index(in.start, "element segment", in.index, c.elements)
		r.index(in.start, "table", in.second, c.tables)
	case op == opElemDrop:
		r.index(in.start, "element segment", in.index, c.elements)
	case op == opTableCopy:
		r.index(in.start, "table", in.index, c.tables)
		r.index(in.start, "table", in.second, c.tables)
	case op == opMemoryInit || op == opDataDrop:
		c.useData(r)
	case op.usesMemory():
		r.index(in.start, "memory", 0, c.memories)
	}
}

// useData checks an instruction that names a data segment. The segments follow the code, so their number must have been
// declared ahead of it.
func (c *checker) useData(r *reader) {
	in := &c.in
	if c.dataCount < 0 {
		r.fail(in.start, ErrMalformed, "data segment %d is named without a data count section", in.index)
		return
	}
	r.index(in.start, "data segment", in.index, int(c.dataCount))
	if in.op == opMemoryInit {
		r.index(in.start, "memory", 0, c.memories)
	}
}
