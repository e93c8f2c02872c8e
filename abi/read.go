package abi

import (
	"encoding/binary"
	"math"
	"unicode/utf8"
)

// The Read functions take one value from the front of a slice and return it with what follows. They accept every width
// that MessagePack has for a type, not only the shortest. A length is never believed beyond the bytes that are left, so
// nothing is allocated by what a frame merely announces. After an error the rest is not defined.

// Type is the sort of a value, as its first byte tells.
type Type uint8

// Types of values. Zero is no type: an empty slice, the unused byte 0xc1 or an extension.
const (
	TypeNil Type = iota + 1
	TypeBool
	TypeInt
	TypeFloat
	TypeString
	TypeBytes
	TypeArray
	TypeMap
)

// TypeOf tells the type of the value at the front.
func TypeOf(b []byte) Type {
	if len(b) == 0 {
		return 0
	}
	switch c := b[0]; {
	case c < 0x80 || c >= 0xe0 || c >= 0xcc && c <= 0xd3:
		return TypeInt
	case c < 0x90 || c == 0xde || c == 0xdf:
		return TypeMap
	case c < 0xa0 || c == 0xdc || c == 0xdd:
		return TypeArray
	case c < 0xc0 || c >= 0xd9 && c <= 0xdb:
		return TypeString
	case c == 0xc0:
		return TypeNil
	case c == 0xc2 || c == 0xc3:
		return TypeBool
	case c >= 0xc4 && c <= 0xc6:
		return TypeBytes
	case c == 0xca || c == 0xcb:
		return TypeFloat
	}
	return 0
}

// number reads the big-endian number of size bytes behind the first byte.
func number(b []byte, size int) (uint64, []byte, error) {
	if len(b) < 1+size {
		return 0, nil, ErrShort
	}
	var v uint64
	for _, c := range b[1 : 1+size] {
		v = v<<8 | uint64(c)
	}
	return v, b[1+size:], nil
}

// mismatch is the error for a first byte that does not start the wanted type.
func mismatch(b []byte) error {
	switch {
	case len(b) == 0:
		return ErrShort
	case TypeOf(b) == 0:
		return ErrFormat
	}
	return ErrType
}

// ReadNil takes nil.
func ReadNil(b []byte) (rest []byte, err error) {
	if TypeOf(b) != TypeNil {
		return nil, mismatch(b)
	}
	return b[1:], nil
}

// ReadBool takes a boolean.
func ReadBool(b []byte) (v bool, rest []byte, err error) {
	if TypeOf(b) != TypeBool {
		return false, nil, mismatch(b)
	}
	return b[0] == 0xc3, b[1:], nil
}

// ReadInt takes an integer of any width; one above the range of int64 is ErrRange.
func ReadInt(b []byte) (v int64, rest []byte, err error) {
	u, negative, rest, err := readInteger(b)
	if err != nil {
		return 0, nil, err
	}
	if !negative && u > math.MaxInt64 {
		return 0, nil, ErrRange
	}
	return int64(u), rest, nil
}

// ReadUint takes an integer of any width; a negative one is ErrRange.
func ReadUint(b []byte) (v uint64, rest []byte, err error) {
	u, negative, rest, err := readInteger(b)
	if err != nil {
		return 0, nil, err
	}
	if negative {
		return 0, nil, ErrRange
	}
	return u, rest, nil
}

// readInteger gives the two's complement of a negative integer.
func readInteger(b []byte) (u uint64, negative bool, rest []byte, err error) {
	if TypeOf(b) != TypeInt {
		return 0, false, nil, mismatch(b)
	}
	c := b[0]
	switch {
	case c < 0x80:
		return uint64(c), false, b[1:], nil
	case c >= 0xe0:
		return uint64(int64(int8(c))), true, b[1:], nil
	case c <= 0xcf:
		u, rest, err = number(b, 1<<(c-0xcc))
		return u, false, rest, err
	}
	size := 1 << (c - 0xd0)
	if u, rest, err = number(b, size); err != nil {
		return 0, false, nil, err
	}
	shift := uint(64 - 8*size)
	i := int64(u<<shift) >> shift
	return uint64(i), i < 0, rest, nil
}

// ReadFloat takes a number: a float of either width, or an integer, which becomes the nearest float.
func ReadFloat(b []byte) (v float64, rest []byte, err error) {
	switch TypeOf(b) {
	case TypeFloat:
		if b[0] == 0xca {
			u, rest, err := number(b, 4)
			return float64(math.Float32frombits(uint32(u))), rest, err
		}
		if len(b) < 9 {
			return 0, nil, ErrShort
		}
		return math.Float64frombits(binary.BigEndian.Uint64(b[1:])), b[9:], nil
	case TypeInt:
		u, negative, rest, err := readInteger(b)
		if negative {
			return float64(int64(u)), rest, err
		}
		return float64(u), rest, err
	}
	return 0, nil, mismatch(b)
}

// ReadString takes a string. The result is a copy.
func ReadString(b []byte) (v string, rest []byte, err error) {
	s, rest, err := ReadStringBytes(b)
	return string(s), rest, err
}

