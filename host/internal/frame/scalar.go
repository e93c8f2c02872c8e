package frame

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// scalar writes the next value, which is no array and no object, or the next key.
func (in *input) scalar() error {
	raw, err := in.dec.ReadValue()
	if err != nil {
		return in.fail(err)
	}
	switch raw[0] {
	case 'n':
		in.w.null()
	case 't', 'f':
		in.w.boolean(raw[0] == 't')
	case '"':
		in.w.strBytes(in.unquote(raw))
	default:
		return in.number(raw)
	}
	return nil
}

// unquote is the text of a string. It is valid until the next unquote or read.
func (in *input) unquote(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	in.unquoted, _ = jsontext.AppendUnquote(in.unquoted[:0], raw)
	return in.unquoted
}

func (in *input) number(raw []byte) error {
	switch {
	case in.nonFinite(len(raw)):
		in.w.null()
	case fractional(raw):
		f, err := strconv.ParseFloat(text(raw), 64)
		if err != nil {
			return in.errorAt(len(raw), "a number beyond the range of floats")
		}
		in.w.float(f)
	case raw[0] == '-':
		i, err := strconv.ParseInt(text(raw), 10, 64)
		if err != nil {
			return in.errorAt(len(raw), "an integer below the range of 64 bits")
		}
		in.w.integer(i)
	default:
		u, err := strconv.ParseUint(text(raw), 10, 64)
		if err != nil {
			return in.errorAt(len(raw), "an integer above the range of 64 bits")
		}
		in.w.natural(u)
	}
	return nil
}

// fractional says whether a JSON number has a fraction or an exponent, which makes it a float.
func fractional(number []byte) bool {
	for _, c := range number {
		if c == '.' || c == 'e' || c == 'E' {
			return true
		}
	}
	return false
}
