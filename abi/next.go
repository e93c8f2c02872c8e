package abi

// Next is the index behind the value at index i, negative when b ends before. It takes what it passes over for values that
// were checked: bytes that are none give a wrong index. It is a loop over the values that are still to pass, since calls
// are what costs in WebAssembly.
func Next(b []byte, i int) int {
	for todo := 1; todo > 0; todo-- {
		if i >= len(b) {
			return -1
		}
		c := b[i]
		i++
		switch {
		case c < 0x80 || c >= 0xe0: // a small integer
		case c < 0x90:
			todo += 2 * int(c&0x0f)
		case c < 0xa0:
			todo += int(c & 0x0f)
		case c < 0xc0:
			i += int(c & 0x1f)
		case c == 0xcb:
			i += 8
		default:
			s := shapes[c-0xc0]
			size := 0
			if i+int(s.length) > len(b) {
				return -1
			}
			for range s.length {
				size = size<<8 | int(b[i])
				i++
			}
			i += int(s.fixed) + size*int(s.bytes)
			todo += size * int(s.values)
		}
		if i > len(b) {
			return -1
		}
	}
	return i
}

// shapes tells what follows the first bytes 0xc0 to 0xdf: so many bytes, or a length that counts bytes or values.
var shapes = [32]struct{ fixed, length, bytes, values uint8 }{
	0x04: {length: 1, bytes: 1}, 0x05: {length: 2, bytes: 1}, 0x06: {length: 4, bytes: 1}, // bytes
	0x0a: {fixed: 4}, 0x0b: {fixed: 8}, // floats
	0x0c: {fixed: 1}, 0x0d: {fixed: 2}, 0x0e: {fixed: 4}, 0x0f: {fixed: 8}, // unsigned integers
	0x10: {fixed: 1}, 0x11: {fixed: 2}, 0x12: {fixed: 4}, 0x13: {fixed: 8}, // signed integers
	0x19: {length: 1, bytes: 1}, 0x1a: {length: 2, bytes: 1}, 0x1b: {length: 4, bytes: 1}, // strings
	0x1c: {length: 2, values: 1}, 0x1d: {length: 4, values: 1}, // arrays
	0x1e: {length: 2, values: 2}, 0x1f: {length: 4, values: 2}, // maps
}
