package wasmbin

// What the meter charges, in units of fuel. A unit is about one simple instruction.
const (
	callCost      = 8     // a call, with the first instructions of what is called
	leaveCost     = 64    // leaving the guest's code and coming back: a call of the host, or growing something
	pageCost      = 2048  // memory.grow, for each page: fresh memory costs page faults
	bulkShift     = 4     // a bulk instruction costs its length in bytes, divided by 2^bulkShift
	freeLeaf      = 8     // a function without calls and loops that costs no more is in the price of its call
	smallBlock    = 24    // a block of code that costs less is charged with the one that leads to it
	maxSmall      = 192   // the most that is charged with one block for those behind it
	uncheckedLeaf = 512   // a function without calls and loops that costs no more does not check the fuel
	sitesPerCall  = 3     // charges in a loop for each of its calls, from which on it keeps the fuel in a local
	maxUnchecked  = 4_096 // the most on any way through code without loops until the fuel is checked again
)

// On the way to the next check some instructions count for more than they cost: nothing stops the guest there, and what
// they do may take long.
const (
	touchWay = 15 // what reads or writes memory: it may be the first to do so, on two pages, each a fault for the kernel
	callWay  = uncheckedLeaf
	// freeTail is how much may follow the first call of a function that does not check the fuel where it ends: as many
	// functions as the stack has room for may end one after the other.
	freeTail = touchWay
)

// anyCallee is what an indirect call may lead to: what calls others, or a leaf that does not check.
var anyCallee = callee{calls: true, way: callWay}

// segment is code without a branch in or out: it runs from its beginning to its end.
type segment struct {
	at      int // offset in the module where it begins, which is where it is charged
	parent  int // a segment that runs at least as often before it; -1 for none
	cost    int64
	checked bool  // it begins a loop or a function, or much stands ahead of it: the fuel is checked
	loop    int   // number of the innermost loop around it, -1 for none
	site    int   // the segment with which it is charged
	extra   int64 // of the cost: what others left to be charged here

	returned bool  // it begins where a call has returned
	head     int   // then: what it is a part of
	touches  bool  // it reads or writes memory
	whole    int64 // the cost, with that of parts that begin where a call has returned
}

// loopInfo is what is known of one loop, and in the end of those in it, too.
type loopInfo struct {
	parent int  // the loop around it, -1 for none
	calls  bool // it calls, or grows something: the fuel must be in its global there
	likely int  // calls that are neither in an if nor in its else
	sites  int  // segments that are charged for themselves
	back   bool // a branch leads to its head
}

// local says whether the fuel is kept in a local while the loop runs. A loop that calls pays for that at each call, and
// saves at each charge. Go's compiler wraps whole functions into a loop with one call in an if, to grow the stack.
func (l *loopInfo) local() bool {
	return !l.calls || l.back && l.sites > sitesPerCall*l.likely
}

// plan is what the meter does to a body, in the order of offsets.
type plan struct {
	segments []segment
	loops    []loopInfo
	calls    bool
	opens    bool  // the body opens with a loop
	height   int   // most values on the operand stack
	sizes    bool  // it needs a local for a size
	way      int64 // what all of the body adds to the way to a check
	descends bool  // it calls what may call others
	tail     int64 // what stands behind the first such call adds
}

// planner walks a body once.
type planner struct {
	*module
	plan
	frames  []frame
	current int   // segment, -1 in code that cannot be reached
	depth   int   // values on the operand stack
	loop    int   // innermost loop, -1 for none
	since   int64 // the most since a check, on any way to here
}

// frame is one open block.
type frame struct {
	op       opcode
	segment  int  // that ended with it
	loop     int  // innermost loop around it
	number   int  // of a loop
	unlikely bool // an if stands between here and the innermost loop
	targeted bool // a branch leads behind it
	dead     bool // it stands in code that cannot be reached
	height   int  // values below its parameters
	params   int
	results  int
	entry    int64 // since a check, where it begins
	since    int64 // the same behind it, as far as branches lead there
}

