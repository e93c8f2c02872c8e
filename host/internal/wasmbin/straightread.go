package wasmbin

import "slices"

// flow is a function of the form that Go's compiler gives it:
//
//	…                            the stack pointer is fetched
//	block                        where it may be left, to be entered anew with the number of a piece
//	  loop
//	    block … block            one for each piece
//	      local.get number
//	      br_table …             to the piece of that number
//	    end
//	    the first piece
//	    end
//	    the second piece
//	    …
//	  end
//	  unreachable
//	end …
//
// A jump is `i32.const k · local.set number · br` to the loop, often alone in an if.
type flow struct {
	start, end int      // of what is written anew, from the first block or loop to the end of the loop, as offsets
	left       bool     // there is a block around the loop
	number     uint32   // the local
	table      []uint32 // the piece of each number, the last one for all others
	pieces     []piece

	dispatches bool  // a jump goes through the table
	byOrder    []int // the pieces that can be reached, each before all that it leads to, but for what leads back
}

// piece is code between two points that a jump can lead to. It is left at its end, by a jump, or for good.
type piece struct {
	start, end int
	number     int // by which the table finds it
	exits      []exit
	falls      bool // its end may be reached, where the next piece begins
	calls      bool // the function may be left, to be entered anew where this piece starts or where the next one does

	entered    bool  // by the table
	loops      bool  // something leads back to its start
	dispatched bool  // its end leads to the next piece through the table
	from       []int // the pieces that lead to it, but through the table
	above      int   // the last one of those that all ways to it go through
	below      []int // the pieces that it is above, as they are ordered
	place      int   // among flow.byOrder
	block      int   // how many blocks are around the one that ends where it starts
	loop       int   // and around its loop
}

// exit is a branch out of a piece.
type exit struct {
	start, end int  // what it stands for
	depth      int  // blocks of the piece around it
	when       bool // it depends on a value
	to         int  // a piece, or outside
	dispatched bool // through the table
}

// outside is where an exit leads that leaves the function.
const outside = -1

// noResult is the type of a block without parameters and results.
const noResult = -64

// read finds the pieces of a body. It is false for a body of another form.
func (f *flow) read(r *reader) bool {
	for n := r.u32("number of groups of locals"); n > 0 && r.err == nil; n-- {
		r.u32("number of locals")
		r.valueType()
	}
	*f = flow{pieces: f.pieces[:0], byOrder: f.byOrder[:0]}
	var in instruction
	for in.op = opNop; in.op.plain() && r.err == nil; {
		r.next(&in)
	}
	f.start = in.start
	opens := func(op opcode) bool { return in.op == op && in.blockType == noResult }
	if opens(opBlock) {
		f.left = true
		r.next(&in)
	}
	if !opens(opLoop) {
		return false
	}
	for r.next(&in); opens(opBlock); r.next(&in) {
		f.pieces = append(f.pieces, piece{number: -1})
	}
	if f.number = in.index; in.op != opLocalGet {
		return false
	}
	if r.next(&in); in.op != opBrTable || !f.readTable(in.labels) {
		return false
	}
	if r.next(&in); in.op != opEnd {
		return false
	}
	for i := range f.pieces {
		if !f.readPiece(r, i) {
			return false
		}
	}
	f.end = r.pos
	return r.err == nil
}

// readTable takes the labels of the table. Each piece must have a number.
func (f *flow) readTable(labels []uint32) bool {
	f.table = slices.Clone(labels)
	for number, to := range f.table {
		if int(to) >= len(f.pieces) {
			return false
		}
		f.pieces[to].number = number
	}
	return !slices.ContainsFunc(f.pieces, func(p piece) bool { return p.number < 0 })
}

// readPiece takes the i-th piece and the end behind it.
func (f *flow) readPiece(r *reader, i int) bool {
	p := &f.pieces[i]
	p.start, p.falls = r.pos, true
	around := len(f.pieces) - 1 - i // how many blocks are between the piece and the loop
	depth := 0
	var last [5]instruction // the fifth is the one that is looked at
	in := &last[4]
	for r.err == nil && r.more() {
		copy(last[:], last[1:])
		in.labels = nil
		r.next(in)
		switch in.op {
		case opBlock, opLoop, opIf:
			depth++
		case opEnd:
			if depth == 0 {
				p.end = in.start
				return true
			}
			depth--
			p.joinIf(&last)
		case opBr, opBrIf:
			switch out := int(in.index) - depth; {
			case out < 0:
			case out == around && in.op == opBr && f.sets(&last[3]) && last[2].op == opI32Const:
				p.exits = append(p.exits, exit{start: last[2].start, end: in.end, depth: depth, to: f.find(r, &last[2])})
			case out == around+1 && f.left:
				p.exits = append(p.exits, exit{start: in.start, end: in.end, depth: depth, to: outside, when: in.op == opBrIf})
			default:
				return false
			}
		case opBrTable:
			if int(slices.Max(in.labels)) >= depth {
				return false
			}
		case opCall, opCallIndirect:
			p.calls = true
		case opLocalGet, opLocalTee: // what is called may be kept there for a moment
			if in.index == f.number && !(in.op == opLocalGet && last[3].op == opI32Const && f.sets(&last[2])) {
				return false
			}
		}
		if depth == 0 && (in.op == opBr || in.op == opBrTable || in.op == opReturn || in.op == opUnreachable) {
			p.falls = false
		}
	}
	return false
}

// sets says whether an instruction sets the number.
func (f *flow) sets(in *instruction) bool { return in.op == opLocalSet && in.index == f.number }

// find is the piece whose number a constant is.
func (f *flow) find(r *reader, constant *instruction) int {
	immediate := reader{module: r.module, pos: constant.start + 1, end: constant.end}
	number := uint32(immediate.signed33("number"))
	return int(f.table[min(int(number), len(f.table)-1)])
}

// joinIf makes one branch of an if that holds a jump and nothing else, when its end has been read.
func (p *piece) joinIf(last *[5]instruction) {
	if len(p.exits) == 0 || last[0].op != opIf || last[0].blockType != noResult {
		return
	}
	if e := &p.exits[len(p.exits)-1]; e.start == last[0].end && e.end == last[4].start {
		e.start, e.end = last[0].start, last[4].end
		e.depth--
		e.when = true
	}
}
