package wasmbin

import "fmt"

// module is what a rewrite needs to know of a module: its sections and index spaces.
type module struct {
	section map[byte]section // but the custom ones
	names   *section         // the custom section "name", nil where there is none

	signatures []functionType
	imported   uint32   // functions
	functions  []uint32 // type index of every function, the imported ones first
	tables     uint32   // how many
	globals    []global
	exports    []Export
	start      int64 // index of the start function, -1 where there is none
	bodies     []reader
	escaped    []bool   // whether a function, imported or not, can be called indirectly
	sparse     bool     // see Open.Ways
	callees    []callee // what is known of the own functions when one calls them
}

// callee is what the caller of a function must know.
type callee struct {
	calls bool  // it calls others
	loops bool  // it has loops
	way   int64 // what its code adds to the way to the next check, at most
}

type functionType struct{ params, results []byte }

// bytes is the type as it is written.
func (t functionType) bytes() []byte {
	b := append(appendU32([]byte{typeFunction}, uint32(len(t.params))), t.params...)
	return append(appendU32(b, uint32(len(t.results))), t.results...)
}

type global struct{ mutable bool }

// parse reads all of a module but what is in the bodies of its functions.
func parse(bytes []byte) (*module, error) {
	m := &module{section: make(map[byte]section), start: -1}
	for s, err := range sections(bytes) {
		if err != nil {
			return nil, err
		}
		r := s.reader
		switch s.id {
		case sectionCustom:
			if string(s.name) == "name" {
				m.names = &s
			}
			continue
		case sectionType:
			m.readTypes(&r)
		case sectionImport:
			m.readImports(&r)
		case sectionFunction:
			for n := r.u32("number of functions"); n > 0 && r.err == nil; n-- {
				m.functions = append(m.functions, r.u32("type index"))
			}
		case sectionTable:
			m.tables = r.u32("number of tables")
		case sectionGlobal:
			m.readGlobals(&r)
		case sectionExport:
			m.exports, r.err = readExports(r)
		case sectionStart:
			m.start = int64(r.u32("index of the start function"))
		case sectionCode:
			for n := r.u32("number of bodies"); n > 0 && r.err == nil; n-- {
				length := r.u32("length of a body")
				body := reader{module: r.module, pos: r.pos}
				r.bytes(length, "body")
				body.end = r.pos
				m.bodies = append(m.bodies, body)
			}
		}
		if r.err != nil {
			return nil, r.err
		}
		m.section[s.id] = s
	}
	if len(m.functions) != int(m.imported)+len(m.bodies) {
		return nil, &Error{Text: fmt.Sprintf("%d functions are declared, %d have a body",
			len(m.functions)-int(m.imported), len(m.bodies)), Err: ErrMalformed}
	}
	return m, m.findEscaped()
}

func (m *module) readTypes(r *reader) {
	for n := r.u32("number of types"); n > 0 && r.err == nil; n-- {
		if form := r.byte("form of a type"); form != 0x60 {
			r.fail(r.pos-1, ErrMalformed, "type of the form %#x, only functions are supported", form)
		}
		var t functionType
		t.params = r.bytes(r.u32("number of parameters"), "parameters")
		t.results = r.bytes(r.u32("number of results"), "results")
		m.signatures = append(m.signatures, t)
	}
}

func (m *module) readImports(r *reader) {
	for n := r.u32("number of imports"); n > 0 && r.err == nil; n-- {
		r.name("name of an imported module")
		name := r.name("name of an import")
		if kind := ExportKind(r.byte("kind of an import")); kind != ExportFunction {
			r.fail(r.pos-1, ErrMalformed, "import %q is a %s; only functions may be imported", name, kind)
		}
		m.functions = append(m.functions, r.u32("type index of an import"))
		m.imported++
	}
}

func (m *module) readGlobals(r *reader) {
	for n := r.u32("number of globals"); n > 0 && r.err == nil; n-- {
		at := r.pos
		number := r.valueType()
		g := global{mutable: r.mutability()}
		if g.mutable && !number {
			r.fail(at, ErrGlobal, "mutable global %d is a vector or a reference; only numbers can be set back", len(m.globals))
		}
		m.globals = append(m.globals, g)
		r.constant()
	}
}

// signature is the type of a function.
func (m *module) signature(function uint32) (functionType, bool) {
	if int(function) >= len(m.functions) || int(m.functions[function]) >= len(m.signatures) {
		return functionType{}, false
	}
	return m.signatures[m.functions[function]], true
}

// findEscaped marks the functions that a reference is made of outside of code: they can be called indirectly.
func (m *module) findEscaped() error {
	m.escaped = make([]bool, len(m.functions))
	mark := func(function uint32) uint32 {
		if int(function) < len(m.escaped) {
			m.escaped[function] = true
		}
		return function
	}
	if s, ok := m.section[sectionElement]; ok {
		if _, err := mapElements(s.reader, mark); err != nil {
			return err
		}
	}
	if s, ok := m.section[sectionGlobal]; ok {
		if _, err := mapGlobals(s.reader, mark); err != nil {
			return err
		}
	}
	return nil
}
