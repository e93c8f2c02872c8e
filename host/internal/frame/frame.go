// Package frame is the host's side of the ABI: it makes request and init frames, reads result frames, and writes the
// JSON that a client gets. It owns MessagePack and JSON text; it knows neither HTTP servers nor engines nor manifests.
//
// What comes in is hostile from both sides. A client's bad JSON is an [InputError], whose text is meant for the client.
// A guest's broken frame is an error that wraps service.ErrGuestProtocol, whose text is meant for the log.
package frame

import (
	"unicode/utf8"
	"unsafe"
)

// Header is one line of an HTTP head. Lists of headers keep their order and their repeats.
type Header struct{ Name, Value []byte }

// maxKept is the size of a buffer, in bytes, that an Encoder or a Decoder keeps for its next use. Larger ones are let
// go, so that one large request does not hold its memory for as long as the pool lives.
const maxKept = 1 << 20

// emptied is a buffer for its next use.
func emptied[T any](b []T) []T {
	if cap(b)*int(unsafe.Sizeof(*new(T))) > maxKept {
		return nil
	}
	return b[:0]
}

// text is b as a string that shares its bytes: for calls that take a string, read it and forget it.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// latin1 reads b as ISO-8859-1 where it is not UTF-8, as HTTP heads may be. The result may be b itself.
func latin1(b []byte) []byte {
	if utf8.Valid(b) {
		return b
	}
	decoded := make([]byte, 0, 2*len(b))
	for _, c := range b {
		decoded = utf8.AppendRune(decoded, rune(c))
	}
	return decoded
}
