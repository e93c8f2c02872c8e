package wasmbin

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// reader takes values out of a range of a module. After the first error, which stays in err, it is at its end and
// gives zero values.
type reader struct {
	module   []byte
	pos, end int // the range, as offsets in the module
	err      error
}

// more says whether there is anything left to read.
func (r *reader) more() bool { return r.pos < r.end }

// fail records an error at an offset, unless there is one already.
func (r *reader) fail(offset int, sentinel error, format string, args ...any) {
	if r.err == nil {
		r.err = &Error{Offset: offset, Text: fmt.Sprintf(format, args...), Err: sentinel}
		r.pos = r.end
	}
}

// unsupported fails for something that belongs to a proposal beyond the 2.0 core.
func (r *reader) unsupported(offset int, proposal, format string, args ...any) {
	r.fail(offset, ErrFeature, format+" belongs to the %s proposal, which is not supported", append(args, proposal)...)
}

// bytes takes n bytes, which stay part of the module; what names them in an error.
func (r *reader) bytes(n uint32, what string) []byte {
	if uint64(n) > uint64(r.end-r.pos) {
		r.fail(r.pos, ErrMalformed, "%s of %d bytes, and %d are left", what, n, r.end-r.pos)
		return nil
	}
	b := r.module[r.pos : r.pos+int(n) : r.pos+int(n)]
	r.pos += int(n)
	return b
}

func (r *reader) byte(what string) byte {
	if !r.more() {
		r.fail(r.pos, ErrMalformed, "%s is missing", what)
		return 0
	}
	r.pos++
	return r.module[r.pos-1]
}

// u32 takes an unsigned LEB128 number of 32 bits.
func (r *reader) u32(what string) uint32 {
	if r.pos < r.end && r.module[r.pos] < 0x80 { // most are of one byte
		r.pos++
		return uint32(r.module[r.pos-1])
	}
	return uint32(r.unsigned(32, what))
}

// unsigned takes an unsigned LEB128 number: at most ⌈bits/7⌉ bytes, the unused bits of the last one zero.
//
//	[ 1 | 7 bits ]  [ 1 | 7 bits ]  …  [ 0 | 7 bits ]    least significant group first
func (r *reader) unsigned(bits int, what string) uint64 {
	start := r.pos
	var v uint64
	for shift := 0; shift < bits; shift += 7 {
		b := r.byte(what)
		if left := bits - shift; left < 7 && b>>left != 0 {
			break
		}
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return v
		}
	}
	r.fail(start, ErrMalformed, "%s is no LEB128 number of %d bits", what, bits)
	return 0
}

// skipSigned passes over a signed LEB128 number: at most ⌈bits/7⌉ bytes, the unused bits of the last one equal to the
// sign.
func (r *reader) skipSigned(bits int, what string) {
	if r.pos < r.end && r.module[r.pos] < 0x80 { // most are of one byte
		r.pos++
		return
	}
	start := r.pos
	for shift := 0; shift < bits; shift += 7 {
		b := r.byte(what)
		if left := bits - shift; left < 7 {
			if sign := int8(b<<1) >> left; b >= 0x80 || sign != 0 && sign != -1 {
				break
			}
		}
		if b < 0x80 {
			return
		}
	}
	r.fail(start, ErrMalformed, "%s is no signed LEB128 number of %d bits", what, bits)
}

// name takes a string, which stays part of the module.
//
//	[ u32 length ] [ UTF-8 ]
func (r *reader) name(what string) []byte {
	start := r.pos
	b := r.bytes(r.u32("length of "+what), what)
	if !utf8.Valid(b) {
		r.fail(start, ErrMalformed, "%s is not UTF-8", what)
		return nil
	}
	return b
}

// header takes the first eight bytes.
//
//	[ 00 61 73 6d ] [ 01 00 00 00 ]
func (r *reader) header() {
	magic := r.module[:min(4, len(r.module))]
	if !bytes.Equal(magic, []byte("\x00asm")) {
		r.fail(0, ErrMalformed, `the file does not begin with "\0asm": it is no WebAssembly binary`)
		return
	}
	switch version := r.module[4:min(8, len(r.module))]; {
	case bytes.Equal(version, []byte{13, 0, 1, 0}):
		r.fail(4, ErrFeature, "the file is a component; only core modules can be hosted")
	case !bytes.Equal(version, []byte{1, 0, 0, 0}):
		r.fail(4, ErrMalformed, "version is % x, and only 01 00 00 00 is known", version)
	}
	r.pos = min(8, r.end)
}
