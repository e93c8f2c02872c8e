package wasmbin

// countImportedGlobals reads an import section. Imported globals come first in the index space of globals.
//
//	[ u32 count ] count × ( [ name of module ] [ name ] [ kind ] [ type ] )
func countImportedGlobals(r reader) (uint32, error) {
	var globals uint32
	for count := r.u32("number of imports"); count > 0 && r.err == nil; count-- {
		r.name("name of an imported module")
		r.name("name of an import")
		switch kind := ExportKind(r.byte("kind of an import")); kind {
		case ExportFunction:
			r.u32("type index of an import")
		case ExportTable:
			r.valueType()
			r.limits()
		case ExportMemory:
			r.limits()
		case ExportGlobal:
			r.valueType()
			r.mutability()
			globals++
		case ExportTag:
			r.byte("attribute of a tag")
			r.u32("type index of an import")
		default:
			r.fail(r.pos-1, ErrMalformed, "import of the unknown kind %d", kind)
		}
	}
	r.finish("imports")
	return globals, r.err
}

// limits passes over the bounds of a memory or table.
//
//	[ flags: 1 with maximum, 2 shared, 4 of 64 bits ] [ minimum ] [ maximum ]
func (r *reader) limits() {
	flags := r.byte("limits")
	bits := 32
	if flags > 7 {
		r.fail(r.pos-1, ErrMalformed, "unknown flags %#x of limits", flags)
	}
	if flags&4 != 0 {
		bits = 64
	}
	r.unsigned(bits, "minimum")
	if flags&1 != 0 {
		r.unsigned(bits, "maximum")
	}
}
