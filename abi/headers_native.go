//go:build !wasm || !gc

package abi

import (
	"bytes"
	"math"
	"unsafe"
)

// These are what headers_wasm.go says.

func equal(a, b []byte) bool { return bytes.Equal(a, b) }

func walkHeaders(b []byte, i, n int, list *Header) int {
	if i < 0 || i > len(b) {
		return -1
	}
	var headers []Header
	if list != nil {
		headers = unsafe.Slice(list, n)
	}
	for at := range n {
		if len(b)-i < 3 || b[i] != 0x92 || b[i+1] == 0xda {
			return -1
		}
		name, next := shortString(b, i+1)
		value, end := shortString(b, next)
		if end < 0 {
			return -1
		}
		if i = end; list != nil {
			headers[at] = Header{name, value}
		}
	}
	return i
}

// shortString is a string at b[i:] that shares its bytes, and where it ends; negative: there is none with a short length.
func shortString(b []byte, i int) (s string, end int) {
	if i < 0 || i >= len(b) {
		return "", -1
	}
	c := b[i]
	i++
	n := int(c & 0x1f)
	switch {
	case c&0xe0 == 0xa0:
	case c == 0xd9 && len(b)-i >= 2:
		n = int(b[i])
		i++
	case c == 0xda && len(b)-i >= 2:
		n = int(b[i])<<8 | int(b[i+1])
		i += 2
	default:
		return "", -1
	}
	if n > len(b)-i {
		return "", -1
	}
	return unsafe.String(unsafe.SliceData(b[i:]), n), i + n
}

func findHeader(headers []Header, name string) int {
	for i := range headers {
		if sameName(headers[i].Name, name) {
			return i
		}
	}
	return -1
}

// sameName compares names as HTTP does: by ASCII letters.
func sameName(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if a[i] != b[i] && (a[i]^b[i] != 0x20 || a[i]|0x20 < 'a' || a[i]|0x20 > 'z') {
			return false
		}
	}
	return true
}

func putHeaders(b []byte, at int, headers []Header) int {
	for _, h := range headers {
		for i, s := range [...]string{h.Name, h.Value} {
			if len(s) > math.MaxUint16 || len(s)+4 > len(b)-at {
				return -1
			}
			if i == 0 {
				b[at] = 0x92
				at++
			}
			for i := range len(s) {
				if s[i] >= 0x80 {
					return -1
				}
			}
			at = len(AppendString(b[:at], s))
		}
	}
	return at
}
