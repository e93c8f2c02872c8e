package wasmbin

// Codes of value types, see https://webassembly.github.io/spec/core/binary/types.html.
const (
	typeI32       byte = 0x7f
	typeI64       byte = 0x7e
	typeF32       byte = 0x7d
	typeF64       byte = 0x7c
	typeV128      byte = 0x7b
	typeFuncref   byte = 0x70
	typeExternref byte = 0x6f
	typeFunction  byte = 0x60 // begins an entry of the type section
	typeEmpty     byte = 0x40 // of a block without values; also begins a table with an initial value
)

// blockEmpty is typeEmpty as the type of a block.
const blockEmpty = -64

// valueType takes a value type and says whether it is a number of 32 or 64 bits.
func (r *reader) valueType() (number bool) {
	switch t := r.byte("value type"); t {
	case typeI32, typeI64, typeF32, typeF64:
		return true
	case typeV128, typeFuncref, typeExternref:
	default:
		r.unknownType(r.pos-1, "value type", t)
	}
	return false
}

// refType takes a reference type.
func (r *reader) refType() byte {
	t := r.byte("reference type")
	if t != typeFuncref && t != typeExternref {
		r.unknownType(r.pos-1, "reference type", t)
	}
	return t
}

// heapType takes what ref.null names: a reference type, or in a later proposal the index of a type.
func (r *reader) heapType() byte {
	if r.more() {
		if b := r.module[r.pos]; b < 0x40 || b >= 0x80 { // not negative, or of several bytes
			r.unsupported(r.pos, "function references", "null of type %#x", b)
		}
	}
	return r.refType()
}

// unknownType fails for a type beyond the 2.0 core.
func (r *reader) unknownType(offset int, what string, t byte) {
	proposal := ""
	switch {
	case t == 0x69 || t == 0x74:
		proposal = "exception handling"
	case t == 0x63 || t == 0x64:
		proposal = "function references"
	case t >= 0x6a && t <= 0x6e, t >= 0x71 && t <= 0x73, t == 0x77, t == 0x78, t == 0x4e, t == 0x4f, t == 0x50,
		t == 0x5e, t == 0x5f:
		proposal = "garbage collection"
	case t == 0x5d:
		proposal = "stack switching"
	}
	if proposal != "" {
		r.unsupported(offset, proposal, "%s %#x", what, t)
	}
	r.fail(offset, ErrMalformed, "unknown %s %#x", what, t)
}

// blockType takes the type of a block, loop or if: blockEmpty or a value type as a negative number, or the index of a
// function type. The negative ones take one byte each; longer forms of them are no valid types.
func (r *reader) blockType() int64 {
	start := r.pos
	v := r.signed33("block type")
	if v >= 0 || r.err != nil {
		return v
	}
	if r.pos != start+1 {
		r.fail(start, ErrMalformed, "block type %d takes more than one byte", v)
		return v
	}
	if r.module[start] != typeEmpty {
		r.pos = start
		r.valueType()
	}
	return v
}

func (r *reader) mutability() bool {
	m := r.byte("mutability")
	if m > 1 {
		r.fail(r.pos-1, ErrMalformed, "mutability is %d, neither 0 nor 1", m)
	}
	return m == 1
}

// limits are the bounds of a memory in pages or of a table in elements.
type limits struct {
	flags   byte
	minimum uint64
	maximum uint64 // of meaning where flags has limitsMaximum
}

// Flags of limits.
const (
	limitsMaximum byte = 1
	limitsShared  byte = 2
	limits64      byte = 4 // minimum and maximum have 64 bits
	limitsPages   byte = 8 // a page size follows
)

// limits takes the bounds of a memory or table.
//
//	[ flags ] [ minimum ] [ maximum ]
func (r *reader) limits() limits {
	l := limits{flags: r.byte("limits")}
	bits := 32
	switch {
	case l.flags >= 2*limitsPages:
		r.fail(r.pos-1, ErrMalformed, "unknown flags %#x of limits", l.flags)
	case l.flags&limitsPages != 0:
		r.unsupported(r.pos-1, "custom page sizes", "flag 8 of limits")
	case l.flags&limits64 != 0:
		bits = 64
	}
	l.minimum = r.unsigned(bits, "minimum")
	if l.flags&limitsMaximum != 0 {
		l.maximum = r.unsigned(bits, "maximum")
	}
	return l
}