// ReadStringBytes takes a string. The result is part of b.
func ReadStringBytes(b []byte) (v, rest []byte, err error) {
	if TypeOf(b) != TypeString {
		return nil, nil, mismatch(b)
	}
	if c := b[0]; c < 0xc0 {
		v, rest, err = split(b[1:], uint64(c&0x1f))
	} else {
		v, rest, err = sized(b, 1<<(c-0xd9))
	}
	if err == nil && !utf8.Valid(v) {
		return nil, nil, ErrUTF8
	}
	return v, rest, err
}

// ReadBytes takes a byte string. The result is part of b.
func ReadBytes(b []byte) (v, rest []byte, err error) {
	if TypeOf(b) != TypeBytes {
		return nil, nil, mismatch(b)
	}
	return sized(b, 1<<(b[0]-0xc4))
}

// sized takes the bytes whose length stands in size bytes behind the first byte.
func sized(b []byte, size int) (v, rest []byte, err error) {
	n, rest, err := number(b, size)
	if err != nil {
		return nil, nil, err
	}
	return split(rest, n)
}

func split(b []byte, n uint64) (head, tail []byte, err error) {
	if n > uint64(len(b)) {
		return nil, nil, ErrShort
	}
	return b[:n:n], b[n:], nil
}

// ReadArrayHeader takes the head of an array of n values, which are in rest.
func ReadArrayHeader(b []byte) (n int, rest []byte, err error) {
	if TypeOf(b) != TypeArray {
		return 0, nil, mismatch(b)
	}
	return container(b, 0xdc, 1)
}

// ReadMapHeader takes the head of a map of n pairs, which are in rest.
func ReadMapHeader(b []byte) (n int, rest []byte, err error) {
	if TypeOf(b) != TypeMap {
		return 0, nil, mismatch(b)
	}
	return container(b, 0xde, 2)
}

// container reads the count of an array or a map; sixteen is the code of its form with 16 bits. Each item takes at
// least width bytes.
func container(b []byte, sixteen byte, width uint64) (n int, rest []byte, err error) {
	count := uint64(b[0] & 0x0f)
	rest = b[1:]
	if b[0] >= 0xc0 {
		if count, rest, err = number(b, 2<<(b[0]-sixteen)); err != nil {
			return 0, nil, err
		}
	}
	if count*width > uint64(len(rest)) {
		return 0, nil, ErrShort
	}
	return int(count), rest, nil
}

// Skip passes over one value of any type and all that lies in it. It checks what it passes over: strings are UTF-8,
// keys of maps are strings, floats are finite, nothing is nested deeper than [MaxDepth], there are no extension types.
// It does not look for repeated keys.
func Skip(b []byte) (rest []byte, err error) { return skip(b, MaxDepth) }

func skip(b []byte, depth int) (rest []byte, err error) {
	switch TypeOf(b) {
	case TypeNil, TypeBool:
		return b[1:], nil
	case TypeInt:
		_, _, rest, err = readInteger(b)
		return rest, err
	case TypeFloat:
		v, rest, err := ReadFloat(b)
		if err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
			err = ErrRange
		}
		return rest, err
	case TypeString:
		_, rest, err = ReadStringBytes(b)
		return rest, err
	case TypeBytes:
		_, rest, err = ReadBytes(b)
		return rest, err
	case TypeArray:
		n, rest, err := ReadArrayHeader(b)
		return skipItems(rest, n, false, depth, err)
	case TypeMap:
		n, rest, err := ReadMapHeader(b)
		return skipItems(rest, n, true, depth, err)
	}
	return nil, mismatch(b)
}

// skipItems passes over n values, each behind its key where they are keyed. The values that are met most are passed over
// here: calls are what costs in WebAssembly.
func skipItems(b []byte, n int, keyed bool, depth int, err error) ([]byte, error) {
	if err == nil && depth == 0 {
		err = ErrDepth
	}
	for ; n > 0 && err == nil; n-- {
		if keyed {
			if size := shortASCII(b); size > 0 {
				b = b[size:]
			} else if _, b, err = ReadStringBytes(b); err != nil {
				break
			}
		}
		if len(b) == 0 {
			return nil, ErrShort
		}
		switch c := b[0]; {
		case c < 0x80, c >= 0xe0, c == 0xc0, c == 0xc2, c == 0xc3: // small integers, nil, booleans
			b = b[1:]
		case c == 0xcb && len(b) >= 9 && !(b[1]&0x7f == 0x7f && b[2] >= 0xf0): // a finite float
			b = b[9:]
		default:
			if size := shortASCII(b); size > 0 {
				b = b[size:]
			} else {
				b, err = skip(b, depth-1)
			}
		}
	}
	return b, err
}

// shortASCII is the size of the value at the front if that is a string of less than 32 bytes, all of them ASCII, else 0.
//
//	[ a0..bf ] then the bytes
func shortASCII(b []byte) int {
	if len(b) == 0 || b[0]&0xe0 != 0xa0 {
		return 0
	}
	size := 1 + int(b[0]&0x1f)
	if size > len(b) {
		return 0
	}
	for _, c := range b[1:size] {
		if c >= 0x80 {
			return 0
		}
	}
	return size
}
