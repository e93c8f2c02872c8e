package wasmbin

import (
	"fmt"
	"slices"
	"strings"
)

// ReservedPrefix begins the names of exports that a host adds to a module for itself.
const ReservedPrefix = "skep.private."

// ExportGlobals is the module with one more export for each of its own mutable globals, so that a host can read them
// and set them back, and the names of these exports in the order of the globals. Imported globals get none. A module
// without mutable globals is returned as it is, not copied.
//
// A module that exports a name with [ReservedPrefix] is refused with [ErrReserved]; one with a mutable global that is a
// vector or a reference with [ErrGlobal]: an engine hands out only half of the one, and the other means something in
// one instance only.
func ExportGlobals(module []byte) (out []byte, names []string, err error) {
	var (
		imported uint32   // globals
		mutable  []uint32 // indices of globals
		exports  section  // id 0 where there is none
		place    int      // offset where an export section belongs
		list     []Export
	)
	for s, err := range sections(module) {
		if err == nil {
			switch s.id {
			case sectionImport:
				imported, err = countImportedGlobals(s.reader)
			case sectionGlobal:
				mutable, err = mutableGlobals(s.reader, imported)
				place = s.end
			case sectionExport:
				exports = s
				list, err = readExports(s.reader)
			}
		}
		if err != nil {
			return nil, nil, err
		}
	}
	for _, e := range list {
		if strings.HasPrefix(e.Name, ReservedPrefix) {
			return nil, nil, &Error{Offset: exports.start, Err: ErrReserved,
				Text: fmt.Sprintf("export %q: names that begin with %q are the host's own", e.Name, ReservedPrefix)}
		}
	}
	if len(mutable) == 0 {
		return module, nil, nil
	}
	content := appendU32(nil, uint32(len(list)+len(mutable)))
	rest := place // offset behind the old export section
	if exports.id == sectionExport {
		place, rest = exports.start, exports.end
		exports.u32("number of exports")
		content = append(content, module[exports.pos:exports.end]...)
	}
	for _, index := range mutable {
		name := fmt.Sprintf("%sglobal.%d", ReservedPrefix, index)
		names = append(names, name)
		content = appendName(content, name)
		content = append(content, byte(ExportGlobal))
		content = appendU32(content, index)
	}
	out = slices.Concat(module[:place], appendSection(nil, sectionExport, content), module[rest:])
	return out, names, nil
}

// globalEntry is one global that a module defines.
type globalEntry struct {
	number  bool // of 32 or 64 bits
	mutable bool
	value   constant
}

// globalEntry takes one global.
//
//	[ value type ] [ mutable 0 | 1 ] [ constant expression ]
func (r *reader) globalEntry() globalEntry {
	return globalEntry{number: r.valueType(), mutable: r.mutability(), value: r.constant()}
}

// mutableGlobals reads a global section and gives the indices of the mutable ones.
//
//	[ u32 count ] count × global
func mutableGlobals(r reader, imported uint32) ([]uint32, error) {
	start := r.pos
	count := r.u32("number of globals")
	if count > MaxGlobals {
		r.fail(start, ErrLimit, "%d globals, the most is %d", count, MaxGlobals)
	}
	var mutable []uint32
	for i := uint32(0); i < count && r.err == nil; i++ {
		at := r.pos
		switch g := r.globalEntry(); {
		case r.err != nil || !g.mutable:
		case g.number:
			mutable = append(mutable, imported+i)
		default:
			r.fail(at, ErrGlobal, "mutable global %d is a vector or a reference; only numbers can be set back", imported+i)
		}
	}
	r.finish("globals")
	return mutable, r.err
}
