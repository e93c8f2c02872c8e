package wasmbin

import (
	"fmt"
	"slices"
)

// SliceModule and SliceName import the function that a rewritten module calls when its slice of fuel is used up, or its
// stack budget is. It takes nothing and gives nothing; it refills the fuel or ends the call.
const (
	SliceModule = "skep.private"
	SliceName   = "slice"
)

// Names of what a rewritten module exports for its host, beside its own globals.
const (
	ExportFuel  = ReservedPrefix + "fuel"  // i64: units left of the slice
	ExportStack = ReservedPrefix + "stack" // i64: bytes left of the stack budget
	ExportTaint = ReservedPrefix + "taint" // i32: not 0 once a table or a segment was changed
	ExportStart = ReservedPrefix + "start" // the start function, where the module has one
)

// Revision counts what [Check] and [Rewrite] were: whoever keeps what came of them keeps it for one revision. It goes up
// with every change by which a module is refused that was not before, or rewritten in another way.
const Revision = 2

// Rewritten is a module made ready for a host that meters it and sets it back.
type Rewritten struct {
	Module []byte
	// Globals are the names under which the module's own mutable globals are exported.
	Globals []string
	// Data are the module's active data segments, as [Segments] gives them. They were taken out: the host writes them
	// once, so that a new instance costs no copy.
	Data []Segment
	// Beside is how many bytes an engine keeps for each instance beside its memory, at most and about: for tables,
	// segments and globals.
	Beside int64
	// Start says that the module had a start function, now [ExportStart].
	Start bool
	// MaxMemory is how many pages the module allows its memory at most: 65,536 where it says nothing. The host keeps
	// to it: the module made here allows one more, so that the engine asks its allocator whenever the memory shall grow.
	MaxMemory uint32
}

// Segment is what the module writes into its memory when it starts. Bytes are part of the original module.
type Segment struct {
	Offset uint32
	Bytes  []byte
}

// Rewrite makes a module that behaves as the given one and counts what it does. The module must have passed [Check].
//
//   - Fuel is charged for all code, and checked at the head of every loop and where a function that calls begins and
//     ends: below zero, the function of [SliceName] is called.
//   - Bulk instructions on memory work in pieces, each charged and checked.
//   - Functions that may call themselves, directly or not, charge a budget for the stack, and so do large ones.
//   - Every mutable global has an export. What changes a table or drops a segment sets a taint.
//   - Active data segments and the start function are taken out, for the host to apply.
//   - Tables may grow to [MaxTable] elements at most, and the maximum of a memory is the host's to keep.
//   - References to functions are made once, in a table of their own.
func Rewrite(module []byte) (*Rewritten, error) { return Open{}.Rewrite(module) }

// Open is what a rewrite leaves out, for tests that show what it is for.
type Open struct {
	Pieces bool // bulk instructions on memory stay whole
	Tables bool // tables may grow as far as the module says
	Ways   bool // only units of fuel count on the way to the next check, and no function has one at its end
}

// Rewrite is [Rewrite] but for that.
func (o Open) Rewrite(module []byte) (*Rewritten, error) {
	m, err := parse(module)
	if err != nil {
		return nil, err
	}
	m.sparse = o.Ways
	w := &rewriter{module: m, off: o}
	w.out.Start = m.start >= 0
	return w.rewrite()
}

// What wazero keeps for an instance, in bytes.
const (
	globalBytes  = 96 // for a global, with what a host needs to set it
	tableBytes   = 8  // for an element of a table
	elementBytes = 48 // for an element of a segment: a function and references to it
	segmentBytes = 24 // for a segment
)

// rewriter turns one module into another. Whatever it adds goes to the end of its index space; only the import, which
// must stand before the module's own functions, moves those by one.
type rewriter struct {
	*module
	off Open
	out Rewritten

	types     [][]byte          // added types, as they are written
	typeAt    map[string]uint32 // the index of each type
	helpers   []helper          // added functions
	helperFor map[helperKey]uint32

	referred    []uint32          // functions that code makes references of, as elements of an added table
	referenceAt map[uint32]uint32 // where each stands there

	fuel, stack, taint uint32 // indices of added globals
	namesData          bool   // the code names data segments
	scratch            scratch
}

// shift gives the new index of a function.
func (w *rewriter) shift(function uint32) uint32 {
	if function < w.imported {
		return function
	}
	return function + 1
}

// slice is the index of the added import.
func (w *rewriter) slice() uint32 { return w.imported }