// planBody decides where the fuel of a body is charged. The plan lies in space, until that is used again.
func (m *module) planBody(function uint32, space *scratch) (*plan, error) {
	body := m.bodies[function-m.imported]
	r := body
	for n := r.u32("number of groups of locals"); n > 0 && r.err == nil; n-- {
		r.u32("number of locals")
		r.valueType()
	}
	t, _ := m.signature(function)
	p := &planner{module: m, loop: -1, frames: space.frames[:0]}
	p.segments, p.loops = space.segments[:0], space.loops[:0]
	p.open(opBlock, -1, 0, len(t.results))
	p.begin(r.pos, -1, true)
	var in instruction
	first := true
	for r.err == nil && r.more() {
		r.next(&in)
		if r.err == nil && len(p.frames) == 0 {
			r.fail(in.start, ErrMalformed, "code behind the end of a function")
		}
		if r.err != nil {
			break
		}
		p.step(&in)
		if first {
			p.opens = in.op == opLoop
		}
		first = false
	}
	if r.err == nil && len(p.frames) > 0 {
		r.fail(r.end, ErrMalformed, "a function without an end")
	}
	p.settle()
	space.segments, space.loops, space.frames = p.segments, p.loops, p.frames
	return &p.plan, r.err
}

// begin starts a segment.
func (p *planner) begin(at, parent int, checked bool) {
	p.segments = append(p.segments, segment{at: at, parent: parent, checked: checked, loop: p.loop})
	p.current = len(p.segments) - 1
	if checked {
		p.since = 0
	}
}

func (p *planner) open(op opcode, segment, params, results int) {
	n := len(p.frames)
	unlikely := op == opIf || op == opBlock && n > 0 && p.frames[n-1].unlikely
	p.frames = append(p.frames, frame{op: op, segment: segment, loop: p.loop, dead: segment < 0 && n > 0,
		unlikely: unlikely, height: p.depth - params, params: params, results: results, entry: p.since})
}

// target notes that a branch leads to a label.
func (p *planner) target(label uint32) {
	if int(label) < len(p.frames) { // otherwise the engine refuses it
		f := &p.frames[len(p.frames)-1-int(label)]
		f.targeted = true
		if f.op == opLoop {
			p.loops[f.number].back = true
		}
		f.since = max(f.since, p.since)
	}
}

// step takes one instruction into account.
func (p *planner) step(in *instruction) {
	if p.current >= 0 {
		cost := p.cost(in)
		s := &p.segments[p.current]
		s.cost += cost
		s.touches = s.touches || in.op.touches()
		way := cost
		if !p.sparse {
			way += p.wayOf(in)
			if p.descends {
				p.tail += way
			}
		}
		p.since += way
		p.way += way
	}
	p.move(in)
	switch in.op {
	case opBlock, opLoop, opIf:
		p.enter(in)
	case opElse:
		f := &p.frames[len(p.frames)-1]
		p.depth = f.height + f.params
		if p.current >= 0 {
			f.targeted, f.since = true, max(f.since, p.since)
		}
		f.op, p.since = opElse, f.entry
		if p.current = -1; !f.dead {
			p.begin(in.end, f.segment, false)
		}
	case opEnd:
		p.leave(in)
	case opBr, opBrIf:
		p.target(in.index)
		p.branch(in)
	case opBrTable:
		for _, l := range in.labels {
			p.target(l)
		}
		p.branch(in)
	case opReturn, opUnreachable:
		p.branch(in)
	case opCall, opCallIndirect:
		p.calls = true
		p.leaves()
		if p.loop >= 0 && !p.frames[len(p.frames)-1].unlikely {
			p.loops[p.loop].likely++
		}
		p.returned(in)
	case opMemoryInit, opMemoryCopy, opMemoryFill:
		p.leaves()
		p.split(in)
	case opMemoryGrow, opTableGrow, opTableFill, opTableCopy, opTableInit:
		p.leaves()
		p.sizes = true
		p.split(in)
	default:
		p.split(in)
	}
}

