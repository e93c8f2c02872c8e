package codec

import "skep/abi"

// The functions of this file walk over values that a host has checked, so they do not check again. Bytes that are no
// such values give wrong answers, never a panic.

// Lookup finds the value of a key in a MessagePack map, nil where there is none and where raw is empty.
func Lookup(raw []byte, name string) (value []byte) {
	if len(raw) == 0 {
		return nil
	}
	n, i := int(raw[0]&0x0f), 1
	if raw[0]&0xf0 != 0x80 { // not a map of less than 16 pairs
		pairs, rest, err := abi.ReadMapHeader(raw)
		if err != nil {
			return nil
		}
		n, i = pairs, len(raw)-len(rest)
	}
	for ; n > 0 && i < len(raw); n-- {
		start := i + 1
		if c := raw[i]; c&0xe0 == 0xa0 { // a key of less than 32 bytes
			i = start + int(c&0x1f)
		} else if key, rest, err := abi.ReadStringBytes(raw[i:]); err == nil {
			i = len(raw) - len(rest)
			start = i - len(key)
		} else {
			return nil
		}
		if i >= len(raw) {
			return nil
		}
		end := i + 9
		if raw[i] != 0xcb || end > len(raw) { // not a float
			if end = abi.Next(raw, i); end < 0 {
				return nil
			}
		}
		if i-start == len(name) && string(raw[start:i]) == name {
			return raw[i:end:end]
		}
		i = end
	}
	return nil
}

// Cut takes one value from the front, nil where there is none.
func Cut(b []byte) (value, rest []byte) {
	n := abi.Next(b, 0)
	if n < 0 {
		return nil, nil
	}
	return b[:n:n], b[n:]
}
