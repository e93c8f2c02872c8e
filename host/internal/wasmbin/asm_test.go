package wasmbin

import "strings"

// A small assembler. Modules are strings: header, then sections by sec and custom.

// u is an unsigned LEB128 number.
func u(n int) string { return string(appendU32(nil, uint32(n))) }

// name is a string with its length ahead.
func name(s string) string { return string(appendName(nil, s)) }

// vec is a vector with its count ahead.
func vec(items ...string) string { return u(len(items)) + strings.Join(items, "") }

// times is a vector of n equal items.
func times(n int, item string) string { return u(n) + strings.Repeat(item, n) }

// sig is a function type of so many parameters and results of type i32.
func sig(params, results int) string { return "\x60" + times(params, "\x7f") + times(results, "\x7f") }

// body is the body of a function without locals; code is without its end.
func body(code string) string { return name("\x00" + code + "\x0b") }

// funcs are the sections of functions of type 0 with those bodies, code as for body.
func funcs(code ...string) (declared, bodies string) {
	list := make([]string, len(code))
	for i, c := range code {
		list[i] = body(c)
	}
	return sec(sectionFunction, times(len(code), "\x00")), sec(sectionCode, vec(list...))
}

// run is a module of one function that takes and gives nothing, with those sections in their places besides.
func run(code string, between ...string) string {
	declared, bodies := funcs(code)
	return header + sec(sectionType, vec(sig(0, 0))) + declared + strings.Join(between, "") + bodies
}

// Sections.
var (
	voidType  = sec(sectionType, vec(sig(0, 0)))
	oneMemory = sec(sectionMemory, vec("\x00\x01"))
	oneTable  = sec(sectionTable, vec("\x70\x00\x01"))
)