// split ends a segment behind an instruction when there was no check for long.
func (p *planner) split(in *instruction) {
	if p.current >= 0 && p.since >= maxUnchecked {
		p.begin(in.end, p.current, true)
	}
}

// returned begins a segment where a function has returned that may have called others. What stands there must not be charged
// before the call: the host would be called on the way down a recursion, and not any more on the way back.
func (p *planner) returned(in *instruction) {
	if c := p.callee(in); p.current < 0 || p.sparse || c == nil || !c.calls {
		p.split(in)
		return
	}
	p.descends = true
	head := p.current
	if p.segments[head].returned {
		head = p.segments[head].head
	}
	p.begin(in.end, p.current, p.since >= maxUnchecked)
	p.segments[p.current].returned, p.segments[p.current].head = true, head
}

// leaves says that the innermost loop needs the fuel in its global here.
func (p *planner) leaves() {
	if p.loop >= 0 {
		p.loops[p.loop].calls = true
	}
}

// branch ends a segment; the next one is reached only from here, or not at all.
func (p *planner) branch(in *instruction) {
	if in.op != opBrIf {
		p.current = -1
		p.depth = p.frames[len(p.frames)-1].height
		return
	}
	if p.current >= 0 {
		p.begin(in.end, p.current, false)
	}
}

func (p *planner) enter(in *instruction) {
	params, results := p.blockType(in.blockType)
	p.open(in.op, p.current, params, results)
	switch {
	case in.op == opLoop:
		p.loops = append(p.loops, loopInfo{parent: p.loop})
		p.loop = len(p.loops) - 1
		p.frames[len(p.frames)-1].number = p.loop
		if p.current >= 0 {
			p.begin(in.end, -1, true)
		}
	case in.op == opIf && p.current >= 0:
		p.begin(in.end, p.current, false)
	}
}

func (p *planner) leave(in *instruction) {
	f := p.frames[len(p.frames)-1]
	p.frames = p.frames[:len(p.frames)-1]
	p.depth = f.height + f.results
	p.loop = f.loop
	switch {
	case f.dead:
		p.current = -1
	case f.op == opLoop && p.current >= 0, f.op == opIf, f.op == opElse && (f.targeted || p.current >= 0),
		f.op == opBlock && f.targeted:
		if p.current < 0 {
			p.since = 0
		}
		p.since = max(p.since, f.since)
		if f.op == opIf {
			p.since = max(p.since, f.entry)
		}
		p.current = -1
		if len(p.frames) > 0 {
			p.begin(in.end, f.segment, false)
		}
	}
}

// settle decides which segments are charged for themselves.
func (p *planner) settle() {
	for i := range p.segments {
		s := &p.segments[i]
		s.whole += s.cost
		if s.returned {
			p.segments[s.head].whole += s.cost
		}
	}
	for i := range p.segments {
		s := &p.segments[i]
		s.site = i
		if s.checked || s.cost >= smallBlock || s.returned && s.touches {
			continue
		}
		parent := p.segments[s.parent].site
		if p.segments[parent].loop != s.loop || p.segments[parent].extra+s.cost > maxSmall {
			continue
		}
		s.site = parent
		p.segments[parent].extra += s.cost
		p.segments[parent].cost += s.cost
	}
	for i, s := range p.segments {
		if s.loop >= 0 && !s.returned && (s.site == i || s.whole >= smallBlock) {
			p.loops[s.loop].sites++
		}
	}
	for i := len(p.loops) - 1; i >= 0; i-- { // what is within comes later
		if l := p.loops[i]; l.parent >= 0 {
			outer := &p.loops[l.parent]
			outer.calls = outer.calls || l.calls
			outer.likely += l.likely
			outer.sites += l.sites
		}
	}
}
