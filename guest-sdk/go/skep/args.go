package skep

import (
	"skep/abi"
	"skep/guest-sdk/go/skep/internal/codec"
)

// Args are values with names: the arguments of a function, one record of a batch, or an object within these. Reading
// takes no reflection and, but for strings, no memory. The zero Args are empty. A handler that returns Args sends them
// back as they came.
//
// A method that finds no argument of that name, or one of another type, returns an [*ArgError], which a handler can
// pass on: the client gets status 400. A number without a fraction counts as an integer however it was written.
type Args struct {
	raw  []byte // a MessagePack map, checked by the host; that of a record goes on with the next ones
	row  int    // as in ArgError
	json bool   // the arguments are text for Call.JSON
	near *codec.Cursor
}

// Float is an argument that is a number. One beyond the precision of float64 is rounded.
func (a Args) Float(name string) (float64, error) {
	if v, ok := a.near.Float(a.raw, name); ok {
		return v, nil
	}
	raw := a.near.Lookup(a.raw, name)
	v, _, err := abi.ReadFloat(raw)
	if err != nil {
		return 0, a.misfit(name, raw, "a number", err)
	}
	return v, nil
}

// Int is an argument that is an integer in the range of int64.
func (a Args) Int(name string) (int64, error) {
	raw := a.near.Lookup(a.raw, name)
	v, err := codec.Int(raw)
	if err != nil {
		return 0, a.misfit(name, raw, "an integer", err)
	}
	return v, nil
}

// Uint is an argument that is an integer in the range of uint64.
func (a Args) Uint(name string) (uint64, error) {
	raw := a.near.Lookup(a.raw, name)
	v, err := codec.Uint(raw)
	if err != nil {
		return 0, a.misfit(name, raw, "an integer", err)
	}
	return v, nil
}

// String is an argument that is a string, as a copy.
func (a Args) String(name string) (string, error) {
	raw := a.near.Lookup(a.raw, name)
	v, _, err := abi.ReadString(raw)
	if err != nil {
		return "", a.misfit(name, raw, "a string", err)
	}
	return v, nil
}

// Bool is an argument that is a boolean.
func (a Args) Bool(name string) (bool, error) {
	raw := a.near.Lookup(a.raw, name)
	v, _, err := abi.ReadBool(raw)
	if err != nil {
		return false, a.misfit(name, raw, "a boolean", err)
	}
	return v, nil
}

// List is an argument that is a list.
func (a Args) List(name string) (List, error) {
	v, err := a.need(name, "a list")
	if err != nil {
		return List{}, err
	}
	return v.List()
}

// Map is an argument that is an object.
func (a Args) Map(name string) (Args, error) {
	v, err := a.need(name, "an object")
	if err != nil {
		return Args{}, err
	}
	return v.Map()
}

// Get is an argument of any type, null too; ok says whether there is one of that name.
func (a Args) Get(name string) (v Value, ok bool) {
	raw := a.near.Lookup(a.raw, name)
	return Value{raw: raw, name: name, row: a.row}, raw != nil
}

// Has says whether there is an argument of that name, be it null.
func (a Args) Has(name string) bool { return a.near.Lookup(a.raw, name) != nil }

// Len is the number of arguments.
func (a Args) Len() int {
	if len(a.raw) == 0 {
		return 0
	}
	n, _, _ := abi.ReadMapHeader(a.raw)
	return n
}

// All gives all arguments in the order in which the client sent them.
func (a Args) All() func(yield func(string, Value) bool) {
	return func(yield func(string, Value) bool) {
		if len(a.raw) == 0 {
			return
		}
		n, b, err := abi.ReadMapHeader(a.raw)
		for ; n > 0 && err == nil; n-- {
			var key string
			if key, b, err = abi.ReadString(b); err != nil {
				return
			}
			var value []byte
			if value, b = codec.Cut(b); value == nil || !yield(key, Value{raw: value, name: key, row: a.row}) {
				return
			}
		}
	}
}

// Bind copies the arguments into the struct that target points to, by reflection and the names in json tags:
//
//	var in struct {
//		Name string   `json:"name"`
//		Age  *int     `json:"age"`                // a pointer stays nil when the argument is missing or null
//		Unit string   `json:"unit,omitempty"`     // and such a field stays as it is
//	}
//	if err := c.Args.Bind(&in); err != nil {
//		return nil, err
//	}
//
// Fields may be booleans, numbers, strings, slices, arrays, maps with strings as keys, structs, any, and what
// implements encoding.TextUnmarshaler. A field that is neither a pointer nor marked so must have an argument. Arguments
// without a field are passed over. An argument that is missing or does not fit is an [*ArgError].
func (a Args) Bind(target any) error {
	if a.json {
		return ErrJSONInput
	}
	raw := a.raw
	if len(raw) == 0 {
		raw = emptyMap
	}
	err := codec.Bind(raw, target)
	if e, ok := err.(*codec.BindError); ok {
		return &ArgError{Name: e.Path, Row: a.row, Want: e.Want, Got: e.Got}
	}
	return err
}

var (
	emptyMap  = abi.AppendMapHeader(nil, 0)
	emptyList = abi.AppendArrayHeader(nil, 0)
)

// AppendMsgpack adds the arguments as they came, as a MessagePack map.
func (a Args) AppendMsgpack(b []byte) ([]byte, error) {
	switch {
	case a.json:
		return b, ErrJSONInput
	case len(a.raw) == 0:
		return append(b, emptyMap...), nil
	case a.row > 0:
		value, _ := codec.Cut(a.raw)
		return append(b, value...), nil
	}
	return append(b, a.raw...), nil
}

func (a Args) need(name, want string) (Value, error) {
	v, ok := a.Get(name)
	if !ok {
		return Value{}, a.misfit(name, nil, want, nil)
	}
	return v, nil
}

// misfit is the error for an argument that is missing, where raw is empty, or not what is wanted.
func (a Args) misfit(name string, raw []byte, want string, err error) error {
	switch {
	case a.json:
		return ErrJSONInput
	case len(raw) == 0:
		return &ArgError{Name: name, Row: a.row, Want: want}
	}
	return Value{raw: raw, name: name, row: a.row}.misfit(want, err)
}
