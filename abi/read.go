package abi

import (
	"encoding/binary"
	"math"
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
	if len(b) >= 9 && b[0] == 0xcb { // most are
		return math.Float64frombits(binary.BigEndian.Uint64(b[1:])), b[9:], nil
	}
	switch TypeOf(b) {
	case TypeFloat:
		if b[0] == 0xca {
			u, rest, err := number(b, 4)
			return float64(math.Float32frombits(uint32(u))), rest, err
		}
		return 0, nil, ErrShort
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
	if err == nil && !validText(v, 0, len(v)) {
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
func Skip(b []byte) (rest []byte, err error) {
	end, err := skip(b, 0, 1, false, MaxDepth)
	if err != nil {
		return nil, err
	}
	return b[end:], nil
}

// skip passes over n values from index i on and gives the index behind them; where they are keyed, every other one is
// a key. Containers may be opened depth levels deep. It does in one place what the Read functions do, and in the order
// of what is met most: in a guest it is half of the work for a request, and calls and branches are what costs there.
func skip(b []byte, i, n int, keyed bool, depth int) (int, error) {
	for ; n > 0; n-- {
		if i >= len(b) {
			return 0, ErrShort
		}
		c := b[i]
		if keyed && n&1 == 0 && c&0xe0 != 0xa0 && (c < 0xd9 || c > 0xdb) {
			return 0, mismatch(b[i:])
		}
		i++
		size, text := int(c&0x1f), true
		switch {
		case c&0xe0 == 0xa0: // a short string
		case c < 0x80 || c >= 0xe0: // a small integer
			continue
		case c == 0xcb && len(b)-i >= 8:
			if b[i]&0x7f == 0x7f && b[i+1] >= 0xf0 { // not a finite float
				return 0, ErrRange
			}
			i += 8
			continue
		case c == 0xd9 && i < len(b):
			size = int(b[i])
			i++
		case c >= 0xcc && c <= 0xd3: // an integer of 1, 2, 4 or 8 bytes
			size, text = 1<<(c&3), false
		case c < 0xa0: // a small map or array
			size &= 0x0f
			fallthrough
		case c >= 0xdc:
			var err error
			if i, err = skipContainer(b, i, c, size, depth); err != nil {
				return 0, err
			}
			continue
		default:
			var err error
			if size, i, err = headed(b, i, c); err != nil {
				return 0, err
			}
			text = c >= 0xd9
		}
		if size > len(b)-i {
			return 0, ErrShort
		}
		if text && !validText(b, i, size) {
			return 0, ErrUTF8
		}
		i += size
	}
	return i, nil
}

// skipContainer passes over a map or an array with the first byte c, whose count is small unless it follows.
func skipContainer(b []byte, i int, c byte, small, depth int) (int, error) {
	count, keyed := uint64(small), c < 0x90 || c >= 0xde
	if c >= 0xdc {
		var rest []byte
		var err error
		if count, rest, err = number(b[i-1:], 2<<(c&1)); err != nil {
			return 0, err
		}
		i = len(b) - len(rest)
	}
	if keyed {
		count *= 2
	}
	switch {
	case count > uint64(len(b)-i):
		return 0, ErrShort
	case depth == 0:
		return 0, ErrDepth
	}
	return skip(b, i, int(count), keyed, depth-1)
}

// headed gives what follows the first byte c, where skip does not know that itself, and where it begins: how many bytes,
// be they the text of a string or not. A float must be finite.
//
//	[ c0..cb | d4..db ]
func headed(b []byte, i int, c byte) (size, at int, err error) {
	switch {
	case c == 0xc0 || c == 0xc2 || c == 0xc3:
		return 0, i, nil
	case c == 0xca || c == 0xcb:
		v, rest, err := ReadFloat(b[i-1:])
		if err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
			err = ErrRange
		}
		return 0, len(b) - len(rest), err
	}
	width := 0 // of the length that follows
	switch {
	case c >= 0xc4 && c <= 0xc6:
		width = 1 << (c - 0xc4)
	case c >= 0xd9 && c <= 0xdb:
		width = 1 << (c - 0xd9)
	default:
		return 0, 0, ErrFormat
	}
	n, rest, err := number(b[i-1:], width)
	if err == nil && n > uint64(len(rest)) {
		err = ErrShort
	}
	return int(n), len(b) - len(rest), err
}
