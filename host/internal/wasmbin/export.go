package wasmbin

import "slices"

// ExportKind is what an export is.
type ExportKind byte

// Kinds of exports, with their numbers in the binary format.
const (
	ExportFunction ExportKind = 0
	ExportTable    ExportKind = 1
	ExportMemory   ExportKind = 2
	ExportGlobal   ExportKind = 3
	ExportTag      ExportKind = 4
)

var exportKindNames = [...]string{"function", "table", "memory", "global", "tag"}

// String is the kind's name in the text format, function for func.
func (k ExportKind) String() string {
	if int(k) < len(exportKindNames) {
		return exportKindNames[k]
	}
	return "unknown"
}

// Export is one export of a module.
type Export struct {
	Name  string
	Kind  ExportKind
	Index uint32 // in the index space of the kind
}

// Exports are the exports of a module in their order. The whole structure of the module is checked on the way.
func Exports(module []byte) ([]Export, error) {
	var list []Export
	for s, err := range sections(module) {
		if err == nil && s.id == sectionExport {
			list, err = readExports(s.reader)
		}
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// exportEntry takes one export.
//
//	[ name ] [ kind ] [ u32 index ]
func (r *reader) exportEntry() Export {
	e := Export{Name: string(r.name("name of an export")), Kind: ExportKind(r.byte("kind of an export"))}
	if e.Kind > ExportTag {
		r.fail(r.pos-1, ErrMalformed, "export %.40q has the unknown kind %d", e.Name, e.Kind)
	}
	e.Index = r.u32("index of an export")
	return e
}

// readExports reads an export section.
//
//	[ u32 count ] count × export
func readExports(r reader) ([]Export, error) {
	start := r.pos
	count := r.u32("number of exports")
	if count > MaxExports {
		r.fail(start, ErrLimit, "%d exports, the most is %d", count, MaxExports)
	}
	var list []Export
	for ; count > 0 && r.err == nil; count-- {
		list = append(list, r.exportEntry())
	}
	r.finish("exports")
	return slices.Clip(list), r.err
}

// finish fails unless everything is read.
func (r *reader) finish(what string) {
	if r.more() {
		r.fail(r.pos, ErrMalformed, "%d bytes follow the %s in their section", r.end-r.pos, what)
	}
}
