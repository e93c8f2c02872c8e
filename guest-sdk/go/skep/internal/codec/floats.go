package codec

import (
	"encoding/binary"
	"math"
	"math/bits"

	"skep/abi"
)

// Name is a name with its key as words, which are compared at once.
type Name struct {
	Text  string
	size  uint8     // of the key, as it is encoded; 0: it is longer than what is compared so
	words [4]uint64 // the key
	masks [4]uint64 // which of the bytes count
}

// NewName prepares a name.
func NewName(text string) Name {
	n := Name{Text: text}
	key := abi.AppendString(nil, text)
	if len(key) >= 32 {
		return n
	}
	n.size = uint8(len(key))
	for i, c := range key {
		n.words[i/8] |= uint64(c) << (i % 8 * 8)
		n.masks[i/8] |= 0xff << (i % 8 * 8)
	}
	return n
}

// window is how many bytes of a map are looked at together: a key of Name, and a number.
const window = 48

// Floats reads numbers from a MessagePack map into the front of a slice, as long as its next keys are those names in that
// order, and says how many it has read; what remains is for [Cursor.Lookup].
func (c *Cursor) Floats(raw []byte, into []float64, names []Name) int {
	if len(raw) == 0 {
		return 0
	}
	if c.first != &raw[0] {
		if raw[0] == 0xde && len(raw) >= 3 { // enter, without a call
			c.first, c.begin, c.pairs = &raw[0], 3, int(raw[1])<<8|int(raw[2])
			c.next, c.left = c.begin, c.pairs
		} else {
			c.enter(raw)
		}
	}
	// How many pairs there are is known: what follows them may be looked at.
	n, rest := floats(raw[c.next:cap(raw)], into, names[:min(c.left, len(names))])
	c.next, c.left = cap(raw)-rest, c.left-n
	return n
}

// floats reads the values of keys that have those names, and says how many it has read and how many bytes remain. A
// record has its features in the order of the model as a rule, and then this is all that it costs to read them. What a
// guest in Go pays for are calls, bounds that must be checked, and above all branches that are taken: the usual turn of
// the loop has no other than its own.
func floats(b []byte, into []float64, names []Name) (n, rest int) {
	into = into[:len(names)]
	for n < len(names) && len(b) >= window {
		name := &names[n]
		size := int(name.size & 31)
		pair := (*[window]byte)(b)
		if (binary.LittleEndian.Uint64(pair[:])^name.words[0])&name.masks[0] != 0 {
			break
		}
		first, number := pair[size], bits.ReverseBytes64(binary.LittleEndian.Uint64(pair[size+1:]))
		if first == 0xcb && size > 0 && size <= 8 {
			into[n] = math.Float64frombits(number)
			b = b[size+9:]
			n++
			continue
		}
		if size == 0 || (binary.LittleEndian.Uint64(pair[8:])^name.words[1])&name.masks[1]|
			(binary.LittleEndian.Uint64(pair[16:])^name.words[2])&name.masks[2]|
			(binary.LittleEndian.Uint64(pair[24:])^name.words[3])&name.masks[3] != 0 {
			break
		}
		width := 1 << (first & 3) // of an integer
		if first == 0xcb {
			into[n] = math.Float64frombits(number)
			width = 8
		} else if small := int8(first); small >= -32 {
			into[n] = float64(small)
			width = 0
		} else if first >= 0xcc && first <= 0xcf {
			into[n] = float64(number >> (uint(64-8*width) & 63))
		} else if first >= 0xd0 && first <= 0xd3 {
			into[n] = float64(int64(number) >> (uint(64-8*width) & 63))
		} else {
			break
		}
		b = b[size+1+width:]
		n++
	}
	return n, len(b)
}

// Float reads a number that is the next value of the map, as most are; ok is false where it has to be looked for, or is
// written in another way than a float or a small integer. The cursor may be nil.
func (c *Cursor) Float(raw []byte, name string) (v float64, ok bool) {
	if c == nil || len(raw) == 0 {
		return 0, false
	}
	if c.first != &raw[0] {
		c.enter(raw)
	}
	b, n := raw[c.next:cap(raw)], len(name)
	if c.left == 0 || len(b) < window || n > 16 {
		return 0, false
	}
	pair := (*[window]byte)(b)
	if pair[0] != 0xa0|byte(n) {
		return 0, false
	}
	key := binary.LittleEndian.Uint64(pair[1:])
	if n < 4 {
		if n > 0 && (byte(key) != name[0] || pair[1+n/2] != name[n/2] || pair[n] != name[n-1]) {
			return 0, false
		}
	} else if n <= 8 {
		if uint32(key) != Word32(name) || binary.LittleEndian.Uint32(pair[n-3:]) != Word32(name[n-4:]) {
			return 0, false
		}
	} else if key != Word64(name) || binary.LittleEndian.Uint64(pair[n-7:]) != Word64(name[n-8:]) {
		return 0, false
	}
	first := pair[n+1]
	if first == 0xcb {
		c.next += n + 10
		c.left--
		return math.Float64frombits(bits.ReverseBytes64(binary.LittleEndian.Uint64(pair[n+2:]))), true
	}
	if small := int8(first); small >= -32 {
		c.next += n + 2
		c.left--
		return float64(small), true
	}
	return 0, false
}

// Word32 is the first four bytes of a text as one number, which reads in one instruction.
func Word32(s string) uint32 {
	s = s[:4]
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

// Word64 is the first eight.
func Word64(s string) uint64 {
	s = s[:8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
