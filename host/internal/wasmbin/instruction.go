package wasmbin

// opcode is an instruction: its byte, or in the two prefixed groups 0xfc00 or 0xfd00 plus the number behind the prefix.
// See https://webassembly.github.io/spec/core/binary/instructions.html.
type opcode uint32

// The instructions that this package treats in a way of their own.
const (
	opUnreachable  opcode = 0x00
	opNop          opcode = 0x01
	opBlock        opcode = 0x02
	opLoop         opcode = 0x03
	opIf           opcode = 0x04
	opElse         opcode = 0x05
	opEnd          opcode = 0x0b
	opBr           opcode = 0x0c
	opBrIf         opcode = 0x0d
	opBrTable      opcode = 0x0e
	opReturn       opcode = 0x0f
	opCall         opcode = 0x10
	opCallIndirect opcode = 0x11
	opDrop         opcode = 0x1a
	opSelect       opcode = 0x1b
	opSelectTyped  opcode = 0x1c
	opLocalGet     opcode = 0x20
	opLocalSet     opcode = 0x21
	opLocalTee     opcode = 0x22
	opGlobalGet    opcode = 0x23
	opGlobalSet    opcode = 0x24
	opTableGet     opcode = 0x25
	opTableSet     opcode = 0x26
	opMemorySize   opcode = 0x3f
	opMemoryGrow   opcode = 0x40
	opI32Const     opcode = 0x41
	opI64Const     opcode = 0x42
	opF32Const     opcode = 0x43
	opF64Const     opcode = 0x44
	opRefNull      opcode = 0xd0
	opRefIsNull    opcode = 0xd1
	opRefFunc      opcode = 0xd2
	opMemoryInit   opcode = 0xfc08
	opDataDrop     opcode = 0xfc09
	opMemoryCopy   opcode = 0xfc0a
	opMemoryFill   opcode = 0xfc0b
	opTableInit    opcode = 0xfc0c
	opElemDrop     opcode = 0xfc0d
	opTableCopy    opcode = 0xfc0e
	opTableGrow    opcode = 0xfc0f
	opTableSize    opcode = 0xfc10
	opTableFill    opcode = 0xfc11
)

// instruction is one instruction of a function body.
type instruction struct {
	op         opcode
	start, end int      // offsets in the module
	index      uint32   // first immediate: a label, or the index of a function, type, local, global, table, segment
	second     uint32   // second immediate: table of call_indirect, source or target table
	blockType  int64    // of block, loop and if: a type index, or a negative code of a value type, -64 for none
	labels     []uint32 // of br_table, the default last; valid until the next instruction
}

// plain says whether a rewrite leaves the instruction as it is, wherever it stands.
func (op opcode) plain() bool {
	switch {
	case op <= opNop, op >= opDrop && op <= opTableGet, op > opTableSet && op < opMemoryGrow, op > opMemoryGrow && op < opRefFunc:
		return true
	}
	return op >= 0xfd00
}

// touches says whether the instruction loads or stores.
func (op opcode) touches() bool { return op.usesMemory() && (op < opMemorySize || op >= 0xfd00) }

// usesMemory says whether the instruction reads, writes or asks for memory 0.
func (op opcode) usesMemory() bool {
	switch {
	case op >= 0x28 && op <= opMemoryGrow, op == opMemoryInit, op == opMemoryCopy, op == opMemoryFill:
		return true
	case op >= 0xfd00:
		sub := op - 0xfd00
		return sub <= 11 || sub >= 84 && sub <= 93
	}
	return false
}

// shape is what follows the byte of an instruction.
type shape byte

const (
	shapeOther shape = iota
	shapeBare        // nothing
	shapeIndex       // one u32
)

// shapes are those of all instructions, most of which are of the two simple ones.
var shapes = func() (all [256]shape) {
	for op := range opcode(len(all)) {
		switch {
		case op <= opNop, op == opElse, op == opEnd, op == opReturn, op == opDrop, op == opSelect,
			op >= 0x45 && op <= 0xc4, op == opRefIsNull:
			all[op] = shapeBare
		case op == opBr, op == opBrIf, op == opCall, op >= opLocalGet && op <= opTableSet, op == opRefFunc:
			all[op] = shapeIndex
		}
	}
	return all
}()

// next takes one instruction with its immediates. It says nothing of whether the instruction is valid where it stands.
// Instructions of proposals beyond the 2.0 core are refused by name.
func (r *reader) next(in *instruction) {
	in.start, in.index, in.second, in.blockType, in.labels = r.pos, 0, 0, 0, in.labels[:0]
	in.op = opcode(r.byte("instruction"))
	switch shapes[byte(in.op)] {
	case shapeBare:
		in.end = r.pos
		return
	case shapeIndex:
		in.index = r.u32("index")
		in.end = r.pos
		return
	}
	switch op := in.op; {
	case op == opBlock || op == opLoop || op == opIf:
		in.blockType = r.blockType()
	case op == opBrTable:
		r.branchTable(in)
	case op == opCallIndirect:
		in.index = r.u32("type index")
		in.second = r.u32("table index")
	case op == opSelectTyped:
		// An engine may take these for two bytes, whatever they say: a longer form would be code for it.
		if n := r.byte("number of types"); n != 1 {
			r.fail(r.pos-1, ErrMalformed, "select with %#x types, it must be 1", n)
		}
		r.valueType()
	case op >= 0x28 && op <= 0x3e:
		r.memoryArgument()
	case op == opMemorySize || op == opMemoryGrow:
		r.zero("memory index")
	case op == opI32Const:
		r.skipSigned(32, "i32 constant")
	case op == opI64Const:
		r.skipSigned(64, "i64 constant")
	case op == opF32Const:
		r.bytes(4, "f32 constant")
	case op == opF64Const:
		r.bytes(8, "f64 constant")
	case op == opRefNull:
		in.index = uint32(r.heapType())
	case op == 0xfc:
		in.op = 0xfc00 + opcode(r.bulkNumber())
		r.bulk(in)
	case op == 0xfd:
		in.op = 0xfd00 + opcode(r.vectorNumber())
		r.vector(in)
	default:
		if proposal := proposalOf(op); proposal != "" {
			r.unsupported(in.start, proposal, "instruction %#x", byte(op))
		}
		r.fail(in.start, ErrMalformed, "there is no instruction %#x", byte(op))
	}
	in.end = r.pos
}

