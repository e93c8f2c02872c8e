package wasmbin

import "slices"

// The table, as a piece that is above all others, and what is not known yet.
const (
	root    = -1
	unknown = -2
)

// order finds how the pieces of a function are to lie within each other: each in the one that all ways to it go through
// last. It sends through the table what leads back to a piece that not all of its ways go through.
//
// See Ramsey, "Beyond Relooper: recursive translation of unstructured control flow to structured control flow", ICFP 2022.
func (f *flow) order() {
	for i := range f.pieces {
		f.pieces[i].entered = i == 0 || f.pieces[i].calls || f.pieces[i-1].calls
	}
	for again := true; again; again = f.redirect() {
		f.sort()
		f.findAbove()
	}
	for _, i := range f.byOrder {
		if above := f.pieces[i].above; above != root {
			f.pieces[above].below = append(f.pieces[above].below, i)
		}
	}
}

// leads tells where a piece leads to, but through the table, and where to note that it is to go through that.
func (f *flow) leads(i int, tell func(to int, dispatched *bool)) {
	p := &f.pieces[i]
	for n := range p.exits {
		if e := &p.exits[n]; e.to != outside && !e.dispatched {
			tell(e.to, &e.dispatched)
		}
	}
	if p.falls && !p.dispatched && i+1 < len(f.pieces) {
		tell(i+1, &p.dispatched)
	}
}

// sort makes byOrder: the reverse of the order in which a walk through all pieces leaves them. What a piece falls into
// comes right behind it where that is possible.
func (f *flow) sort() {
	for i := range f.pieces {
		f.pieces[i].place, f.pieces[i].from = -1, f.pieces[i].from[:0]
	}
	f.byOrder = f.byOrder[:0]
	var walk func(i int)
	walk = func(i int) {
		if f.pieces[i].place >= 0 {
			return
		}
		f.pieces[i].place = 0
		f.leads(i, func(to int, _ *bool) {
			f.pieces[to].from = append(f.pieces[to].from, i)
			walk(to)
		})
		f.byOrder = append(f.byOrder, i)
	}
	for i := range f.pieces {
		if f.pieces[i].entered {
			walk(i)
		}
	}
	slices.Reverse(f.byOrder)
	for place, i := range f.byOrder {
		f.pieces[i].place = place
	}
}

// findAbove finds the piece above each, see Cooper, Harvey, Kennedy, "A simple, fast dominance algorithm", 2001.
func (f *flow) findAbove() {
	for i := range f.pieces {
		f.pieces[i].above = unknown
	}
	for changed := true; changed; {
		changed = false
		for _, i := range f.byOrder {
			p := &f.pieces[i]
			above := unknown
			if p.entered {
				above = root
			}
			for _, from := range p.from {
				if f.pieces[from].above != unknown {
					above = f.common(above, from)
				}
			}
			if above != p.above {
				p.above, changed = above, true
			}
		}
	}
}

// common is the last piece that all ways to two others go through: one of the two, perhaps.
func (f *flow) common(a, b int) int {
	if a == unknown {
		return b
	}
	for a != b {
		if a == root || b != root && f.pieces[b].place > f.pieces[a].place {
			b = f.pieces[b].above
		} else {
			a = f.pieces[a].above
		}
	}
	return a
}

// redirect sends through the table what leads back to a piece that is not above, and says whether there was any. All else
// that leads back makes loops.
func (f *flow) redirect() bool {
	found := false
	for i := range f.pieces {
		f.pieces[i].loops = false
	}
	for _, i := range f.byOrder {
		f.leads(i, func(to int, dispatched *bool) {
			p := &f.pieces[to]
			switch {
			case p.place > f.pieces[i].place:
			case f.common(to, i) == to:
				p.loops = true
			default:
				*dispatched, p.entered = true, true
				found, f.dispatches = true, true
			}
		})
	}
	return found
}
