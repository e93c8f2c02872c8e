package wasmbin

// importSection checks the imports. Tables, memories and globals of another module would outlive the instance and could
// not be set back with it.
func (c *checker) importSection(r *reader) {
	for n := c.count(r, inImports); n > 0 && r.err == nil; n-- {
		im := r.importEntry()
		c.atMost(r, im.offset, inName, uint64(max(len(im.module), len(im.name))))
		r.reserved(im.offset, "import from", im.module)
		r.reserved(im.offset, "import", im.name)
		switch im.kind {
		case ExportFunction:
			c.function(r, im.offset, im.index)
			c.imports++
		case ExportTag:
			r.unsupported(im.offset, "exception handling", "import of a tag")
		default:
			r.fail(im.offset, ErrFeature, "import %.80q from %.80q is a %s; only functions can be imported",
				im.name, im.module, im.kind)
		}
	}
}

// tableSection checks the tables.
//
//	[ u32 count ] count × ( [ reference type ] [ limits ] )
func (c *checker) tableSection(r *reader) {
	for n := c.count(r, inTables); n > 0 && r.err == nil; n-- {
		if r.more() && r.module[r.pos] == typeEmpty {
			r.unsupported(r.pos, "function references", "table with an initial value")
		}
		r.refType()
		c.limits(r, inTable)
		c.tables++
	}
}

// memorySection checks the memory.
//
//	[ u32 count ] count × [ limits ]
func (c *checker) memorySection(r *reader) {
	start := r.pos
	n := r.u32("number of memories")
	if n > 1 {
		r.unsupported(start, "multiple memories", "number of memories %d", n)
	}
	for ; n > 0 && r.err == nil; n-- {
		c.limits(r, inPages)
		c.memories++
	}
}

// limits checks the bounds of a table or memory. The maximum may be anything: hosts enforce their own.
func (c *checker) limits(r *reader, b bound) {
	start := r.pos
	l := r.limits()
	switch {
	case r.err != nil:
		return
	case l.flags&limitsShared != 0:
		r.unsupported(start, "threads", "shared memory")
	case l.flags&limits64 != 0:
		r.unsupported(start, "memory64", "size of 64 bits")
	case l.flags&limitsMaximum != 0 && l.maximum < l.minimum:
		r.fail(start, ErrMalformed, "the maximum %d is below the minimum %d", l.maximum, l.minimum)
	case l.flags&limitsMaximum != 0 && b == inPages && l.maximum > maxPages:
		r.fail(start, ErrMalformed, "a memory of %d pages has more than 32 bits can address", l.maximum)
	}
	c.atMost(r, start, b, l.minimum)
}

// maxPages is the most that the maximum of a memory can be.
const maxPages = 1 << 16

// globalSection checks the globals.
func (c *checker) globalSection(r *reader) {
	for n := c.count(r, inGlobals); n > 0 && r.err == nil; n-- {
		r.valueType()
		r.mutability()
		c.constant(r)
		c.globals++
	}
}

// exportSection checks the exports.
func (c *checker) exportSection(r *reader) {
	n := c.count(r, inExports)
	c.exports = make(map[string]struct{}, min(n, r.end-r.pos))
	for ; n > 0 && r.err == nil; n-- {
		at := r.pos
		e := r.exportEntry()
		c.atMost(r, at, inName, uint64(len(e.Name)))
		r.reserved(at, "export", []byte(e.Name))
		if _, ok := c.exports[e.Name]; ok {
			r.fail(at, ErrMalformed, "second export %.80q", e.Name)
		}
		c.exports[e.Name] = struct{}{}
		switch e.Kind {
		case ExportFunction:
			r.index(at, "function", e.Index, len(c.functions))
		case ExportTable:
			r.index(at, "table", e.Index, c.tables)
		case ExportMemory:
			r.index(at, "memory", e.Index, c.memories)
		case ExportGlobal:
			r.index(at, "global", e.Index, c.globals)
		case ExportTag:
			r.unsupported(at, "exception handling", "export of a tag")
		}
	}
}
