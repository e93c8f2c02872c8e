package wasmbin

// flush puts the fuel back into its global.
func (b *bodyWriter) flush() {
	if b.hot >= 0 {
		b.op(opLocalGet, b.fuelVar)
		b.op(opGlobalSet, b.fuel)
	}
}

// charge writes the charge of the segment that begins at an offset; head: the one within a wrapped loop.
func (b *bodyWriter) charge(at int, head bool) {
	for b.charged(at) {
		i := b.next
		b.next++
		s := &b.segments[i]
		if s.at != at || s.site != i {
			continue
		}
		b.chargeSegment(s.cost, s.checked && !(i == 0 && b.unchecked()), b.deep && i == b.guard(), head)
	}
}

// unchecked says whether the fuel need not be checked where the function begins: it ends soon, or begins with a check.
func (b *bodyWriter) unchecked() bool {
	if b.deep {
		return b.guard() != 0
	}
	return b.opens || b.uncheckedLeaf()
}

// guard is the segment whose check is one of the stack, too. A loop that keeps the fuel in a local has no such check.
func (b *bodyWriter) guard() int {
	if b.opens && !b.plan.loops[0].local() {
		return 1
	}
	return 0
}

// chargeSegment takes a cost off the fuel; where it is checked and below zero, the host is called. At the head of a
// wrapped loop the loop around it does that.
func (b *bodyWriter) chargeSegment(cost int64, check, stack, head bool) {
	if cost == 0 && !check {
		return
	}
	if b.hot >= 0 {
		b.addLocal(-cost)
		if !check {
			b.op(opLocalSet, b.fuelVar)
			return
		}
		b.op(opLocalTee, b.fuelVar)
		b.const64(0)
		b.out = append(b.out, 0x53) // i64.lt_s
		if head {
			b.op(opBrIf, 1)
			return
		}
		b.out = append(b.out, byte(opIf), 0x40)
		b.callSlice()
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

// callSlice calls the host from where the fuel is in a local.
func (b *bodyWriter) callSlice() {
	b.flush()
	b.op(opCall, b.slice())
	b.reload()
}

// reload takes the fuel from its global to the local.
func (b *bodyWriter) reload() {
	if b.hot >= 0 {
		b.op(opGlobalGet, b.fuel)
		b.op(opLocalSet, b.fuelVar)
	}
}

// outside writes code that needs the fuel in its global, or changes it there.
func (b *bodyWriter) outside(write func()) {
	b.flush()
	hot := b.hot
	b.hot = -1
	write()
	b.hot = hot
	b.reload()
}

// addLocal pushes the local with the fuel, and something added.
func (b *bodyWriter) addLocal(n int64) {
	b.op(opLocalGet, b.fuelVar)
	b.const64(n)
	b.out = append(b.out, 0x7c) // i64.add
}

// chargeLength charges for the length on top of the operand stack, which stays there.
func (b *bodyWriter) chargeLength() {
	b.op(opLocalTee, b.sizeVar)
	b.op(opGlobalGet, b.fuel)
	b.op(opLocalGet, b.sizeVar)
	b.out = append(b.out, 0xad, 0x7d) // i64.extend_i32_u, i64.sub
	b.op(opGlobalSet, b.fuel)
	b.chargeSegment(0, true, false, false)
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
	b.chargeSegment(0, true, false, false)
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
