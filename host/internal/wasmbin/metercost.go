package wasmbin

// leaf says whether the body has no calls and loops and costs no more than so many units.
func (p *plan) leaf(most int64) bool {
	if p.calls || len(p.loops) > 0 {
		return false
	}
	var cost int64
	for i := range p.segments {
		if p.segments[i].site == i {
			cost += p.segments[i].cost
		}
	}
	return cost <= most
}

// uncheckedLeaf says whether the body is so short that it needs no check: its callers count it as callWay.
func (p *plan) uncheckedLeaf() bool { return p.leaf(uncheckedLeaf) && p.way <= callWay }

// checksEnd says whether the body needs a check where it ends.
func (p *plan) checksEnd() bool { return p.tail > freeTail }

// wayOf is what an instruction adds to the way to the next check, beside its cost.
func (p *planner) wayOf(in *instruction) int64 {
	switch c := p.callee(in); {
	case c != nil && c != &anyCallee && (c.calls || c.loops):
		return 0 // it checks the fuel itself
	case c != nil:
		return min(c.way, callWay)
	case in.op.touches():
		return touchWay
	}
	return 0
}

// callee is what is known of the function that an instruction calls; nil where it calls none of the module's own.
func (p *planner) callee(in *instruction) *callee {
	switch {
	case in.op == opCallIndirect:
		return &anyCallee
	case in.op != opCall || in.index < p.imported || in.index-p.imported >= uint32(len(p.callees)):
		return nil
	}
	return &p.callees[in.index-p.imported]
}

// cost is what an instruction is charged. Structure is free: it makes no code.
func (m *module) cost(in *instruction) int64 {
	switch in.op {
	case opBlock, opLoop, opElse, opEnd, 0x01, opDrop:
		return 0
	case opCall:
		if in.index < m.imported {
			return leaveCost
		}
		return callCost
	case opCallIndirect:
		return callCost
	case opMemoryInit, opMemoryCopy, opMemoryFill:
		return callCost
	case opMemoryGrow, opTableInit, opTableCopy, opTableGrow, opTableFill:
		return leaveCost
	}
	return 1
}