// proposalOf names the proposal that an unknown instruction belongs to, "" if it belongs to none.
func proposalOf(op opcode) string {
	switch {
	case op >= 0x06 && op <= 0x0a, op == 0x18, op == 0x19, op == 0x1f:
		return "exception handling"
	case op == 0x12 || op == 0x13:
		return "tail call"
	case op == 0x14 || op == 0x15 || op >= 0xd4 && op <= 0xd6:
		return "function references"
	case op == 0xd3 || op == 0xfb:
		return "garbage collection"
	case op >= 0xe0 && op <= 0xe6:
		return "stack switching"
	case op == 0xfe:
		return "threads"
	}
	return ""
}

// bulkNumber takes the number behind the prefix 0xfc.
func (r *reader) bulkNumber() uint32 {
	start := r.pos
	n := r.u32("instruction")
	switch {
	case n <= uint32(opTableFill-0xfc00):
		return n
	case n == 18:
		r.unsupported(start-1, "memory control", "instruction 0xfc %d", n)
	case n >= 19 && n <= 22:
		r.unsupported(start-1, "wide arithmetic", "instruction 0xfc %d", n)
	}
	r.fail(start-1, ErrMalformed, "there is no instruction 0xfc %d", n)
	return 0
}

// vectorNumber takes the number behind the prefix 0xfd in its shortest form. In a longer one an engine that reads a
// single byte there would find another instruction, and its code behind: wazero does, and takes the second byte of a
// number from 128 on, which is 1, for a nop.
func (r *reader) vectorNumber() uint32 {
	start := r.pos
	n := r.u32("instruction")
	switch length := r.pos - start; {
	case r.err != nil:
	case n >= 0x100 && n <= 0x12f:
		r.unsupported(start-1, "relaxed SIMD", "instruction 0xfd %d", n)
	case n > 0xff:
		r.fail(start-1, ErrMalformed, "there is no instruction 0xfd %d", n)
	case n < 0x80 && length != 1 || length > 2:
		r.fail(start, ErrMalformed, "instruction 0xfd %d takes %d bytes, more than it needs", n, length+1)
	}
	return n
}

// branchTable takes the labels of br_table, the default last.
func (r *reader) branchTable(in *instruction) {
	start := r.pos
	n := r.u32("number of labels")
	if n > MaxLabels {
		r.fail(start, ErrLimit, "br_table with %d labels, the most is %d", n, MaxLabels)
	}
	for ; r.err == nil; n-- {
		in.labels = append(in.labels, r.u32("label"))
		if n == 0 {
			return
		}
	}
}

// bulk takes the immediates of the instructions behind the prefix 0xfc.
func (r *reader) bulk(in *instruction) {
	switch op := in.op; {
	case op < opMemoryInit: // saturating truncations
	case op == opMemoryInit:
		in.index = r.u32("data index")
		r.zero("memory index")
	case op == opMemoryCopy:
		r.zero("memory index")
		r.zero("memory index")
	case op == opMemoryFill:
		r.zero("memory index")
	case op == opTableInit || op == opTableCopy:
		in.index = r.u32("index")
		in.second = r.u32("index")
	default:
		in.index = r.u32("index")
	}
}

// vector takes the immediates of the instructions behind the prefix 0xfd, those of fixed-width SIMD.
func (r *reader) vector(in *instruction) {
	switch sub := in.op - 0xfd00; {
	case sub <= 11 || sub == 92 || sub == 93: // loads and stores
		r.memoryArgument()
	case sub == 12 || sub == 13: // v128.const, i8x16.shuffle
		r.bytes(16, "vector")
	case sub >= 21 && sub <= 34: // lanes
		r.byte("lane")
	case sub >= 84 && sub <= 91: // loads and stores of one lane
		r.memoryArgument()
		r.byte("lane")
	}
}

// memoryArgument passes over alignment and offset. Bit 6 of the alignment says that the index of a memory follows.
func (r *reader) memoryArgument() {
	if r.end-r.pos >= 2 && r.module[r.pos] < 32 && r.module[r.pos+1] < 0x80 { // most are like this
		r.pos += 2
		return
	}
	start := r.pos
	switch align := r.u32("alignment"); {
	case align >= 0x40 && align < 0x80:
		r.unsupported(start, "multiple memories", "alignment %#x", align)
	case align >= 32:
		r.fail(start, ErrMalformed, "alignment 2^%d", align)
	}
	r.u32("offset")
}

// zero passes over a byte that must be zero.
func (r *reader) zero(what string) {
	if b := r.byte(what); b != 0 {
		r.unsupported(r.pos-1, "multiple memories", "%s %d", what, b)
	}
}

// signed33 takes a signed LEB128 number of 33 bits.
func (r *reader) signed33(what string) int64 {
	start := r.pos
	r.skipSigned(33, what)
	if r.err != nil {
		return 0
	}
	var v int64
	shift := uint(0)
	for _, b := range r.module[start:r.pos] {
		v |= int64(b&0x7f) << shift
		shift += 7
	}
	return v << (64 - shift) >> (64 - shift)
}
