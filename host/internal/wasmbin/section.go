package wasmbin

import (
	"fmt"
	"iter"
	"unicode/utf8"
)

// Numbers of sections, see https://webassembly.github.io/spec/core/binary/modules.html#sections.
const (
	sectionCustom    = 0
	sectionType      = 1
	sectionImport    = 2
	sectionFunction  = 3
	sectionTable     = 4
	sectionMemory    = 5
	sectionGlobal    = 6
	sectionExport    = 7
	sectionStart     = 8
	sectionElement   = 9
	sectionCode      = 10
	sectionData      = 11
	sectionDataCount = 12
	sectionTag       = 13
)

// sectionOrder gives each section but the custom ones its place in a module, counted from 1.
var sectionOrder = [...]int{
	sectionType: 1, sectionImport: 2, sectionFunction: 3, sectionTable: 4, sectionMemory: 5, sectionTag: 6,
	sectionGlobal: 7, sectionExport: 8, sectionStart: 9, sectionElement: 10, sectionDataCount: 11, sectionCode: 12,
	sectionData: 13,
}

// section is one section of a module.
type section struct {
	id    byte
	name  []byte // of a custom section
	start int    // offset of the first byte, which is the id
	reader
}

// sections gives the sections of a module in their order, each with a reader of its content, and stops at the first
// error.
//
//	[ id ] [ u32 length ] [ content ]      content of id 0: [ name ] [ data ]
func sections(module []byte) iter.Seq2[section, error] {
	return func(yield func(section, error) bool) {
		r := reader{module: module, end: len(module)}
		if len(module) > MaxModule {
			r.fail(MaxModule, ErrLimit, "module of %d bytes, the most is %d", len(module), MaxModule)
		}
		r.header()
		last, count := 0, 0
		for r.err == nil && r.more() {
			s := section{start: r.pos}
			if count++; count > MaxSections {
				r.fail(s.start, ErrLimit, "more than %d sections", MaxSections)
				break
			}
			s.id = r.byte("id of a section")
			length := r.u32("length of a section")
			s.reader = reader{module: module, pos: r.pos}
			r.bytes(length, fmt.Sprintf("section %d", s.id))
			s.end = r.pos
			switch {
			case r.err != nil:
			case s.id == sectionCustom:
				s.name = s.reader.name("name of a custom section")
				r.err = s.err
			case int(s.id) >= len(sectionOrder):
				r.fail(s.start, ErrMalformed, "there is no section %d", s.id)
			case sectionOrder[s.id] <= last:
				r.fail(s.start, ErrMalformed, "section %d is repeated or not in its place", s.id)
			default:
				last = sectionOrder[s.id]
			}
			if r.err == nil && !yield(s, nil) {
				return
			}
		}
		if r.err != nil {
			yield(section{}, r.err)
		}
	}
}

// Section is the content of the custom section of that name, which stays part of the module, and whether there is one.
// The whole structure of the module is checked on the way; two sections of the name are an [ErrRepeated].
func Section(module []byte, name string) (data []byte, ok bool, err error) {
	for s, err := range sections(module) {
		switch {
		case err != nil:
			return nil, false, err
		case s.id != sectionCustom || string(s.name) != name:
			continue
		case ok:
			return nil, false, &Error{Offset: s.start, Text: fmt.Sprintf("second section %q", name), Err: ErrRepeated}
		}
		data, ok = module[s.pos:s.end:s.end], true
	}
	return data, ok, nil
}

// SetSection is a copy of the module in which one custom section, at the end, has that name, and all others of it are
// gone.
func SetSection(module []byte, name string, data []byte) ([]byte, error) {
	if !utf8.ValidString(name) {
		return nil, fmt.Errorf("name %q of a custom section: %w", name, ErrMalformed)
	}
	out := make([]byte, 0, len(module)+len(name)+len(data)+16)
	kept := 0 // offset behind what was copied or left out
	for s, err := range sections(module) {
		switch {
		case err != nil:
			return nil, err
		case s.id == sectionCustom && string(s.name) == name:
			out = append(out, module[kept:s.start]...)
			kept = s.end
		}
	}
	out = append(out, module[kept:]...)
	content := appendName(nil, name)
	content = append(content, data...)
	out = appendSection(out, sectionCustom, content)
	if len(out) > MaxModule {
		return nil, &Error{Offset: MaxModule, Err: ErrLimit,
			Text: fmt.Sprintf("with section %q the module takes %d bytes, the most is %d", name, len(out), MaxModule)}
	}
	return out, nil
}

func appendSection(b []byte, id byte, content []byte) []byte {
	b = appendU32(append(b, id), uint32(len(content)))
	return append(b, content...)
}

func appendName(b []byte, name string) []byte {
	return append(appendU32(b, uint32(len(name))), name...)
}

// appendU32 adds an unsigned LEB128 number in its shortest form.
func appendU32(b []byte, v uint32) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}