func (w *rewriter) rewrite() (*Rewritten, error) {
	w.fuel = uint32(len(w.globals))
	w.stack, w.taint = w.fuel+1, w.fuel+2
	deep := w.deep()
	var code []byte
	if s, ok := w.section[sectionCode]; ok {
		code = make([]byte, 0, 2*(s.end-s.pos))
	}
	for i := range w.bodies {
		body, err := w.body(uint32(i), deep[i])
		if err != nil {
			return nil, err
		}
		code = append(appendU32(code, uint32(len(body))), body...)
	}
	sections, err := w.sections(code)
	if err != nil {
		return nil, err
	}
	length := 8
	for _, s := range sections {
		length += 6 + len(s.content)
	}
	out := append(make([]byte, 0, length), "\x00asm\x01\x00\x00\x00"...)
	for _, s := range sections {
		if s.content != nil {
			out = appendSection(out, s.id, s.content)
		}
	}
	w.out.Module = out
	w.out.Beside += globalBytes*int64(len(w.globals)) + elementBytes*int64(len(w.referred))
	return &w.out, nil
}

// written is one section of the new module.
type written struct {
	id      byte
	content []byte // nil: left out
}

// sections writes all sections in the order of the binary format.
func (w *rewriter) sections(code []byte) ([]written, error) {
	var problem error
	keep := func(content []byte, err error) []byte {
		if problem == nil {
			problem = err
		}
		return content
	}
	list := []written{
		{sectionImport, w.importSection()},
		{sectionFunction, w.functionSection()},
		{sectionTable, keep(w.tableSection())},
		{sectionMemory, keep(w.memorySection())},
		{sectionGlobal, keep(w.globalSection())},
		{sectionExport, w.exportSection()},
		{sectionElement, keep(w.elementSection())},
		{sectionDataCount, w.dataCountSection()},
		{sectionCode, w.codeSection(code)},
		{sectionData, keep(w.dataSection())},
		{sectionCustom, w.nameSection()},
	}
	// Types come last: the others add to them.
	return slices.Insert(list, 0, written{sectionType, w.typeSection()}), problem
}

// raw is a section as it is.
func (w *rewriter) raw(id byte) []byte {
	s, ok := w.section[id]
	if !ok {
		return nil
	}
	return s.reader.module[s.pos:s.end]
}

// added is the content of a counted section with items put at its end.
func (w *rewriter) added(id byte, items ...[]byte) []byte {
	var count uint32
	var rest []byte
	if s, ok := w.section[id]; ok {
		count = s.u32("number of items")
		rest = s.reader.module[s.pos:s.end]
	}
	if int(count)+len(items) == 0 {
		return nil
	}
	out := appendU32(nil, count+uint32(len(items)))
	return slices.Concat(append([][]byte{out, rest}, items...)...)
}

func (w *rewriter) typeSection() []byte { return w.added(sectionType, w.types...) }

// typeIndex is the index of a function type, which is added where it is missing.
func (w *rewriter) typeIndex(params, results []byte) uint32 {
	t := functionType{params, results}.bytes()
	if w.typeAt == nil {
		w.typeAt = make(map[string]uint32)
		for i, known := range w.signatures {
			w.typeAt[string(known.bytes())] = uint32(i)
		}
	}
	index, ok := w.typeAt[string(t)]
	if !ok {
		index = uint32(len(w.signatures))
		w.typeAt[string(t)] = index
		w.types = append(w.types, t)
		w.signatures = append(w.signatures, functionType{params, results})
	}
	return index
}

func (w *rewriter) importSection() []byte {
	item := appendName(appendName(nil, SliceModule), SliceName)
	item = appendU32(append(item, byte(ExportFunction)), w.typeIndex(nil, nil))
	return w.added(sectionImport, item)
}

func (w *rewriter) functionSection() []byte {
	var items [][]byte
	for _, h := range w.helpers {
		items = append(items, appendU32(nil, w.typeIndex(h.params(), nil)))
	}
	return w.added(sectionFunction, items...)
}

// codeSection takes the bodies, each with its length.
func (w *rewriter) codeSection(bodies []byte) []byte {
	count := len(w.bodies) + len(w.helpers)
	if count == 0 {
		return nil
	}
	out := append(appendU32(nil, uint32(count)), bodies...)
	for _, h := range w.helpers {
		out = append(appendU32(out, uint32(len(h.body))), h.body...)
	}
	return out
}

// exportSection exports what the module exports, its globals, and what was added.
func (w *rewriter) exportSection() []byte {
	var items [][]byte
	export := func(name string, kind ExportKind, index uint32) {
		items = append(items, appendU32(append(appendName(nil, name), byte(kind)), index))
	}
	for _, e := range w.exports {
		if e.Kind == ExportFunction {
			e.Index = w.shift(e.Index)
		}
		export(e.Name, e.Kind, e.Index)
	}
	for i, g := range w.globals {
		if g.mutable {
			name := fmt.Sprintf("%sglobal.%d", ReservedPrefix, i)
			w.out.Globals = append(w.out.Globals, name)
			export(name, ExportGlobal, uint32(i))
		}
	}
	export(ExportFuel, ExportGlobal, w.fuel)
	export(ExportStack, ExportGlobal, w.stack)
	export(ExportTaint, ExportGlobal, w.taint)
	if w.start >= 0 {
		export(ExportStart, ExportFunction, w.shift(uint32(w.start)))
	}
	return slices.Concat(append([][]byte{appendU32(nil, uint32(len(items)))}, items...)...)
}
