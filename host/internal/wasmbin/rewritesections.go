package wasmbin

import (
	"iter"
	"math"
	"slices"
)

// tableSection bounds how far tables may grow: the engine's limit on memory does not count them. It adds the table of
// references.
//
//	[ u32 count ] count × ( [ reference type ] [ limits ] )
func (w *rewriter) tableSection() ([]byte, error) {
	var count uint32
	var tables []byte
	var r reader
	if s, ok := w.section[sectionTable]; ok {
		r = s.reader
		count = r.u32("number of tables")
	}
	for range count {
		tables = append(tables, r.byte("type of a table"), 1)
		flags := r.byte("limits")
		tables = appendU32(tables, r.u32("minimum"))
		maximum := uint32(MaxTable)
		if w.off.Tables {
			maximum = math.MaxUint32
		}
		if flags&1 != 0 {
			maximum = min(maximum, r.u32("maximum"))
		}
		tables = appendU32(tables, maximum)
		w.out.Beside += tableBytes * int64(maximum)
		if r.err != nil {
			return nil, r.err
		}
	}
	if n := uint32(len(w.referred)); n > 0 {
		count++
		tables = appendU32(appendU32(append(tables, typeFuncref, 1), n), n)
		w.out.Beside += tableBytes * int64(n)
	}
	if count == 0 {
		return nil, nil
	}
	return append(appendU32(nil, count), tables...), nil
}

// mostPages is how many pages a memory can have.
const mostPages = 1 << 16

// memorySection puts the maximum of the memory up by one page.
//
//	[ u32 count ] count × [ limits ]
func (w *rewriter) memorySection() ([]byte, error) {
	w.out.MaxMemory = mostPages
	s, ok := w.section[sectionMemory]
	if !ok {
		return nil, nil
	}
	r := s.reader
	count := r.u32("number of memories")
	out := appendU32(nil, count)
	for ; count > 0 && r.err == nil; count-- {
		flags := r.byte("limits")
		minimum := r.u32("minimum")
		if flags&1 != 0 {
			w.out.MaxMemory = r.u32("maximum")
		}
		out = appendU32(append(out, 1), minimum)
		out = appendU32(out, min(w.out.MaxMemory+1, mostPages))
	}
	return out, r.err
}

// globalSection adds the globals of the meter, which start at zero: the host sets them before each call.
func (w *rewriter) globalSection() ([]byte, error) {
	var old []byte
	if s, ok := w.section[sectionGlobal]; ok {
		var err error
		if old, err = mapGlobals(s.reader, w.shift); err != nil {
			return nil, err
		}
	}
	const i64, i32, mutable = 0x7e, 0x7f, 1
	zero64 := []byte{i64, mutable, byte(opI64Const), 0, byte(opEnd)}
	zero32 := []byte{i32, mutable, byte(opI32Const), 0, byte(opEnd)}
	return slices.Concat(appendU32(nil, uint32(len(w.globals)+3)), old, zero64, zero64, zero32), nil
}

func (w *rewriter) elementSection() ([]byte, error) {
	var count uint32
	var segments []byte
	if s, ok := w.section[sectionElement]; ok {
		r := s.reader
		count = r.u32("number of element segments")
		w.out.Beside += segmentBytes * int64(count)
		all, err := mapElements(s.reader, func(function uint32) uint32 {
			w.out.Beside += elementBytes
			return w.shift(function)
		})
		if err != nil {
			return nil, err
		}
		segments = all[len(appendU32(nil, count)):]
	}
	if len(w.referred) > 0 {
		count++
		segments = w.appendReferences(segments)
	}
	if count == 0 {
		return nil, nil
	}
	return append(appendU32(nil, count), segments...), nil
}

// dataCountSection stays where data segments do.
func (w *rewriter) dataCountSection() []byte {
	if !w.namesData {
		return nil
	}
	return w.raw(sectionDataCount)
}

