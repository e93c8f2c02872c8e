package wasmbin

// block is a block, loop, if or else that is open, or the body itself.
type block struct {
	op    opcode // opBlock for the body
	label uint16 // how many values a branch to it takes
}

// controlInstruction checks an instruction from unreachable to return.
func (c *checker) controlInstruction(r *reader) {
	in := &c.in
	if in.op != opNop && in.op != opEnd {
		c.control++
		c.atMost(r, in.start, inControl, c.control)
	}
	switch in.op {
	case opBlock, opLoop, opIf:
		c.open(r)
	case opElse:
		c.otherwise(r)
	case opEnd:
		c.blocks = c.blocks[:len(c.blocks)-1]
	case opBr, opBrIf:
		c.branch(r, in.index)
	case opBrTable:
		n := uint64(len(in.labels))
		c.labels += n
		c.atMost(r, in.start, inLabels, n-1) // next has refused more
		c.atMost(r, in.start, inAllLabels, c.labels)
		for _, label := range in.labels {
			c.branch(r, label)
		}
	}
}

// open enters a block, loop or if.
func (c *checker) open(r *reader) {
	in := &c.in
	var t arity
	switch {
	case in.blockType >= 0:
		r.index(in.start, "type", uint32(in.blockType), len(c.types))
		if r.err != nil {
			return
		}
		t = c.types[in.blockType]
	case in.blockType != blockEmpty:
		t.results = 1
	}
	b := block{op: in.op, label: t.results}
	if in.op == opLoop {
		b.label = t.params
	}
	c.move(r, t)
	c.blocks = append(c.blocks, b)
	c.atMost(r, in.start, inNesting, uint64(len(c.blocks)-1))
}

// otherwise goes from an if to its else.
func (c *checker) otherwise(r *reader) {
	b := &c.blocks[len(c.blocks)-1]
	if b.op != opIf {
		r.fail(c.in.start, ErrMalformed, "else without an if")
	}
	b.op = opElse
}

// branch checks one label of a branch.
func (c *checker) branch(r *reader, label uint32) {
	n := len(c.blocks)
	if uint64(label) >= uint64(n) {
		r.fail(c.in.start, ErrMalformed, "label %d is named, and there are %d", label, n)
		return
	}
	c.move(r, arity{params: c.blocks[n-1-int(label)].label})
}

// move counts the values that an instruction takes and gives.
func (c *checker) move(r *reader, t arity) {
	c.moved += uint64(t.params) + uint64(t.results)
	c.atMost(r, c.in.start, inMoved, c.moved)
}
