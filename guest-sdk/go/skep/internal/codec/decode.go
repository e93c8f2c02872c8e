package codec

import (
	"math"

	"skep/abi"
)

// Any is a MessagePack value as nil, bool, int64, uint64 (only above the range of int64), float64, string, []byte,
// []any or map[string]any.
func Any(raw []byte) (any, error) {
	v, rest, err := readAny(raw, abi.MaxDepth)
	if err == nil && len(rest) > 0 {
		err = abi.ErrTrailing
	}
	return v, err
}

func readAny(b []byte, depth int) (v any, rest []byte, err error) {
	switch abi.TypeOf(b) {
	case abi.TypeNil:
		return nil, b[1:], nil
	case abi.TypeBool:
		return boxed(abi.ReadBool(b))
	case abi.TypeInt:
		i, rest, err := abi.ReadInt(b)
		if err == abi.ErrRange {
			return boxed(abi.ReadUint(b))
		}
		return i, rest, err
	case abi.TypeFloat:
		return boxed(abi.ReadFloat(b))
	case abi.TypeString:
		return boxed(abi.ReadString(b))
	case abi.TypeBytes:
		p, rest, err := abi.ReadBytes(b)
		return append([]byte(nil), p...), rest, err
	case abi.TypeArray:
		return readList(b, depth)
	case abi.TypeMap:
		return readMap(b, depth)
	}
	if len(b) == 0 {
		return nil, nil, abi.ErrShort
	}
	return nil, nil, abi.ErrFormat
}

func boxed[T any](v T, rest []byte, err error) (any, []byte, error) { return v, rest, err }

func readList(b []byte, depth int) (any, []byte, error) {
	n, b, err := abi.ReadArrayHeader(b)
	if err != nil {
		return nil, nil, err
	}
	if depth == 0 {
		return nil, nil, abi.ErrDepth
	}
	list := make([]any, n)
	for i := range list {
		if list[i], b, err = readAny(b, depth-1); err != nil {
			return nil, nil, err
		}
	}
	return list, b, nil
}

func readMap(b []byte, depth int) (any, []byte, error) {
	n, b, err := abi.ReadMapHeader(b)
	if err != nil {
		return nil, nil, err
	}
	if depth == 0 {
		return nil, nil, abi.ErrDepth
	}
	m := make(map[string]any, n)
	for range n {
		var key string
		if key, b, err = abi.ReadString(b); err != nil {
			return nil, nil, err
		}
		if m[key], b, err = readAny(b, depth-1); err != nil {
			return nil, nil, err
		}
	}
	return m, b, nil
}

// Int reads an integer: one of any width, or a float without a fraction, since JSON does not tell them apart.
func Int(raw []byte) (int64, error) {
	if abi.TypeOf(raw) != abi.TypeFloat {
		v, _, err := abi.ReadInt(raw)
		return v, err
	}
	f, _, err := abi.ReadFloat(raw)
	switch {
	case err != nil:
		return 0, err
	case f != math.Trunc(f): // NaN too
		return 0, abi.ErrType
	case f < -1<<63 || f >= 1<<63:
		return 0, abi.ErrRange
	}
	return int64(f), nil
}

// Uint is [Int] for what is not negative.
func Uint(raw []byte) (uint64, error) {
	if abi.TypeOf(raw) != abi.TypeFloat {
		v, _, err := abi.ReadUint(raw)
		return v, err
	}
	f, _, err := abi.ReadFloat(raw)
	switch {
	case err != nil:
		return 0, err
	case f != math.Trunc(f):
		return 0, abi.ErrType
	case f < 0 || f >= 1<<64:
		return 0, abi.ErrRange
	}
	return uint64(f), nil
}

// Describe names the type of a value for a message: "a string", "null", …
func Describe(raw []byte) string {
	switch abi.TypeOf(raw) {
	case abi.TypeNil:
		return "null"
	case abi.TypeBool:
		return "a boolean"
	case abi.TypeInt, abi.TypeFloat:
		return "a number"
	case abi.TypeString:
		return "a string"
	case abi.TypeBytes:
		return "bytes"
	case abi.TypeArray:
		return "a list"
	case abi.TypeMap:
		return "an object"
	}
	return "no value"
}