// dataSection makes the active segments passive and empty: their indices and their number stay, and a dropped segment is
// what an active one is once the module runs. Passive ones stay as they are. Where no code names a segment all of them
// go, since an engine keeps something for each in every instance.
//
//	[ u32 count ] count × ( [ 0 ] [ offset ] [ bytes ] | [ 1 ] [ bytes ] | [ 2 ] [ memory 0 ] [ offset ] [ bytes ] )
func (w *rewriter) dataSection() ([]byte, error) {
	s, ok := w.section[sectionData]
	if !ok {
		return nil, nil
	}
	r := s.reader
	count := r.u32("number of data segments")
	out, segments := appendU32(nil, count), int64(count)
	for ; count > 0 && r.err == nil; count-- {
		start := r.pos
		if segment, active := r.dataSegment(); active {
			w.out.Data = append(w.out.Data, segment)
			out = append(out, 1, 0)
		} else {
			out = append(out, r.module[start:r.pos]...)
		}
	}
	if !w.namesData {
		return nil, r.err
	}
	w.out.Beside += segmentBytes * segments
	return out, r.err
}

// dataSegment takes one segment, and says whether it is active.
func (r *reader) dataSegment() (segment Segment, active bool) {
	start := r.pos
	flags := r.u32("flags of a data segment")
	if flags > 2 {
		r.fail(start, ErrMalformed, "unknown flags %#x of a data segment", flags)
		return segment, false
	}
	if flags != 1 {
		if flags == 2 {
			r.u32("memory index")
		}
		segment.Offset = r.constantI32()
	}
	segment.Bytes = r.bytes(r.u32("length of a data segment"), "data segment")
	return segment, flags != 1
}

// Segments gives the active data segments of a module that has passed [Check], and stops at the first error.
func Segments(module []byte) iter.Seq2[Segment, error] {
	return func(yield func(Segment, error) bool) {
		for s, err := range sections(module) {
			if err != nil {
				yield(Segment{}, err)
				return
			}
			if s.id != sectionData {
				continue
			}
			r := s.reader
			for count := r.u32("number of data segments"); count > 0 && r.err == nil; count-- {
				if segment, active := r.dataSegment(); active && r.err == nil && !yield(segment, nil) {
					return
				}
			}
			if r.err != nil {
				yield(Segment{}, r.err)
			}
			return
		}
	}
}

// constantI32 takes a constant expression that is a plain i32.const, which is all that a module without imported globals
// can use for a place in its memory.
func (r *reader) constantI32() uint32 {
	start := r.pos
	if r.byte("constant expression") != byte(opI32Const) {
		r.fail(start, ErrMalformed, "the offset of a segment is not an i32.const")
		return 0
	}
	v := r.signed33("i32 constant")
	if r.byte("constant expression") != byte(opEnd) {
		r.fail(start, ErrMalformed, "the offset of a segment is not an i32.const")
	}
	return uint32(v)
}

// Subsections of the custom section "name".
const namesOfFunctions = 1

// nameSection keeps the names of functions, for stack traces. One that cannot be read is left out: names are no part of
// what a module does.
func (w *rewriter) nameSection() []byte {
	if w.names == nil {
		return nil
	}
	r := w.names.reader
	for r.err == nil && r.more() {
		id := r.byte("id of names")
		length := r.u32("length of names")
		part := reader{module: r.module, pos: r.pos}
		r.bytes(length, "names")
		part.end = r.pos
		if r.err != nil || id != namesOfFunctions {
			continue
		}
		count := part.u32("number of names")
		names := appendU32(nil, count)
		for ; count > 0 && part.err == nil; count-- {
			names = appendU32(names, w.shift(part.u32("function index")))
			names = appendName(names, string(part.name("name of a function")))
		}
		if part.err != nil || part.more() {
			return nil
		}
		return appendSection(appendName(nil, "name"), namesOfFunctions, names)
	}
	return nil
}
