package codec

import (
	"math"
	"strconv"

	"skep/abi"
)

// AppendJSON adds one MessagePack value as compact JSON text. Floats that are whole numbers are written without a
// fraction; NaN, infinities and bytes are refused.
func AppendJSON(b, raw []byte) ([]byte, error) {
	b, rest, err := appendJSON(b, raw, abi.MaxDepth)
	if err == nil && len(rest) > 0 {
		err = abi.ErrTrailing
	}
	return b, err
}

func appendJSON(b, raw []byte, depth int) (out, rest []byte, err error) {
	switch abi.TypeOf(raw) {
	case abi.TypeNil:
		return append(b, "null"...), raw[1:], nil
	case abi.TypeBool:
		v, rest, err := abi.ReadBool(raw)
		return strconv.AppendBool(b, v), rest, err
	case abi.TypeInt:
		v, rest, err := abi.ReadInt(raw)
		if err == abi.ErrRange {
			u, rest, err := abi.ReadUint(raw)
			return strconv.AppendUint(b, u, 10), rest, err
		}
		return strconv.AppendInt(b, v, 10), rest, err
	case abi.TypeFloat:
		f, rest, err := abi.ReadFloat(raw)
		if err == nil && (math.IsNaN(f) || math.IsInf(f, 0)) {
			err = ErrNotFinite
		}
		return appendJSONFloat(b, f), rest, err
	case abi.TypeString:
		s, rest, err := abi.ReadStringBytes(raw)
		return appendJSONString(b, s), rest, err
	case abi.TypeArray:
		return appendJSONList(b, raw, depth)
	case abi.TypeMap:
		return appendJSONObject(b, raw, depth)
	case abi.TypeBytes:
		return b, nil, ErrBytes
	}
	if len(raw) == 0 {
		return b, nil, abi.ErrShort
	}
	return b, nil, abi.ErrFormat
}

func appendJSONList(b, raw []byte, depth int) (out, rest []byte, err error) {
	n, raw, err := abi.ReadArrayHeader(raw)
	if err == nil && depth == 0 {
		err = abi.ErrDepth
	}
	b = append(b, '[')
	for i := 0; i < n && err == nil; i++ {
		if i > 0 {
			b = append(b, ',')
		}
		b, raw, err = appendJSON(b, raw, depth-1)
	}
	return append(b, ']'), raw, err
}

func appendJSONObject(b, raw []byte, depth int) (out, rest []byte, err error) {
	n, raw, err := abi.ReadMapHeader(raw)
	if err == nil && depth == 0 {
		err = abi.ErrDepth
	}
	b = append(b, '{')
	for i := 0; i < n && err == nil; i++ {
		if i > 0 {
			b = append(b, ',')
		}
		var key []byte
		if key, raw, err = abi.ReadStringBytes(raw); err == nil {
			b, raw, err = appendJSON(append(appendJSONString(b, key), ':'), raw, depth-1)
		}
	}
	return append(b, '}'), raw, err
}

// appendJSONFloat writes as ECMAScript does: an exponent for very large and very small numbers only.
func appendJSONFloat(b []byte, f float64) []byte {
	if a := math.Abs(f); a == 0 || a >= 1e-6 && a < 1e21 {
		return strconv.AppendFloat(b, f, 'f', -1, 64)
	}
	return strconv.AppendFloat(b, f, 'e', -1, 64)
}

const hex = "0123456789abcdef"

func appendJSONString(b, s []byte) []byte {
	b = append(b, '"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c >= 0x20:
			b = append(b, c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\r':
			b = append(b, '\\', 'r')
		case c == '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(b, '"')
}
