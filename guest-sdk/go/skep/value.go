package skep

import (
	"strconv"

	"skep/abi"
	"skep/guest-sdk/go/skep/internal/codec"
)

// Type is the JSON type of a [Value].
type Type uint8

// Types of values. The zero Type is that of the zero Value.
const (
	TypeNull Type = iota
	TypeBool
	TypeNumber // integers and floats
	TypeString
	TypeList
	TypeMap
)

// Value is one argument, or a part of one, of any type. The zero Value is null. A handler that returns a Value sends
// it back as it came. A method for another type than the value has returns an [*ArgError].
type Value struct {
	raw   []byte // a MessagePack value, checked by the host
	name  string
	index int // in the list of that name, counted from 1; 0 for no item of a list
	row   int // as in ArgError
}

// Type is the type of the value.
func (v Value) Type() Type {
	switch abi.TypeOf(v.raw) {
	case abi.TypeBool:
		return TypeBool
	case abi.TypeInt, abi.TypeFloat:
		return TypeNumber
	case abi.TypeString:
		return TypeString
	case abi.TypeArray:
		return TypeList
	case abi.TypeMap:
		return TypeMap
	}
	return TypeNull
}

// IsNull says whether the value is null.
func (v Value) IsNull() bool { return v.Type() == TypeNull }

// Float is the value of a number. One beyond the precision of float64 is rounded.
func (v Value) Float() (float64, error) {
	f, _, err := abi.ReadFloat(v.raw)
	if err != nil {
		return 0, v.misfit("a number", err)
	}
	return f, nil
}

// Int is the value of an integer in the range of int64.
func (v Value) Int() (int64, error) {
	i, err := codec.Int(v.raw)
	if err != nil {
		return 0, v.misfit("an integer", err)
	}
	return i, nil
}

// Uint is the value of an integer in the range of uint64.
func (v Value) Uint() (uint64, error) {
	u, err := codec.Uint(v.raw)
	if err != nil {
		return 0, v.misfit("an integer", err)
	}
	return u, nil
}

// Text is the value of a string, as a copy.
func (v Value) Text() (string, error) {
	s, _, err := abi.ReadString(v.raw)
	if err != nil {
		return "", v.misfit("a string", err)
	}
	return s, nil
}

// Bool is the value of a boolean.
func (v Value) Bool() (bool, error) {
	b, _, err := abi.ReadBool(v.raw)
	if err != nil {
		return false, v.misfit("a boolean", err)
	}
	return b, nil
}

// List is the items of a list.
func (v Value) List() (List, error) {
	n, rest, err := abi.ReadArrayHeader(v.raw)
	if err != nil {
		return List{}, v.misfit("a list", err)
	}
	return List{raw: v.raw, items: rest, n: n, name: v.path(), row: v.row}, nil
}

// Map is the values of an object.
func (v Value) Map() (Args, error) {
	if v.Type() != TypeMap {
		return Args{}, v.misfit("an object", abi.ErrType)
	}
	return Args{raw: v.raw, row: v.row}, nil
}

// Any is the value as nil, bool, int64, uint64 (only above the range of int64), float64, string, []any or
// map[string]any. It is a copy.
func (v Value) Any() (any, error) {
	if len(v.raw) == 0 {
		return nil, nil
	}
	return codec.Any(v.raw)
}

// AppendMsgpack adds the value as it came, as one MessagePack value.
func (v Value) AppendMsgpack(b []byte) ([]byte, error) {
	if len(v.raw) == 0 {
		return abi.AppendNil(b), nil
	}
	return append(b, v.raw...), nil
}

func (v Value) path() string {
	if v.index == 0 {
		return v.name
	}
	return v.name + "[" + strconv.Itoa(v.index-1) + "]"
}

func (v Value) misfit(want string, err error) error {
	got := "null"
	if len(v.raw) > 0 {
		got = codec.Describe(v.raw)
	}
	switch {
	case err == abi.ErrRange:
		got = "a number out of range"
	case err == abi.ErrType && want == "an integer" && got == "a number":
		got = "a number with a fraction"
	}
	return &ArgError{Name: v.path(), Row: v.row, Want: want, Got: got}
}
