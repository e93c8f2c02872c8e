package frame

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/vmihailenco/msgpack/v5"

	"skep/host/internal/service"
)

// reader takes hostile MessagePack apart. Nothing is allocated by what a frame merely announces: a length is checked
// against the bytes that are left, and strings are parts of the frame. Every error wraps service.ErrGuestProtocol.
type reader struct {
	frame []byte
	src   bytes.Reader
	dec   msgpack.Decoder
	keys  []span // of the maps that are being read, the innermost last
}

// span is a piece of the frame.
type span struct{ start, end uint32 }

// reset begins to read a frame.
func (r *reader) reset(frame []byte) {
	r.frame = frame
	r.src.Reset(frame)
	r.dec.Reset(&r.src)
	r.keys = emptied(r.keys)
}

// at is the place of the next byte.
func (r *reader) at() int { return len(r.frame) - r.src.Len() }

// broken is the error for what is wrong at the next byte.
func (r *reader) broken(what string) error {
	return fmt.Errorf("%w: %s at byte %d", service.ErrGuestProtocol, what, r.at())
}

// short is the error for a frame that ends within a value.
func (r *reader) short() error { return r.broken("a value that is cut off") }

// class is the sort of a value, as its first byte tells.
type class uint8

// Zero is no class: the end of the frame, the unused byte 0xc1 or an extension.
const (
	classNil class = iota + 1
	classBool
	classInt
	classFloat
	classStr
	classBin
	classArray
	classMap
)

var classNames = [...]string{
	0:          "the end or an extension type",
	classNil:   "nil",
	classBool:  "a boolean",
	classInt:   "an integer",
	classFloat: "a float",
	classStr:   "a string",
	classBin:   "a byte string",
	classArray: "an array",
	classMap:   "a map",
}

func (c class) String() string { return classNames[c] }

// peek tells the next value's class and first byte.
func (r *reader) peek() (class, byte) {
	at := r.at()
	if at == len(r.frame) {
		return 0, 0
	}
	return classOf(r.frame[at]), r.frame[at]
}

// classOf is the class of a value that begins with a byte.
func classOf(c byte) class {
	switch {
	case c < 0x80, c >= 0xe0, c >= 0xcc && c <= 0xd3:
		return classInt
	case c < 0x90, c == 0xde, c == 0xdf:
		return classMap
	case c < 0xa0, c == 0xdc, c == 0xdd:
		return classArray
	case c < 0xc0, c >= 0xd9 && c <= 0xdb:
		return classStr
	case c == 0xc0:
		return classNil
	case c == 0xc2, c == 0xc3:
		return classBool
	case c >= 0xc4 && c <= 0xc6:
		return classBin
	case c == 0xca, c == 0xcb:
		return classFloat
	default:
		return 0
	}
}

// next is peek without the byte.
func (r *reader) next() class {
	c, _ := r.peek()
	return c
}

// want is nil when the next value is of that class; the error says what should stand there.
func (r *reader) want(c class, what string) error {
	if got := r.next(); got != c {
		return r.broken(what + " is " + got.String() + " instead of " + c.String())
	}
	return nil
}

// null takes nil.
func (r *reader) null() error {
	if r.dec.DecodeNil() != nil {
		return r.short()
	}
	return nil
}

// boolean takes a boolean.
func (r *reader) boolean() (bool, error) {
	v, err := r.dec.DecodeBool()
	if err != nil {
		return false, r.short()
	}
	return v, nil
}

// integer takes an integer of any width. A negative one is given as its two's complement.
func (r *reader) integer() (u uint64, negative bool, err error) {
	_, c := r.peek()
	if c < 0x80 || c >= 0xcc && c <= 0xcf {
		u, err = r.dec.DecodeUint64()
	} else {
		var i int64
		i, err = r.dec.DecodeInt64()
		u, negative = uint64(i), i < 0
	}
	if err != nil {
		return 0, false, r.short()
	}
	return u, negative, nil
}

// float takes a float of 32 or 64 bits.
func (r *reader) float() (float64, error) {
	v, err := r.dec.DecodeFloat64()
	if err != nil {
		return 0, r.short()
	}
	return v, nil
}

// raw takes a string or a byte string, without a look at its text. It is part of the frame.
func (r *reader) raw() ([]byte, error) {
	n, err := r.dec.DecodeBytesLen()
	if err != nil || n > r.src.Len() {
		return nil, r.short()
	}
	start := r.at()
	r.src.Seek(int64(n), io.SeekCurrent)
	return r.frame[start : start+n : start+n], nil
}

// str takes a string. It is part of the frame.
func (r *reader) str(what string) ([]byte, error) {
	if err := r.want(classStr, what); err != nil {
		return nil, err
	}
	s, err := r.raw()
	if err == nil && !utf8.Valid(s) {
		err = r.broken(what + " is not UTF-8, which ends")
	}
	return s, err
}

// array takes the head of an array of n values, which follow.
func (r *reader) array(what string) (n int, err error) {
	if err := r.want(classArray, what); err != nil {
		return 0, err
	}
	if n, err = r.dec.DecodeArrayLen(); err != nil || n > r.src.Len() {
		return 0, r.short()
	}
	return n, nil
}

// object takes the head of a map of n pairs, which follow.
func (r *reader) object(what string) (n int, err error) {
	if err := r.want(classMap, what); err != nil {
		return 0, err
	}
	if n, err = r.dec.DecodeMapLen(); err != nil || n > r.src.Len()/2 {
		return 0, r.short()
	}
	return n, nil
}

// end makes sure that the frame is at its end.
func (r *reader) end() error {
	if r.src.Len() > 0 {
		return r.broken("bytes behind the result")
	}
	return nil
}
