package wasmbin

// Subsections of the custom section "name" that engines read.
const (
	namesModule    = 0
	namesFunctions = 1
	namesLocals    = 2
)

// names checks the custom section "name". The format lets engines ignore a bad one; wazero allocates by the counts it
// declares.
//
//	( [ kind ] [ u32 length ] [ names ] )*
func (c *checker) names(r *reader) {
	var known [namesLocals + 1]bool
	for r.err == nil && r.more() {
		start := r.pos
		kind := r.byte("kind of names")
		length := r.u32("length of names")
		s := reader{module: r.module, pos: r.pos}
		r.bytes(length, "names")
		s.end = r.pos
		if r.err != nil || kind > namesLocals {
			continue
		}
		if known[kind] {
			r.fail(start, ErrMalformed, "second list %d of names", kind)
			return
		}
		known[kind] = true
		switch kind {
		case namesModule:
			s.name("name of the module")
		case namesFunctions:
			c.nameMap(&s, inFunctionNames, 0)
		case namesLocals:
			c.localNames(&s)
		}
		s.finish("names")
		r.err = s.err
	}
}

// nameMap takes a list of names beside which so many of the kind were met.
//
//	[ u32 count ] count × ( [ u32 index ] [ name ] )
func (c *checker) nameMap(r *reader, b bound, before uint64) (count uint64) {
	start := r.pos
	count = uint64(r.u32("number of names"))
	c.atMost(r, start, b, before+count)
	for n := count; n > 0 && r.err == nil; n-- {
		r.u32("index of a name")
		r.name("name")
	}
	return count
}

// localNames takes the names of the locals of functions.
//
//	[ u32 count ] count × ( [ u32 function ] name map )
func (c *checker) localNames(r *reader) {
	var sum uint64
	for n := c.count(r, inFunctionNames); n > 0 && r.err == nil; n-- {
		r.u32("index of a function")
		sum += c.nameMap(r, inLocalNames, sum)
	}
}
