package frame

import "bytes"

// lenient lets NaN, Infinity and -Infinity pass, which JSON does not have but Python's json module writes. They become
// nil in the frame.
//
// The strict reader stops at them. Then they are replaced by numbers of the same length in a copy of the text, and the
// reader begins again on the copy: wherever it meets a number, the text as it came says whether it really is one.
type lenient struct{ replaced []byte }

// nonFinites are the words in question and the numbers that stand in for them.
var nonFinites = []struct{ word, number []byte }{
	{[]byte("NaN"), []byte("0e0")},
	{[]byte("Infinity"), []byte("0e000000")},
	{[]byte("-Infinity"), []byte("-0e000000")},
}

// replaceNonFinite copies src to in.replaced with the words replaced. It says whether there was any.
func (in *input) replaceNonFinite(src []byte) bool {
	dst := append(in.replaced[:0], src...)
	in.replaced = dst
	any := false
	for i := 0; i < len(dst); i++ {
		switch dst[i] {
		case '"':
			i = endOfString(dst, i)
		case 'N', 'I', '-':
			for _, f := range nonFinites {
				if bytes.HasPrefix(dst[i:], f.word) && standsAlone(dst, i, len(f.word)) {
					copy(dst[i:], f.number)
					any = true
				}
			}
		}
	}
	return any
}

// endOfString is the place of the quote that ends the string whose first quote is at i.
func endOfString(b []byte, i int) int {
	for i++; i < len(b) && b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return i
}

// standsAlone says that the n bytes at i are a token of their own: without it, 1NaN would become a number.
func standsAlone(b []byte, i, n int) bool {
	before := i == 0 || space(b[i-1]) || bytes.IndexByte([]byte("[,:"), b[i-1]) >= 0
	after := i+n == len(b) || space(b[i+n]) || bytes.IndexByte([]byte("],}"), b[i+n]) >= 0
	return before && after
}

// nonFinite says whether the number of n bytes that was just read stands in for a word.
func (in *input) nonFinite(n int) bool {
	at := in.dec.InputOffset() - int64(n)
	c := in.src[at]
	return c == 'N' || c == 'I' || c == '-' && in.src[at+1] == 'I'
}
