package abi

import (
	"encoding/binary"
	"unsafe"
)

// How request metadata begins that [AppendMeta] writes, and hosts do: with the path, then the headers. Bytes of a text are
// compared as one number.
const (
	metaStart     = 0x82 | 0xa4<<8 | 'p'<<16 | 'a'<<24 | 't'<<32 | 'h'<<40
	metaStartMask = 1<<(8*metaStartSize) - 1
	metaStartSize = 6

	metaHeaders     = 0xa7 | 'h'<<8 | 'e'<<16 | 'a'<<24 | 'd'<<32 | 'e'<<40 | 'r'<<48 | 's'<<56
	metaHeadersSize = 8
)

// ViewMeta is [ReadMeta] without a copy, for what a host has written: the strings are parts of b, which must not change any
// more, and the headers lie in room, where they fit. It reports false for what is not as hosts write it.
func ViewMeta(b []byte, room []Header) (m Meta, ok bool) {
	path, i, n := viewMeta(b, 0)
	switch {
	case i < 0 || n > (len(b)-i)/3:
		return m, false
	case n == 0:
		return Meta{Path: path}, i == len(b)
	case n > cap(room):
		room = make([]Header, n)
	}
	headers := room[:n:n]
	headers[0].Name = path // by which the collector hears of b: walkHeaders does not tell it
	if path == "" {
		headers[0].Name = view(b)
	}
	if walkHeaders(b, i, n, &headers[0]) != len(b) {
		clear(headers)
		return m, false
	}
	return Meta{Path: path, Headers: headers}, true
}

// ViewPath is the path of [ViewMeta], without a look at the headers.
func ViewPath(b []byte) (path string, ok bool) {
	path, i, _ := viewMeta(b, 0)
	return path, i >= 0
}

// metaEnd is [Next] for the value of "request". A guest is shown some fifty headers at times, and Next would go around its
// loop three times for each.
func metaEnd(b []byte, start int) int {
	if _, i, n := viewMeta(b, start); i >= 0 {
		if i = walkHeaders(b, i, n, nil); i >= 0 {
			return i
		}
	}
	return Next(b, start)
}

// viewMeta finds in the metadata at b[start:] the path, and how many headers there are from i on; a negative i: it is not as
// hosts write it.
func viewMeta(b []byte, start int) (path string, i, n int) {
	i = start + metaStartSize
	if i+3 > len(b) || binary.LittleEndian.Uint64(b[start:])&metaStartMask != metaStart {
		return "", -1, 0
	}
	switch c := b[i]; {
	case c&0xe0 == 0xa0:
		n = int(c & 0x1f)
		i++
	case c == 0xd9:
		n = int(b[i+1])
		i += 2
	case c == 0xda:
		n = int(b[i+1])<<8 | int(b[i+2])
		i += 3
	default:
		return "", -1, 0
	}
	end := i + n
	if end+metaHeadersSize+1 > len(b) || binary.LittleEndian.Uint64(b[end:]) != metaHeaders {
		return "", -1, 0
	}
	path, i = view(b[i:end]), end+metaHeadersSize
	switch c := b[i]; {
	case c&0xf0 == 0x90:
		return path, i + 1, int(c & 0x0f)
	case c == 0xdc && i+3 <= len(b):
		return path, i + 3, int(b[i+1])<<8 | int(b[i+2])
	}
	return "", -1, 0
}

// view is b as a string that shares its bytes.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// FindHeader is the index of the first header of that name, regardless of the case of ASCII letters, and -1 where there is
// none.
func FindHeader(headers []Header, name string) int { return findHeader(headers, name) }

// AppendReply is [AppendResult] for TagCustom with all that is usual: a status that may be sent, a content type among the
// headers, and ASCII in these. It adds the frame where that fits into the capacity of b with some bytes more, and reports
// false for all else.
func AppendReply(b []byte, status int, body []byte, headers []Header) (frame []byte, ok bool) {
	const most = 5 + 1 + 5 + 3 // up to the status, no content type, before the body, and before the headers
	size := len(body)
	free := b[len(b):cap(b)]
	if size > len(free)-most || len(headers) > MaxHeaders || status < MinCustomStatus || status > MaxStatus {
		return b, false
	}
	free[0], free[1], free[2], free[3] = 0x95, byte(TagCustom), 0xcc, byte(status)
	i := 4
	if status > 0xff {
		free[2], free[3], free[4] = 0xcd, byte(status>>8), byte(status)
		i++
	}
	free[i] = 0xc0
	switch {
	case size <= 0xff:
		free[i+1], free[i+2] = 0xc4, byte(size)
		i += 3
	case size <= 0xffff:
		free[i+1], free[i+2], free[i+3] = 0xc5, byte(size>>8), byte(size)
		i += 4
	default:
		free[i+1], free[i+2], free[i+3], free[i+4], free[i+5] = 0xc6, byte(size>>24), byte(size>>16), byte(size>>8), byte(size)
		i += 6
	}
	i += copy(free[i:], body)
	if n := len(headers); n < 16 {
		free[i] = 0x90 | byte(n)
		i++
	} else {
		free[i], free[i+1], free[i+2] = 0xdc, 0, byte(n)
		i += 3
	}
	end := putHeaders(free, i, headers)
	if end < 0 || end-i > MaxHeaderBytes {
		return b, false
	}
	return b[:len(b)+end], true
}
