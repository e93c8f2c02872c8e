package wasmbin

// importEntry is one import of a module. The names stay part of the module.
type importEntry struct {
	offset       int // of the entry
	module, name []byte
	kind         ExportKind
	index        uint32 // of the type of a function
}

// importEntry takes one import.
//
//	[ name of module ] [ name ] [ kind ] [ type ]
func (r *reader) importEntry() importEntry {
	im := importEntry{offset: r.pos}
	im.module = r.name("name of an imported module")
	im.name = r.name("name of an import")
	im.kind = ExportKind(r.byte("kind of an import"))
	switch im.kind {
	case ExportFunction:
		im.index = r.u32("type index of an import")
	case ExportTable:
		r.refType()
		r.limits()
	case ExportMemory:
		r.limits()
	case ExportGlobal:
		r.valueType()
		r.mutability()
	case ExportTag:
		r.byte("attribute of a tag")
		r.u32("type index of an import")
	default:
		r.fail(r.pos-1, ErrMalformed, "import of the unknown kind %d", im.kind)
	}
	return im
}

// ImportsFrom says whether the module imports anything from the module of that name.
func ImportsFrom(module []byte, name string) (bool, error) {
	for s, err := range sections(module) {
		if err != nil {
			return false, err
		}
		if s.id != sectionImport {
			continue
		}
		for count := s.u32("number of imports"); count > 0 && s.err == nil; count-- {
			if im := s.importEntry(); s.err == nil && string(im.module) == name {
				return true, nil
			}
		}
		if s.err != nil {
			return false, s.err
		}
	}
	return false, nil
}
