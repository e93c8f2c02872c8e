package codec

import "skep/abi"

// The functions of this file walk over values that a host has checked, so they do not check again. Bytes that are no
// such values give wrong answers, never a panic.

// Cursor remembers where in which map the last key was found: handlers ask for keys in the order in which clients send
// them, and the next one is then found at once. The zero Cursor remembers nothing. It must not outlive the bytes that it
// has seen, and is for one goroutine.
type Cursor struct {
	first      *byte // of the map; nil: there is none
	begin      int   // where its first pair is
	pairs      int
	next, left int // where the next pair is, and how many there are from there
}

// Lookup finds the value of a key in a MessagePack map, nil where there is none and where raw is empty. The cursor may be
// nil.
func (c *Cursor) Lookup(raw []byte, name string) (value []byte) {
	if len(raw) == 0 {
		return nil
	}
	if c == nil {
		i, pairs := begin(raw)
		value, _, _ = lookup(raw, i, pairs, name)
		return value
	}
	if c.first != &raw[0] {
		c.enter(raw)
	}
	next, left := c.next, c.left
	if value, c.next, c.left = lookup(raw, next, left, name); value != nil || left == c.pairs {
		return value
	}
	value, c.next, c.left = lookup(raw, c.begin, c.pairs, name) // it stands before the last one, or nowhere
	return value
}

// Len is the length of the map that raw begins with, all of raw where there is none. It is known when the last value was
// found there that the map has. The cursor may be nil.
func (c *Cursor) Len(raw []byte) int {
	if len(raw) == 0 {
		return 0
	}
	if c != nil && c.first == &raw[0] && c.left == 0 {
		return c.next
	}
	if n := abi.Next(raw, 0); n >= 0 {
		return n
	}
	return len(raw)
}

// enter goes to the begin of a map, of which there is a byte at least.
func (c *Cursor) enter(raw []byte) {
	c.first = &raw[0]
	c.begin, c.pairs = begin(raw)
	c.next, c.left = c.begin, c.pairs
}

// Lookup is [Cursor.Lookup] without one.
func Lookup(raw []byte, name string) (value []byte) { return (*Cursor)(nil).Lookup(raw, name) }

// begin is where the first pair of a map is, and how many there are.
func begin(raw []byte) (i, pairs int) {
	if raw[0]&0xf0 == 0x80 { // less than 16
		return 1, int(raw[0] & 0x0f)
	}
	if raw[0] == 0xde && len(raw) >= 3 {
		return 3, int(raw[1])<<8 | int(raw[2])
	}
	n, rest, err := abi.ReadMapHeader(raw)
	if err != nil {
		return 0, 0
	}
	return len(raw) - len(rest), n
}

// lookup finds the value of a key among the n pairs of a map that stand at i. What follows it are left pairs at next.
func lookup(raw []byte, i, n int, name string) (value []byte, next, left int) {
	for ; n > 0 && i < len(raw); n-- {
		start := i + 1
		if c := raw[i]; c&0xe0 == 0xa0 { // a key of less than 32 bytes
			i = start + int(c&0x1f)
		} else if key, rest, err := abi.ReadStringBytes(raw[i:]); err == nil {
			i = len(raw) - len(rest)
			start = i - len(key)
		} else {
			return nil, 0, 0
		}
		if i >= len(raw) {
			return nil, 0, 0
		}
		end := i + 9
		if raw[i] != 0xcb || end > len(raw) { // not a float
			if end = abi.Next(raw, i); end < 0 {
				return nil, 0, 0
			}
		}
		if i-start == len(name) && string(raw[start:i]) == name {
			return raw[i:end:end], end, n - 1
		}
		i = end
	}
	return nil, i, 0
}

// Cut takes one value from the front, nil where there is none.
func Cut(b []byte) (value, rest []byte) {
	n := abi.Next(b, 0)
	if n < 0 {
		return nil, nil
	}
	return b[:n:n], b[n:]
}
