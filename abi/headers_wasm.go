//go:build gc

package abi

// What the functions do that headers_native.go has in Go, where a guest would spend most of its time with them.

// equal says whether a and b hold the same bytes.
//
//go:noescape
func equal(a, b []byte) bool

// walkHeaders passes over n pairs of strings at b[i:] and puts them into the list at list, where that is not nil. It gives
// where they end, or -1 for what is not so, for the length of a name in 16 bits and for any in 32. It writes pointers
// behind the collector's back: b must be known to it by other means until the next call of any function, and i lies in b.
//
//go:noescape
func walkHeaders(b []byte, i, n int, list *Header) int

// findHeader is the index of the first header of that name, -1 where there is none.
//
//go:noescape
func findHeader(headers []Header, name string) int

// putHeaders writes headers as pairs of strings to b[at:] and gives where they end. It gives -1 where they do not fit with
// a few bytes more, or are not ASCII, or one is longer than 65,535 bytes.
//
//go:noescape
func putHeaders(b []byte, at int, headers []Header) int
