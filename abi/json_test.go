package abi_test

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"skep/abi"
)

// marshal writes compact JSON without escapes for HTML.
func marshal(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// valueToJSON writes a value that Skip accepts. Integers have no point, floats have one or an exponent.
func valueToJSON(b []byte) string {
	text, _ := appendJSON(nil, b)
	return string(text)
}

func appendJSON(dst, b []byte) (text, rest []byte) {
	switch abi.TypeOf(b) {
	case abi.TypeNil:
		rest, _ = abi.ReadNil(b)
		return append(dst, "null"...), rest
	case abi.TypeBool:
		v, rest, _ := abi.ReadBool(b)
		return strconv.AppendBool(dst, v), rest
	case abi.TypeInt:
		if v, rest, err := abi.ReadInt(b); err == nil {
			return strconv.AppendInt(dst, v, 10), rest
		}
		v, rest, _ := abi.ReadUint(b)
		return strconv.AppendUint(dst, v, 10), rest
	case abi.TypeFloat:
		v, rest, _ := abi.ReadFloat(b)
		s := strconv.FormatFloat(v, 'g', -1, 64)
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		return append(dst, s...), rest
	case abi.TypeString:
		v, rest, _ := abi.ReadString(b)
		return append(dst, marshal(v)...), rest
	case abi.TypeBytes:
		v, rest, _ := abi.ReadBytes(b)
		return append(dst, `"`+hex.EncodeToString(v)+`"`...), rest
	case abi.TypeArray:
		n, b, _ := abi.ReadArrayHeader(b)
		dst = append(dst, '[')
		for i := range n {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst, b = appendJSON(dst, b)
		}
		return append(dst, ']'), b
	}
	n, b, _ := abi.ReadMapHeader(b)
	dst = append(dst, '{')
	for i := range n {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst, b = appendJSON(dst, b)
		dst, b = appendJSON(append(dst, ':'), b)
	}
	return append(dst, '}'), b
}

// jsonToValue is the reverse of valueToJSON.
func jsonToValue(text string) ([]byte, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return appendToken(nil, d)
}

func appendToken(b []byte, d *json.Decoder) ([]byte, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case nil:
		return abi.AppendNil(b), nil
	case bool:
		return abi.AppendBool(b, v), nil
	case string:
		return abi.AppendString(b, v), nil
	case json.Number:
		return appendNumber(b, v.String())
	}
	n := 0
	var items []byte
	for ; d.More(); n++ {
		if items, err = appendToken(items, d); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if token == json.Delim('{') {
		return append(abi.AppendMapHeader(b, n/2), items...), nil
	}
	return append(abi.AppendArrayHeader(b, n), items...), nil
}

func appendNumber(b []byte, text string) ([]byte, error) {
	if strings.ContainsAny(text, ".eE") {
		v, err := strconv.ParseFloat(text, 64)
		return abi.AppendFloat(b, v), err
	}
	if v, err := strconv.ParseUint(text, 10, 64); err == nil && v > math.MaxInt64 {
		return abi.AppendUint(b, v), nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	return abi.AppendInt(b, v), err
}
