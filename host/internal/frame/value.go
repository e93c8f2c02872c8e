package frame

import (
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// appendJSON takes one value and adds it to dst as JSON: integers with all their digits, floats, those of 32 bits too,
// in the shortest form that a reader of 64 bits takes for the same float, text without escapes for HTML.
//
// A byte string, a number that is not finite, a key that is no string or stands twice is an error, and so is an array
// or a map that is deeper than depth.
func (r *reader) appendJSON(dst []byte, depth int) ([]byte, error) {
	switch c := r.next(); c {
	case classNil:
		return append(dst, "null"...), r.null()
	case classBool:
		v, err := r.boolean()
		return strconv.AppendBool(dst, v), err
	case classInt:
		u, negative, err := r.integer()
		if negative {
			return strconv.AppendInt(dst, int64(u), 10), err
		}
		return strconv.AppendUint(dst, u, 10), err
	case classFloat:
		return r.appendFloat(dst)
	case classStr:
		return r.appendString(dst)
	case classArray:
		return r.appendArray(dst, depth)
	case classMap:
		return r.appendObject(dst, depth)
	case classBin:
		return dst, r.broken("a byte string, which JSON does not have,")
	default:
		return dst, r.broken(c.String())
	}
}

// appendFloat takes a float and keeps it recognisable as such: 1.0, not 1.
func (r *reader) appendFloat(dst []byte) ([]byte, error) {
	v, err := r.float()
	if err != nil {
		return dst, err
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return dst, r.broken("a number that is not finite, which ends")
	}
	start := len(dst)
	dst = jsontext.AppendFloat(dst, v, 64)
	if !fractional(dst[start:]) {
		dst = append(dst, ".0"...)
	}
	return dst, nil
}

func (r *reader) appendString(dst []byte) ([]byte, error) {
	s, err := r.raw()
	if err != nil {
		return dst, err
	}
	dst, err = jsontext.AppendQuote(dst, s)
	if err != nil {
		return dst, r.broken("a string that is not UTF-8, which ends")
	}
	return dst, nil
}

func (r *reader) appendArray(dst []byte, depth int) ([]byte, error) {
	if depth == 0 {
		return dst, r.tooDeep()
	}
	n, err := r.array("a value")
	if err != nil {
		return dst, err
	}
	dst = append(dst, '[')
	for i := range n {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = r.appendJSON(dst, depth-1); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

func (r *reader) appendObject(dst []byte, depth int) ([]byte, error) {
	if depth == 0 {
		return dst, r.tooDeep()
	}
	first := len(r.keys)
	n, err := r.object("a value")
	if err != nil {
		return dst, err
	}
	dst = append(dst, '{')
	for i := range n {
		if i > 0 {
			dst = append(dst, ',')
		}
		key, err := r.key()
		if err != nil {
			return dst, err
		}
		dst, _ = jsontext.AppendQuote(dst, key)
		dst = append(dst, ':')
		if dst, err = r.appendJSON(dst, depth-1); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), r.unique(first)
}

func (r *reader) tooDeep() error { return r.broken("arrays and maps nested too deeply") }
