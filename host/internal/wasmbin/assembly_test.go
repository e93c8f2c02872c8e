package wasmbin

import (
	"fmt"
	"strings"
)

// assembly is a module made by hand. It exports its own functions by their numbers, its memory as "memory" and its
// globals as "g0", "g1" and so on.
type assembly struct {
	types    []string // behind type 0, which takes and gives nothing
	imports  []string
	code     []function
	tables   []string
	memory   string // its limits; none: no memory
	globals  []string
	elements []string
	data     []string
	start    string
	names    string // content of the section behind its name
}

// function is one of an assembly.
type function struct {
	kind   int    // index of its type
	locals string // groups of locals, as vec gives them; "" for none
	code   string // without its end
}

// bytes is the module.
func (a assembly) bytes() []byte {
	var declared, bodies, exports []string
	for i, f := range a.code {
		locals := f.locals
		if locals == "" {
			locals = vec()
		}
		declared = append(declared, u(f.kind))
		bodies = append(bodies, name(locals+f.code+"\x0b"))
		exports = append(exports, name(fmt.Sprint(i))+"\x00"+u(len(a.imports)+i))
	}
	var memories []string
	if a.memory != "" {
		memories = []string{a.memory}
		exports = append(exports, name("memory")+"\x02\x00")
	}
	for i := range a.globals {
		exports = append(exports, name(fmt.Sprint("g", i))+"\x03"+u(i))
	}
	var out strings.Builder
	out.WriteString(header)
	put := func(id byte, items []string) {
		if len(items) > 0 {
			out.WriteString(sec(id, vec(items...)))
		}
	}
	put(sectionType, append([]string{sig(0, 0)}, a.types...))
	put(sectionImport, a.imports)
	put(sectionFunction, declared)
	put(sectionTable, a.tables)
	put(sectionMemory, memories)
	put(sectionGlobal, a.globals)
	put(sectionExport, exports)
	if a.start != "" {
		out.WriteString(sec(sectionStart, a.start))
	}
	put(sectionElement, a.elements)
	if len(a.data) > 0 {
		out.WriteString(sec(sectionDataCount, u(len(a.data))))
	}
	put(sectionCode, bodies)
	put(sectionData, a.data)
	if a.names != "" {
		out.WriteString(custom("name", a.names))
	}
	return []byte(out.String())
}

// Instructions. A code is a string of them.

func i32c(n int) string { return string(appendSigned([]byte{byte(opI32Const)}, int64(int32(n)))) }
func get(i int) string  { return "\x20" + u(i) }
func set(i int) string  { return "\x21" + u(i) }
func tee(i int) string  { return "\x22" + u(i) }
func br(l int) string   { return "\x0c" + u(l) }
func brIf(l int) string { return "\x0d" + u(l) }
func call(f int) string { return "\x10" + u(f) }

// brTable has the default last.
func brTable(labels ...int) string {
	out := "\x0e" + u(len(labels)-1)
	for _, l := range labels {
		out += u(l)
	}
	return out
}

// within, loop and when are a block, a loop and an if without values.
func within(code ...string) string { return "\x02\x40" + strings.Join(code, "") + "\x0b" }
func loop(code ...string) string   { return "\x03\x40" + strings.Join(code, "") + "\x0b" }
func when(code ...string) string   { return "\x04\x40" + strings.Join(code, "") + "\x0b" }

const (
	drop     = "\x1a"
	ret      = "\x0f"
	trap     = "\x00"
	add      = "\x6a"
	sub      = "\x6b"
	i32      = "\x7f"
	memFill  = "\xfc\x0b\x00"
	memCopy  = "\xfc\x0a\x00\x00"
	memGrow  = "\x40\x00"
	noLimit  = "\x00"
	external = "\x6f"
	funcref  = "\x70"
)
