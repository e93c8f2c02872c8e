// Package codec turns Go values into MessagePack values and back, and MessagePack values into JSON text. Common types
// go through a type switch, the others through reflection. It knows nothing of frames, handlers or hosts.
package codec

import (
	"math"
	"slices"

	"skep/abi"
)

// Appender is a value that encodes itself.
type Appender interface {
	// AppendMsgpack adds one MessagePack value to b and returns the extended slice.
	AppendMsgpack(b []byte) ([]byte, error)
}

// Encoder encodes values one after another and keeps its scratch memory. The zero Encoder is ready. It is not safe for
// concurrent use.
type Encoder struct {
	keys    []string // of the maps that are open, one region after the other
	foreign bool     // whether bytes were appended that this package did not make
}

// Append adds v as one MessagePack value that lies depth levels below the limit of [abi.MaxDepth]. Equal values give
// equal bytes: the keys of maps are sorted. An error is an *Error, and what is returned then is of no use.
func (e *Encoder) Append(b []byte, v any, depth int) ([]byte, error) {
	e.keys, e.foreign = e.keys[:0], false
	start := len(b)
	b, err := e.append(b, v, abi.MaxDepth-depth)
	if err == nil && e.foreign {
		var rest []byte
		if rest, err = abi.Skip(b[start:]); err != nil || len(rest) > 0 {
			err = ErrForeign
		}
	}
	if err == nil {
		return b, nil
	}
	if _, ok := err.(*Error); !ok {
		err = &Error{Err: err}
	}
	return b, err
}

// append encodes v; depth is how many levels of arrays and maps may still be opened.
func (e *Encoder) append(b []byte, v any, depth int) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return abi.AppendNil(b), nil
	case bool:
		return abi.AppendBool(b, v), nil
	case string:
		return appendString(b, v)
	case float64:
		return appendFloat(b, v)
	case float32:
		return appendFloat(b, float64(v))
	case int:
		return abi.AppendInt(b, int64(v)), nil
	case int8:
		return abi.AppendInt(b, int64(v)), nil
	case int16:
		return abi.AppendInt(b, int64(v)), nil
	case int32:
		return abi.AppendInt(b, int64(v)), nil
	case int64:
		return abi.AppendInt(b, v), nil
	case uint:
		return abi.AppendUint(b, uint64(v)), nil
	case uint8:
		return abi.AppendUint(b, uint64(v)), nil
	case uint16:
		return abi.AppendUint(b, uint64(v)), nil
	case uint32:
		return abi.AppendUint(b, uint64(v)), nil
	case uint64:
		return abi.AppendUint(b, v), nil
	case []byte:
		return b, ErrBytes
	case Appender:
		return e.appendForeign(b, v)
	case []any:
		return appendList(b, v, depth, func(b []byte, v any) ([]byte, error) { return e.append(b, v, depth-1) })
	case []string:
		return appendList(b, v, depth, appendString)
	case []float64:
		return appendList(b, v, depth, appendFloat)
	case []int:
		return appendList(b, v, depth, func(b []byte, v int) ([]byte, error) { return abi.AppendInt(b, int64(v)), nil })
	case map[string]any:
		return appendMap(e, b, v, depth, func(b []byte, v any) ([]byte, error) { return e.append(b, v, depth-1) })
	case map[string]string:
		return appendMap(e, b, v, depth, appendString)
	case map[string]float64:
		return appendMap(e, b, v, depth, appendFloat)
	}
	return e.appendOther(b, v, depth)
}

func appendString(b []byte, s string) ([]byte, error) {
	if !abi.ValidString(s) {
		return b, ErrUTF8
	}
	return abi.AppendString(b, s), nil
}

func appendFloat(b []byte, f float64) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return b, ErrNotFinite
	}
	return abi.AppendFloat(b, f), nil
}

// appendForeign lets a value encode itself. A nil pointer cannot.
func (e *Encoder) appendForeign(b []byte, v Appender) ([]byte, error) {
	e.foreign = true
	n := len(b)
	out, err := v.AppendMsgpack(b)
	if err != nil {
		return b, err
	}
	if len(out) <= n {
		return b, ErrForeign
	}
	return out, nil
}

// appendList adds a nil slice as nil, as encoding/json does.
func appendList[T any](b []byte, list []T, depth int, item func([]byte, T) ([]byte, error)) ([]byte, error) {
	if list == nil {
		return abi.AppendNil(b), nil
	}
	if depth == 0 {
		return b, ErrDepth
	}
	b = abi.AppendArrayHeader(b, len(list))
	var err error
	for i, v := range list {
		if b, err = item(b, v); err != nil {
			return b, withinIndex(i, err)
		}
	}
	return b, nil
}

// appendMap adds a nil map as nil, as encoding/json does.
func appendMap[T any](e *Encoder, b []byte, m map[string]T, depth int, item func([]byte, T) ([]byte, error)) (
	[]byte, error,
) {
	if m == nil {
		return abi.AppendNil(b), nil
	}
	if depth == 0 {
		return b, ErrDepth
	}
	from := len(e.keys)
	for key := range m {
		e.keys = append(e.keys, key)
	}
	to := len(e.keys)
	slices.Sort(e.keys[from:to])
	b = abi.AppendMapHeader(b, len(m))
	var err error
	for i := from; i < to; i++ {
		key := e.keys[i]
		if b, err = appendString(b, key); err == nil {
			b, err = item(b, m[key])
		}
		if err != nil {
			return b, withinKey(key, err)
		}
	}
	clear(e.keys[from:to])
	e.keys = e.keys[:from]
	return b, nil
}
