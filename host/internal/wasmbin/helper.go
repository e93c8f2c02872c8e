package wasmbin

// helper is an added function that does one bulk instruction on memory in pieces.
type helper struct {
	helperKey
	body []byte
}

// helperKey is what helpers differ in.
type helperKey struct {
	op      opcode
	segment uint32 // of memory.init
}

// params are the types of the parameters, which are those of the instruction.
func (helper) params() []byte { return []byte{typeI32, typeI32, typeI32} }

// pieceBytes is the most that one bulk instruction moves: it cannot be interrupted, and fresh memory makes it slow.
const pieceBytes = 64 << 10

// helper is the index of the function that does a bulk instruction, which is added where it is missing.
func (w *rewriter) helper(op opcode, segment uint32) uint32 {
	key := helperKey{op, segment}
	index, ok := w.helperFor[key]
	if !ok {
		if w.helperFor == nil {
			w.helperFor = make(map[helperKey]uint32)
		}
		index = w.shift(uint32(len(w.functions) + len(w.helpers)))
		w.helperFor[key] = index
		w.helpers = append(w.helpers, helper{key, w.helperBody(key)})
	}
	return index
}

// Locals of a helper: its parameters are a target, a source or value, and a length.
const (
	target, source, length = 0, 1, 2
)

// helperBody writes:
//
//	if length > pieceBytes:
//	    if target + length or source + length wraps: the whole instruction, which traps
//	    the instruction on (target+length, source+length, 0), which traps where the whole would
//	    if op is copy and target > source:
//	        loop while length > pieceBytes: length -= pieceBytes; the last piece; check
//	    else:
//	        loop while length > pieceBytes: the first piece; target, source += pieceBytes; length -= pieceBytes; check
//	charge fuel by length, and check
//	the instruction on what is left
func (w *rewriter) helperBody(h helperKey) []byte {
	b := &bodyWriter{rewriter: w, hot: -1, plan: &plan{}, out: []byte{0}} // no locals
	get := func(local uint32) { b.op(opLocalGet, local) }
	code := func(bytes ...byte) { b.out = append(b.out, bytes...) }
	const32 := func(n int64) { b.out = appendSigned(append(b.out, byte(opI32Const)), n) }
	whole := func() { get(target); get(source); get(length); code(h.instruction()...) }
	moves := h.op != opMemoryFill // a source, which moves with the target
	const (
		i32GtU, i32LtU, i32Add, i32Sub, i64ExtendU, i64ShrU, i64Sub = 0x4b, 0x49, 0x6a, 0x6b, 0xad, 0x88, 0x7d
		void                                                        = 0x40
	)
	check := func() { b.chargeSegment(0, true, false, false) }
	charge := func(length func()) {
		b.op(opGlobalGet, w.fuel)
		length()
		code(i64ExtendU)
		b.const64(bulkShift)
		code(i64ShrU, i64Sub)
		b.op(opGlobalSet, w.fuel)
	}
	add := func(local uint32) { // local += pieceBytes
		get(local)
		const32(pieceBytes)
		code(i32Add)
		b.op(opLocalSet, local)
	}
	shorten := func() {
		get(length)
		const32(pieceBytes)
		code(i32Sub)
		b.op(opLocalSet, length)
	}
	tooLong := func() { get(length); const32(pieceBytes); code(i32GtU) }
	wraps := func(local uint32) { get(local); get(length); code(i32Add); get(local); code(i32LtU) }
	end := func(local uint32) { get(local); get(length); code(i32Add) }

	tooLong()
	code(byte(opIf), void)
	wraps(target)
	if moves {
		wraps(source)
		code(0x72) // i32.or
	}
	code(byte(opIf), void)
	whole()
	code(byte(opEnd))

	end(target)
	if moves {
		end(source)
	} else {
		get(source)
	}
	const32(0)
	code(h.instruction()...)

	forward := func() {
		code(byte(opLoop), void)
		get(target)
		get(source)
		const32(pieceBytes)
		code(h.instruction()...)
		charge(func() { const32(pieceBytes) })
		check()
		add(target)
		if moves {
			add(source)
		}
		shorten()
		tooLong()
		b.op(opBrIf, 0)
		code(byte(opEnd))
	}
	if h.op == opMemoryCopy {
		get(target)
		get(source)
		code(i32GtU, byte(opIf), void, byte(opLoop), void)
		shorten()
		end(target)
		end(source)
		const32(pieceBytes)
		code(h.instruction()...)
		charge(func() { const32(pieceBytes) })
		check()
		tooLong()
		b.op(opBrIf, 0)
		code(byte(opEnd), byte(opElse))
		forward()
		code(byte(opEnd))
	} else {
		forward()
	}
	code(byte(opEnd))

	charge(func() { get(length) })
	check()
	whole()
	code(byte(opEnd))
	return b.out
}

// instruction is the bulk instruction itself.
func (h *helperKey) instruction() []byte {
	out := []byte{0xfc, byte(h.op - 0xfc00)}
	switch h.op {
	case opMemoryInit:
		return append(appendU32(out, h.segment), 0)
	case opMemoryCopy:
		return append(out, 0, 0)
	}
	return append(out, 0)
}
