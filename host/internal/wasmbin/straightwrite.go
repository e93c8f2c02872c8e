package wasmbin

import "slices"

// flowWriter writes a function anew, as blocks and loops.
type flowWriter struct {
	*flow
	module   []byte
	out      []byte
	around   int // blocks that are open
	trap     int // how many are around the one that ends in a trap
	dispatch int // and around the table's loop
}

// write gives the body that begins and ends there. The next call writes over it.
func (w *flowWriter) write(f *flow, module []byte, start, end int) []byte {
	w.flow, w.module, w.around = f, module, 0
	w.out = append(w.out[:0], module[start:f.start]...)
	if f.left {
		w.open(opBlock)
	}
	trap := slices.ContainsFunc(f.table, func(to uint32) bool { return !f.pieces[to].entered })
	if trap {
		w.trap = w.open(opBlock)
	}
	if f.dispatches {
		w.dispatch = w.open(opLoop)
	}
	var below []int
	for _, i := range f.byOrder {
		if f.pieces[i].above == root {
			below = append(below, i)
		}
	}
	w.openBelow(below)
	w.out = appendU32(append(w.out, byte(opLocalGet)), f.number)
	w.out = appendU32(append(w.out, byte(opBrTable)), uint32(len(f.table)-1))
	for _, to := range f.table {
		level := w.trap
		if f.pieces[to].entered {
			level = f.pieces[to].block
		}
		w.label(level, 0)
	}
	w.below(below)
	if f.dispatches {
		w.close()
	}
	if trap {
		w.close()
	}
	return append(w.out, module[f.end:end]...) // where the original goes on with a trap
}

// open opens a block and says how many are around it.
func (w *flowWriter) open(op opcode) int {
	w.out = append(w.out, byte(op), emptyType)
	w.around++
	return w.around - 1
}

const emptyType = 0x40

func (w *flowWriter) close() {
	w.out = append(w.out, byte(opEnd))
	w.around--
}

// label names an open block by what is around it, for a branch that lies in so many blocks more than are counted.
func (w *flowWriter) label(level, depth int) {
	w.out = appendU32(w.out, uint32(w.around-1-level+depth))
}

// openBelow opens a block for each of some pieces, the outermost for the last one.
func (w *flowWriter) openBelow(below []int) {
	for _, i := range slices.Backward(below) {
		w.pieces[i].block = w.open(opBlock)
	}
}

// below ends these blocks, each before its piece.
func (w *flowWriter) below(below []int) {
	for _, i := range below {
		w.close()
		w.piece(i)
	}
}

// piece writes a piece and all that is below it.
func (w *flowWriter) piece(i int) {
	p := &w.pieces[i]
	if p.loops {
		p.loop = w.open(opLoop)
	}
	w.openBelow(p.below)
	from := p.start
	for _, e := range p.exits {
		w.out = append(w.out, w.module[from:e.start]...)
		w.leave(i, e)
		from = e.end
	}
	w.out = append(w.out, w.module[from:p.end]...)
	switch next := i + 1; {
	case !p.falls:
	case next == len(w.pieces):
		w.out = append(w.out, byte(opUnreachable))
	case !p.dispatched && w.pieces[next].place > p.place && w.pieces[next].block == w.around-1: // it comes next
	default:
		w.leave(i, exit{to: next, dispatched: p.dispatched})
	}
	w.below(p.below)
	if p.loops {
		w.close()
	}
}

// leave writes an exit of a piece.
func (w *flowWriter) leave(i int, e exit) {
	if e.dispatched {
		if e.when {
			w.out = append(w.out, byte(opIf), emptyType)
			e.depth++
		}
		w.out = appendSigned(append(w.out, byte(opI32Const)), int64(w.pieces[e.to].number))
		w.out = appendU32(append(w.out, byte(opLocalSet)), w.number)
		w.out = append(w.out, byte(opBr))
		w.label(w.dispatch, e.depth)
		if e.when {
			w.out = append(w.out, byte(opEnd))
		}
		return
	}
	branch, level := opBr, 0 // out of the block around the loop
	if e.when {
		branch = opBrIf
	}
	switch {
	case e.to == outside:
	case w.pieces[e.to].place > w.pieces[i].place:
		level = w.pieces[e.to].block
	default:
		level = w.pieces[e.to].loop
	}
	w.out = append(w.out, byte(branch))
	w.label(level, e.depth)
}
