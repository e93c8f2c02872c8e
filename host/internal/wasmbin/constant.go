package wasmbin

// constant is a constant expression.
type constant struct {
	start  int    // offset
	length int    // instructions, without the end
	op     opcode // the last instruction
	index  uint32 // of global.get and ref.func
}

// constant takes a constant expression. It says nothing of whether the expression is valid where it stands: in the 2.0
// core, one that is has a length of 1.
func (r *reader) constant() constant {
	c := constant{start: r.pos}
	for ; r.err == nil; c.length++ {
		at := r.pos
		op := opcode(r.byte("constant expression"))
		if op == opEnd {
			break
		}
		switch c.op = op; op {
		case opI32Const:
			r.skipSigned(32, "i32 constant")
		case opI64Const:
			r.skipSigned(64, "i64 constant")
		case opF32Const:
			r.bytes(4, "f32 constant")
		case opF64Const:
			r.bytes(8, "f64 constant")
		case opGlobalGet, opRefFunc:
			c.index = r.u32("index")
		case opRefNull:
			r.heapType()
		case 0xfd:
			if sub := r.vectorNumber(); sub != 12 {
				r.fail(at, ErrMalformed, "vector instruction %d in a constant expression, only v128.const may be", sub)
			}
			r.bytes(16, "v128 constant")
		case 0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e: // add, sub, mul of i32 and i64, of extended constant expressions
		default:
			r.fail(at, ErrMalformed, "instruction %#x in a constant expression", byte(op))
		}
	}
	return c
}
