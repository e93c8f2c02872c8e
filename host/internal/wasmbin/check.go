package wasmbin

import "bytes"

// Check says whether a module may be shown to an engine: whether it is built as the 2.0 core of WebAssembly says, in
// none of its numbers beyond the limits of this package, and names nothing that it does not have. What it leaves to the
// engine are the types of operands.
//
// An index beyond the module's own is refused even where no engine would meet it, because it might name what a rewrite
// adds. So is an encoding that engines read differently. Imports may be functions only; which ones is not judged here.
//
// The error is an [*Error] whose sentinel is [ErrMalformed], [ErrLimit], [ErrFeature] or [ErrReserved]. Time is linear
// in the length of the module, and memory is a fraction of it.
func Check(module []byte) error {
	return newChecker().check(module)
}

// checker goes through a module once, from its first byte to its last.
type checker struct {
	seen [len(bounds)]uint64 // the largest numbers met

	types     []arity
	imports   int      // functions
	functions []uint32 // the type of each, the imported ones first
	tables    int
	memories  int
	globals   int
	exports   map[string]struct{}
	elements  int   // segments
	dataCount int64 // data segments as declared ahead of the code, -1 where they are not
	data      int   // data segments
	bodies    int

	moved  uint64 // values, see MaxMoved
	locals uint64 // of all functions

	// Of the current function:
	control uint64  // control instructions
	labels  uint64  // of all br_tables
	blocks  []block // that are open, the innermost last
	in      instruction
}

// arity is how many values a function type takes and gives.
type arity struct{ params, results uint16 }

func newChecker() *checker { return &checker{dataCount: -1} }

// atMost fails if there is more of something than may be.
func (c *checker) atMost(r *reader, offset int, b bound, n uint64) {
	c.seen[b] = max(c.seen[b], n)
	if n > bounds[b].most {
		r.fail(offset, ErrLimit, "%d %s, the most is %d", n, bounds[b].what, bounds[b].most)
	}
}

// count takes the number of items that follow. Nothing may be allocated by it: the items may be missing.
func (c *checker) count(r *reader, b bound) int {
	start := r.pos
	n := r.u32("number of items")
	c.atMost(r, start, b, uint64(n))
	if r.err != nil {
		return 0
	}
	return int(n)
}

// index fails if an index is beyond the n things of its kind.
func (r *reader) index(offset int, what string, index uint32, n int) {
	if uint64(index) >= uint64(n) {
		r.fail(offset, ErrMalformed, "%s %d is named, and there are %d", what, index, n)
	}
}

func (c *checker) check(module []byte) error {
	c.seen[inModule] = uint64(len(module))
	named := false // whether there was a custom section "name"
	for s, err := range sections(module) {
		if err != nil {
			return err
		}
		r := &s.reader
		c.seen[inSections]++
		switch {
		case s.id != sectionCustom:
			c.section(r, s.id)
		case string(s.name) == "name" && named:
			r.fail(s.start, ErrMalformed, `second custom section "name"`)
		case string(s.name) == "name":
			named = true
			c.names(r)
		default:
			c.atMost(r, s.start, inName, uint64(len(s.name)))
		}
		if r.err != nil {
			return r.err
		}
	}
	r := reader{module: module, pos: len(module), end: len(module)}
	switch {
	case c.bodies != len(c.functions)-c.imports:
		r.fail(r.pos, ErrMalformed, "%d functions are declared, and %d have a body", len(c.functions)-c.imports, c.bodies)
	case c.dataCount >= 0 && c.dataCount != int64(c.data):
		r.fail(r.pos, ErrMalformed, "%d data segments are declared, and there are %d", c.dataCount, c.data)
	}
	return r.err
}

// section checks a section that is not a custom one.
func (c *checker) section(r *reader, id byte) {
	start := r.pos
	switch id {
	case sectionType:
		c.typeSection(r)
	case sectionImport:
		c.importSection(r)
	case sectionFunction:
		c.functionSection(r)
	case sectionTable:
		c.tableSection(r)
	case sectionMemory:
		c.memorySection(r)
	case sectionTag:
		r.unsupported(start, "exception handling", "section %d", id)
	case sectionGlobal:
		c.globalSection(r)
	case sectionExport:
		c.exportSection(r)
	case sectionStart:
		c.startSection(r)
	case sectionElement:
		c.elementSection(r)
	case sectionDataCount:
		c.dataCount = int64(c.count(r, inDataSegments))
	case sectionCode:
		c.codeSection(r)
	case sectionData:
		c.dataSection(r)
	}
	if r.more() {
		r.finish(sectionNames[id] + " items")
	}
}

// sectionNames are the words for sections in errors.
var sectionNames = [...]string{"custom", "type", "import", "function", "table", "memory", "global", "export", "start",
	"element", "code", "data", "data count", "tag"}

// reserved fails for a name that belongs to the host: one with ReservedPrefix, or all of that but its dot.
func (r *reader) reserved(offset int, what string, name []byte) {
	if bytes.HasPrefix(name, []byte(ReservedPrefix)) || string(name)+"." == ReservedPrefix {
		r.fail(offset, ErrReserved, "%s %.80q: names that begin with %q are the host's own", what, name, ReservedPrefix)
	}
}

// constant takes a constant expression. Since no global is imported, it may read none.
func (c *checker) constant(r *reader) constant {
	e := r.constant()
	switch {
	case e.length > 1:
		r.unsupported(e.start, "extended constant expressions", "constant expression of %d instructions", e.length)
	case e.length == 0:
		r.fail(e.start, ErrMalformed, "empty constant expression")
	case e.op == opGlobalGet:
		r.unsupported(e.start, "extended constant expressions", "constant expression that reads global %d", e.index)
	case e.op == opRefFunc:
		r.index(e.start, "function", e.index, len(c.functions))
	}
	return e
}
