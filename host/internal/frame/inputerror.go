package frame

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// InputError says what is wrong with a client's JSON. Its text is for that client: plain words, with nothing of this
// program's insides.
type InputError struct {
	Offset int64 // into the body, in bytes
	Reason string
}

// Error is "reason at byte N".
func (e *InputError) Error() string { return e.Reason + " at byte " + strconv.FormatInt(e.Offset, 10) }

// maxQuoted bounds the client's own text in an InputError, in bytes.
const maxQuoted = 64

// quoted is a piece of the client's text, cut to maxQuoted and made printable.
func quoted(s string) string {
	if len(s) <= maxQuoted {
		return strconv.Quote(s)
	}
	cut := maxQuoted
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strconv.Quote(s[:cut]) + "…"
}

// explain turns an error of a jsontext.Decoder on src into words for the author of src.
func explain(err error, src []byte) *InputError {
	var syntactic *jsontext.SyntacticError
	if !errors.As(err, &syntactic) { // io.EOF: white space alone is met before
		return &InputError{int64(len(src)), "the JSON ends too early"}
	}
	at := min(syntactic.ByteOffset, int64(len(src)))
	rest := src[at:]
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return &InputError{at, "the key " + quoted(syntactic.JSONPointer.LastToken()) + " stands twice in one object"}
	case errors.Is(err, io.ErrUnexpectedEOF), len(rest) == 0:
		return &InputError{int64(len(src)), "the JSON ends too early"}
	case errors.Is(err, jsontext.ErrNonStringName):
		return &InputError{at, "a key that is not a string"}
	}
	r, size := utf8.DecodeRune(rest)
	switch {
	case r == utf8.RuneError && size <= 1:
		return &InputError{at, "text that is not UTF-8"}
	case r == '\\' && len(rest) > 1 && rest[1] == 'u' && hexadecimal(rest[2:]):
		return &InputError{at, "half of a surrogate pair"}
	case r == '\\':
		return &InputError{at, "an escape that JSON does not have"}
	}
	return &InputError{at, "unexpected character " + strconv.QuoteRune(r)}
}

func hexadecimal(b []byte) bool {
	return len(b) >= 4 && len(bytes.Trim(b[:4], "0123456789abcdefABCDEF")) == 0
}
