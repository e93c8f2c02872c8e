package wasmbin

// blockType counts parameters and results of a block.
func (m *module) blockType(t int64) (params, results int) {
	switch {
	case t == -64:
		return 0, 0
	case t < 0:
		return 0, 1
	case t < int64(len(m.signatures)):
		return len(m.signatures[t].params), len(m.signatures[t].results)
	}
	return 0, 0
}

// move follows how many values an instruction leaves on the operand stack. It is an estimate of what the function needs
// on the native stack: vectors count as one value, and wrong code, which the engine refuses, as nothing special.
func (p *planner) move(in *instruction) {
	p.depth += p.effect(in)
	if n := len(p.frames); n > 0 {
		p.depth = max(p.depth, p.frames[n-1].height)
	}
	p.height = max(p.height, p.depth)
}

// effect is the number of values that an instruction pushes, less what it pops.
func (p *planner) effect(in *instruction) int {
	switch op := in.op; {
	case op == opCall:
		t, _ := p.signature(in.index)
		return len(t.results) - len(t.params)
	case op == opCallIndirect:
		if int(in.index) < len(p.signatures) {
			t := p.signatures[in.index]
			return len(t.results) - len(t.params) - 1
		}
		return -1
	case op == opLocalGet, op == opGlobalGet, op == opMemorySize, op == opTableSize, op == opRefNull, op == opRefFunc,
		op >= opI32Const && op <= 0x44:
		return 1
	case op == opIf, op == opBrIf, op == opBrTable, op == opDrop, op == opLocalSet, op == opGlobalSet:
		return -1
	case op == opSelect, op == opSelectTyped, op == opTableSet, op >= 0x36 && op <= 0x3e: // stores
		return -2
	case op == opTableGrow:
		return -1
	case op == opMemoryInit, op == opMemoryCopy, op == opMemoryFill, op == opTableInit, op == opTableCopy,
		op == opTableFill:
		return -3
	case op >= 0x46 && op <= 0x4f, op >= 0x51 && op <= 0x66, // comparisons of two values
		op >= 0x6a && op <= 0x78, op >= 0x7c && op <= 0x8a, // arithmetic of i32 and i64
		op >= 0x92 && op <= 0x98, op >= 0xa0 && op <= 0xa6: // arithmetic of f32 and f64
		return -1
	case op >= 0xfd00:
		return vectorEffect(op - 0xfd00)
	}
	return 0
}

// vectorEffect is the effect of an instruction behind the prefix 0xfd.
func vectorEffect(op opcode) int {
	switch {
	case op == 12: // v128.const
		return 1
	case op <= 10, op >= 15 && op <= 20, // loads, splats
		op == 21 || op == 22 || op == 24 || op == 25 || op == 27 || op == 29 || op == 31 || op == 33, // extract_lane
		op == 77 || op == 83 || op >= 92 && op <= 100,
		op >= 103 && op <= 106, op == 116, op == 117, op == 122, op >= 124 && op <= 129, op == 131, op == 132,
		op >= 135 && op <= 138, op == 148, op >= 160 && op <= 164, op >= 167 && op <= 170, op >= 192 && op <= 196,
		op >= 199 && op <= 202, op >= 224 && op <= 227, op >= 236 && op <= 239, op >= 248: // of one value
		return 0
	case op == 11, op == 82, op >= 88 && op <= 91: // store, bitselect, store_lane
		return -2
	}
	return -1
}
