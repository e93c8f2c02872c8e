package wasmbin

// bodyWriter writes one body anew.
type bodyWriter struct {
	*rewriter
	*plan
	source reader // the body
	deep   bool   // it charges the stack
	frame  int64  // bytes of the stack budget that a call of the function takes

	out     []byte
	next    int // segment to be charged next
	nest    int // open blocks
	loops   int // loops seen so far
	hot     int // nesting outside of the loop that keeps the fuel in a local, -1 outside of such a loop
	fuelVar uint32
	sizeVar uint32
}

// body rewrites the body of the module's i-th own function.
func (w *rewriter) body(i uint32, deep bool) ([]byte, error) {
	function := w.imported + i
	plan, err := w.planBody(function)
	if err != nil {
		return nil, err
	}
	t, _ := w.signature(function)
	b := &bodyWriter{rewriter: w, plan: plan, source: w.bodies[i], deep: deep, hot: -1}
	return b.write(t)
}

func (b *bodyWriter) write(t functionType) ([]byte, error) {
	r := b.source
	locals := b.locals(&r, t)
	b.frame = 32 + 8*int64(locals+b.height)
	b.deep = b.deep || b.frame >= bigFrame
	if b.leaf(freeLeaf) && !b.deep {
		b.segments = nil
	}
	if b.deep {
		b.add64(b.stack, -b.frame)
	}
	b.charge(r.pos)
	if b.deep {
		b.out = append(b.out, byte(opBlock))
		b.out = append(b.out, b.resultType(t)...)
	}
	var in instruction
	b.nest = 1
	for r.err == nil && r.more() {
		r.next(&in)
		if r.err != nil {
			break
		}
		b.instruction(&in)
	}
	return b.out, r.err
}

// locals copies the declarations of locals and adds those that the rewrite needs. It gives the number of locals.
func (b *bodyWriter) locals(r *reader, t functionType) int {
	groups := r.u32("number of groups of locals")
	start := r.pos
	count := uint32(len(t.params))
	for n := groups; n > 0 && r.err == nil; n-- {
		count += r.u32("number of locals")
		r.valueType()
	}
	var added []byte
	extra := uint32(0)
	declare := func(valueType byte) uint32 {
		added = append(added, 1, valueType)
		extra++
		return count + extra - 1
	}
	for _, l := range b.plan.loops {
		if !l.opaque {
			b.fuelVar = declare(0x7e)
			break
		}
	}
	if b.sizes {
		b.sizeVar = declare(0x7f)
	}
	b.out = appendU32(b.out, groups+extra)
	b.out = append(b.out, r.module[start:r.pos]...)
	b.out = append(b.out, added...)
	return int(count)
}

// resultType is the type of a block around the whole body.
func (b *bodyWriter) resultType(t functionType) []byte {
	switch len(t.results) {
	case 0:
		return []byte{0x40}
	case 1:
		return t.results
	}
	return appendSigned(nil, int64(b.typeIndex(nil, t.results)))
}

// instruction writes one instruction, and the charge for what begins behind it.
func (b *bodyWriter) instruction(in *instruction) {
	copied := func() { b.out = append(b.out, b.bytes(in)...) }
	switch in.op {
	case opBlock, opIf:
		b.nest++
		copied()
	case opLoop:
		b.loop(in)
		copied()
	case opEnd:
		b.end()
	case opBr, opBrIf:
		if b.leavesHot(in.index) {
			b.flush()
		}
		copied()
	case opBrTable:
		for _, l := range in.labels {
			if b.leavesHot(l) {
				b.flush()
				break
			}
		}
		copied()
	case opReturn:
		b.flush()
		if b.deep {
			b.op(opBr, uint32(b.nest-1))
		} else {
			copied()
		}
	case opCall:
		b.op(opCall, b.shift(in.index))
	case opRefFunc:
		b.reference(in.index)
	case opMemoryFill, opMemoryCopy:
		b.op(opCall, b.helper(in.op, 0))
	case opMemoryInit:
		b.namesData = true
		b.op(opCall, b.helper(in.op, in.index))
	case opMemoryGrow:
		size := []byte{byte(opMemorySize), 0}
		b.chargeGrowth(size, pageCost, copied)
	case opTableGrow:
		b.setTaint()
		size := appendU32([]byte{0xfc, byte(opTableSize - 0xfc00)}, in.index)
		b.chargeGrowth(size, 1, copied)
	case opTableSet, opElemDrop, opDataDrop:
		b.namesData = b.namesData || in.op == opDataDrop
		b.setTaint()
		copied()
	case opTableFill, opTableCopy, opTableInit:
		b.setTaint()
		b.chargeLength()
		copied()
	default:
		copied()
	}
	b.charge(in.end)
}

// bytes is an instruction as it stands in the module.
func (b *bodyWriter) bytes(in *instruction) []byte {
	return b.source.module[in.start:in.end]
}

// loop prepares for a loop: one that never leaves the function but to its own end keeps the fuel in a local.
func (b *bodyWriter) loop(in *instruction) {
	opaque := b.plan.loops[b.loops].opaque
	b.loops++
	if !opaque && b.hot < 0 && b.segments != nil {
		b.hot = b.nest
		b.op(opGlobalGet, b.fuel)
		b.op(opLocalSet, b.fuelVar)
	}
	b.nest++
}

