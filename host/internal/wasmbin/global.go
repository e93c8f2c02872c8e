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

// mutableGlobals reads a global section and gives the indices of the mutable ones.
//
//	[ u32 count ] count × ( [ value type ] [ mutable 0 | 1 ] [ constant expression ] )
func mutableGlobals(r reader, imported uint32) ([]uint32, error) {
	start := r.pos
	count := r.u32("number of globals")
	if count > MaxGlobals {
		r.fail(start, ErrLimit, "%d globals, the most is %d", count, MaxGlobals)
	}
	var mutable []uint32
	for i := uint32(0); i < count && r.err == nil; i++ {
		at := r.pos
		number := r.valueType()
		if r.mutability() {
			mutable = append(mutable, imported+i)
			if !number {
				r.fail(at, ErrGlobal, "mutable global %d is a vector or a reference; only numbers can be set back", imported+i)
			}
		}
		r.constant()
	}
	r.finish("globals")
	return mutable, r.err
}

// valueType passes over a value type and says whether it is a number of 32 or 64 bits.
func (r *reader) valueType() (number bool) {
	switch t := r.byte("value type"); t {
	case 0x7f, 0x7e, 0x7d, 0x7c: // i32, i64, f32, f64
		return true
	case 0x7b, 0x70, 0x6f, 0x69: // v128, funcref, externref, exnref
	case 0x63, 0x64: // ref null, ref
		r.skipSigned(33, "heap type")
	default:
		r.fail(r.pos-1, ErrMalformed, "unknown value type %#x", t)
	}
	return false
}

func (r *reader) mutability() bool {
	m := r.byte("mutability")
	if m > 1 {
		r.fail(r.pos-1, ErrMalformed, "mutability is %d, neither 0 nor 1", m)
	}
	return m == 1
}

// constant passes over a constant expression.
func (r *reader) constant() {
	for r.err == nil {
		switch op := r.byte("constant expression"); op {
		case 0x0b: // end
			return
		case 0x41: // i32.const
			r.skipSigned(32, "i32 constant")
		case 0x42: // i64.const
			r.skipSigned(64, "i64 constant")
		case 0x43: // f32.const
			r.bytes(4, "f32 constant")
		case 0x44: // f64.const
			r.bytes(8, "f64 constant")
		case 0x23, 0xd2: // global.get, ref.func
			r.u32("index")
		case 0xd0: // ref.null
			r.skipSigned(33, "heap type")
		case 0xfd: // vectors
			if sub := r.u32("vector instruction"); sub != 12 {
				r.fail(r.pos-1, ErrMalformed, "vector instruction %d in a constant expression, only v128.const may be", sub)
			}
			r.bytes(16, "v128 constant")
		case 0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e: // add, sub, mul of i32 and i64
		default:
			r.fail(r.pos-1, ErrMalformed, "instruction %#x in a constant expression", op)
		}
	}
}
