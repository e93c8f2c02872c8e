package wasmbin

import "slices"

// bodyWriter writes one body anew.
type bodyWriter struct {
	*rewriter
	*plan
	source reader // the body
	deep   bool   // it charges the stack
	frame  int64  // bytes of the stack budget that a call of the function takes

	out     []byte
	next    int // segment to be charged next
	blocks  []openBlock
	depth   int // open blocks of the new body, but for the one around all of it
	loops   int // loops seen so far
	hot     int // len(blocks) outside of the loop that keeps the fuel in a local, -1 outside of such a loop
	fuelVar uint32
	sizeVar uint32
}

// openBlock is an open block of the original.
type openBlock struct {
	around  int  // how many blocks are around it in the new body, but for the one around all of it
	wrapped bool // it is a loop within another loop, which was added
}

// scratch is memory that one body after the other uses.
type scratch struct {
	segments []segment
	loops    []loopInfo
	frames   []frame
	blocks   []openBlock
	out      []byte
}

// body rewrites the body of the module's i-th own function. The next call writes over what it gives.
func (w *rewriter) body(i uint32, deep bool) ([]byte, error) {
	function := w.imported + i
	plan, err := w.planBody(function, &w.scratch)
	if err != nil {
		return nil, err
	}
	t, _ := w.signature(function)
	b := &bodyWriter{rewriter: w, plan: plan, source: w.bodies[i], deep: deep, hot: -1, out: w.scratch.out[:0],
		blocks: w.scratch.blocks[:0]}
	out, err := b.write(t)
	w.scratch.out, w.scratch.blocks = out, b.blocks
	return out, err
}

func (b *bodyWriter) write(t functionType) ([]byte, error) {
	r := b.source
	b.locals(&r, t)
	if b.leaf(freeLeaf) && !b.deep {
		b.segments = nil
	}
	if b.deep {
		b.add64(b.stack, -b.frame)
	}
	b.charge(r.pos, false)
	if b.wrapped() {
		b.out = append(b.out, byte(opBlock))
		b.out = append(b.out, b.resultType(t)...)
	}
	var in instruction
	b.open(false)
	kept := r.pos // what stands from here on is to be copied
	for r.err == nil && r.more() {
		r.next(&in)
		if r.err != nil {
			break
		}
		if in.op.plain() && !b.charged(in.end) {
			continue
		}
		b.out = append(b.out, r.module[kept:in.start]...)
		b.instruction(&in)
		kept = in.end
	}
	return b.out, r.err
}

// locals copies the declarations of locals and adds those that the rewrite needs, and
// learns the size of the frame.
func (b *bodyWriter) locals(r *reader, t functionType) {
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
		if l.local() {
			b.fuelVar = declare(0x7e)
			break
		}
	}
	if b.sizes {
		b.sizeVar = declare(0x7f)
	}
	b.frame = 32 + 8*(int64(count)+int64(b.height))
	b.deep = b.deep || b.frame >= bigFrame
	b.out = appendU32(b.out, groups+extra)
	b.out = append(b.out, r.module[start:r.pos]...)
	b.out = append(b.out, added...)
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
		b.open(false)
		copied()
	case opLoop:
		b.loop(in)
	case opEnd:
		b.end()
	case opBr, opBrIf:
		if b.leavesHot(in.index) {
			b.flush()
		}
		b.op(in.op, b.label(in.index))
	case opBrTable:
		if slices.ContainsFunc(in.labels, b.leavesHot) {
			b.flush()
		}
		b.out = appendU32(append(b.out, byte(opBrTable)), uint32(len(in.labels)-1))
		for _, l := range in.labels {
			b.out = appendU32(b.out, b.label(l))
		}
	case opReturn:
		b.flush()
		if b.wrapped() {
			b.op(opBr, uint32(b.depth-1))
		} else {
			copied()
		}
	case opCall:
		b.outside(func() { b.op(opCall, b.shift(in.index)) })
	case opCallIndirect:
		b.outside(copied)
	case opRefFunc:
		b.reference(in.index)
	case opMemoryFill, opMemoryCopy:
		if b.off.Pieces {
			b.outside(copied)
			break
		}
		b.outside(func() { b.op(opCall, b.helper(in.op, 0)) })
	case opMemoryInit:
		b.namesData = true
		b.outside(func() { b.op(opCall, b.helper(in.op, in.index)) })
	case opMemoryGrow:
		size := []byte{byte(opMemorySize), 0}
		b.outside(func() { b.chargeGrowth(size, pageCost, copied) })
	case opTableGrow:
		b.setTaint()
		size := appendU32([]byte{0xfc, byte(opTableSize - 0xfc00)}, in.index)
		b.outside(func() { b.chargeGrowth(size, 1, copied) })
	case opTableSet, opElemDrop, opDataDrop:
		b.namesData = b.namesData || in.op == opDataDrop
		b.setTaint()
		copied()
	case opTableFill, opTableCopy, opTableInit:
		b.setTaint()
		b.outside(func() { b.chargeLength(); copied() })
	default:
		copied()
	}
	b.charge(in.end, in.op == opLoop && b.blocks[len(b.blocks)-1].wrapped)
}