func (b *bodyWriter) end() {
	b.nest--
	b.out = append(b.out, byte(opEnd))
	if b.hot == b.nest {
		b.flush()
		b.hot = -1
	}
	if b.nest == 0 && b.deep {
		b.add64(b.stack, b.frame)
		b.out = append(b.out, byte(opEnd))
	}
}

// leavesHot says whether a branch leads out of the loop that keeps the fuel in a local.
func (b *bodyWriter) leavesHot(label uint32) bool {
	return b.hot >= 0 && b.nest-1-int(label) < b.hot
}

// flush puts the fuel back into its global.
func (b *bodyWriter) flush() {
	if b.hot >= 0 {
		b.op(opLocalGet, b.fuelVar)
		b.op(opGlobalSet, b.fuel)
	}
}

// charge writes the charge of the segment that begins at an offset.
func (b *bodyWriter) charge(at int) {
	for b.next < len(b.segments) && b.segments[b.next].at <= at {
		i := b.next
		b.next++
		s := &b.segments[i]
		if s.at != at || s.site != i {
			continue
		}
		b.chargeSegment(s.cost, s.checked && !(i == 0 && b.unchecked()), b.deep && i == b.guard())
	}
}

// unchecked says whether the fuel need not be checked where the function begins: it ends soon, or begins with a check.
func (b *bodyWriter) unchecked() bool {
	if b.deep {
		return b.guard() != 0
	}
	return b.opens || b.leaf(uncheckedLeaf)
}

// guard is the segment whose check is one of the stack, too. A loop that keeps the fuel in a local has no such check.
func (b *bodyWriter) guard() int {
	if b.opens && b.plan.loops[0].opaque {
		return 1
	}
	return 0
}

// chargeSegment takes a cost off the fuel; where it is checked and below zero, the host is called.
func (b *bodyWriter) chargeSegment(cost int64, check, stack bool) {
	if cost == 0 && !check {
		return
	}
	if b.hot >= 0 {
		b.op(opLocalGet, b.fuelVar)
		b.const64(-cost)
		b.out = append(b.out, 0x7c) // i64.add
		if !check {
			b.op(opLocalSet, b.fuelVar)
			return
		}
		b.op(opLocalTee, b.fuelVar)
		b.const64(0)
		b.out = append(b.out, 0x53, byte(opIf), 0x40) // i64.lt_s
		b.flush()
		b.op(opCall, b.slice())
		b.op(opGlobalGet, b.fuel)
		b.op(opLocalSet, b.fuelVar)
		b.out = append(b.out, byte(opEnd))
		return
	}
	if cost > 0 {
		b.add64(b.fuel, -cost)
	}
	if !check {
		return
	}
	b.op(opGlobalGet, b.fuel)
	if stack {
		b.op(opGlobalGet, b.stack)
		b.out = append(b.out, 0x84) // i64.or: negative when either is
	}
	b.const64(0)
	b.out = append(b.out, 0x53, byte(opIf), 0x40) // i64.lt_s
	b.op(opCall, b.slice())
	b.out = append(b.out, byte(opEnd))
}

// chargeLength charges for the length on top of the operand stack, which stays there.
func (b *bodyWriter) chargeLength() {
	b.op(opLocalTee, b.sizeVar)
	b.op(opGlobalGet, b.fuel)
	b.op(opLocalGet, b.sizeVar)
	b.out = append(b.out, 0xad, 0x7d) // i64.extend_i32_u, i64.sub
	b.op(opGlobalSet, b.fuel)
	b.chargeSegment(0, true, false)
}

// chargeGrowth writes what grows something, and the charge for that by which its size, taken before and after, has grown.
func (b *bodyWriter) chargeGrowth(size []byte, each int64, grow func()) {
	b.out = append(b.out, size...)
	b.op(opLocalSet, b.sizeVar)
	grow()
	b.op(opGlobalGet, b.fuel)
	b.out = append(b.out, size...)
	b.op(opLocalGet, b.sizeVar)
	b.out = append(b.out, 0x6b, 0xad) // i32.sub, i64.extend_i32_u
	b.const64(each)
	b.out = append(b.out, 0x7e, 0x7d) // i64.mul, i64.sub
	b.op(opGlobalSet, b.fuel)
	b.chargeSegment(0, true, false)
}

// setTaint says that the instance cannot be set back from its memory and globals alone.
func (b *bodyWriter) setTaint() {
	b.out = append(b.out, byte(opI32Const), 1)
	b.op(opGlobalSet, b.taint)
}

// add64 adds to a global.
func (b *bodyWriter) add64(global uint32, n int64) {
	b.op(opGlobalGet, global)
	b.const64(n)
	b.out = append(b.out, 0x7c) // i64.add
	b.op(opGlobalSet, global)
}

func (b *bodyWriter) op(op opcode, index uint32) {
	b.out = appendU32(append(b.out, byte(op)), index)
}

func (b *bodyWriter) const64(n int64) {
	b.out = appendSigned(append(b.out, byte(opI64Const)), n)
}

// appendSigned adds a signed LEB128 number in its shortest form.
func appendSigned(b []byte, v int64) []byte {
	for {
		c := byte(v & 0x7f)
		v >>= 7
		if v == 0 && c&0x40 == 0 || v == -1 && c&0x40 != 0 {
			return append(b, c)
		}
		b = append(b, c|0x80)
	}
}