// charged says whether a segment begins at an offset.
func (b *bodyWriter) charged(at int) bool {
	return b.next < len(b.segments) && b.segments[b.next].at <= at
}

// bytes is an instruction as it stands in the module.
func (b *bodyWriter) bytes(in *instruction) []byte {
	return b.source.module[in.start:in.end]
}

// open begins a block of the original.
func (b *bodyWriter) open(wrapped bool) {
	b.blocks = append(b.blocks, openBlock{b.depth, wrapped})
	b.depth++
}

// label is the new label of a branch. What is no label stays none.
func (b *bodyWriter) label(label uint32) uint32 {
	if int64(label) >= int64(len(b.blocks)) {
		return label + uint32(b.depth-len(b.blocks))
	}
	return uint32(b.depth - 1 - b.blocks[len(b.blocks)-1-int(label)].around)
}

// loop begins a loop. Where the fuel is in a local, the loop stands in another one, where the host is called: a call
// within the inner one would cost it registers. That head is first met with the charge of a turn, as if from within.
//
//	fuel -= cost
//	loop
//	    if fuel < 0: the host is called
//	    fuel += cost
//	    loop
//	        fuel -= cost
//	        br_if 1 (fuel < 0)
func (b *bodyWriter) loop(in *instruction) {
	hot := b.plan.loops[b.loops].local()
	b.loops++
	if hot && b.hot < 0 && b.segments != nil {
		b.hot = len(b.blocks)
		b.reload()
	}
	s := b.headOf(in)
	wrap := s != nil && b.hot >= 0
	if wrap {
		b.addLocal(-s.cost)
		b.op(opLocalSet, b.fuelVar)
		b.out = append(b.out, b.bytes(in)...)
		b.depth++
		b.op(opLocalGet, b.fuelVar)
		b.const64(0)
		b.out = append(b.out, 0x53, byte(opIf), 0x40) // i64.lt_s
		b.callSlice()
		b.out = append(b.out, byte(opEnd))
		b.addLocal(s.cost)
		b.op(opLocalSet, b.fuelVar)
	}
	b.open(wrap)
	b.out = append(b.out, b.bytes(in)...)
}

// headOf is the segment that begins with a loop, nil where the loop cannot be reached.
func (b *bodyWriter) headOf(in *instruction) *segment {
	for i := b.next; i < len(b.segments) && b.segments[i].at <= in.end; i++ {
		if b.segments[i].at == in.end {
			return &b.segments[i]
		}
	}
	return nil
}

func (b *bodyWriter) end() {
	last := len(b.blocks) - 1
	wrapped := b.blocks[last].wrapped
	b.blocks = b.blocks[:last]
	b.depth--
	b.out = append(b.out, byte(opEnd))
	if wrapped {
		b.depth--
		b.out = append(b.out, byte(opEnd))
	}
	if b.hot == len(b.blocks) {
		b.flush()
		b.hot = -1
	}
	if len(b.blocks) == 0 && b.wrapped() {
		if b.deep {
			b.add64(b.stack, b.frame)
		}
		if b.checksEnd() {
			b.chargeSegment(0, true, false, false)
		}
		b.out = append(b.out, byte(opEnd))
	}
}

// wrapped says whether a block stands around the body, where all ways out of it end.
func (b *bodyWriter) wrapped() bool { return b.deep || b.checksEnd() }

// leavesHot says whether a branch leads out of the loop that keeps the fuel in a local.
func (b *bodyWriter) leavesHot(label uint32) bool {
	return b.hot >= 0 && len(b.blocks)-1-int(label) < b.hot
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
