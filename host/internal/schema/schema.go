// Package schema says which arguments or features an endpoint takes: their types, which must be there, and what stands
// in for one that is not. It is a small part of JSON Schema, for one object and its direct members. It knows neither how
// a schema is written down nor how a request is read.
package schema

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"skep/abi"
)

// Limits of a schema.
const (
	// MaxFields bounds the fields of a schema: a set of them is a word.
	MaxFields = 64
	// MaxEnum bounds the values that a field may be restricted to.
	MaxEnum = 100
)

// Type is the type of a field. Zero is any type.
type Type uint8

// Types of fields.
const (
	String Type = iota + 1
	Number
	Integer // a number without fraction and exponent
	Boolean
	Array
	Object
)

var typeNames = [...]string{"any", "string", "number", "integer", "boolean", "array", "object"}

// String is the name of the type, as in JSON Schema, "any" for the zero Type.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "unknown"
}

// Types are all types but the zero one.
func Types() []Type { return []Type{String, Number, Integer, Boolean, Array, Object} }

// Field is one argument or feature.
type Field struct {
	Name        string
	Type        Type
	Required    bool   // it must be there, and not be null
	Description string // for people
	Enum        []any  // the values that it may have, each a string or an int64; empty: all values
	Default     any    // stands in when it is absent: a string, bool, int64 or float64; nil: none
}

// Schema is what an endpoint declares. It is immutable, and nil declares nothing.
type Schema struct {
	fields   []Field // by name
	enums    [][][]byte
	defaults [][]byte
}

// New checks fields and makes them a schema, nil where there are none. The error says which field is wrong and why.
func New(fields []Field) (*Schema, error) {
	if len(fields) == 0 {
		return nil, nil
	}
	if len(fields) > MaxFields {
		return nil, fmt.Errorf("%d fields, the most is %d", len(fields), MaxFields)
	}
	s := &Schema{fields: slices.Clone(fields)}
	slices.SortFunc(s.fields, func(a, b Field) int { return cmp.Compare(a.Name, b.Name) })
	for i := range s.fields {
		if i > 0 && s.fields[i].Name == s.fields[i-1].Name {
			return nil, fmt.Errorf("%s stands twice", s.fields[i].Name)
		}
		if err := s.add(&s.fields[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", s.fields[i].Name, err)
		}
	}
	return s, nil
}

// add encodes what a field's values are compared with.
func (s *Schema) add(f *Field) error {
	if len(f.Enum) > MaxEnum {
		return fmt.Errorf("enum has %d values, the most is %d", len(f.Enum), MaxEnum)
	}
	var enum [][]byte
	for _, v := range f.Enum {
		encoded, t := encode(v)
		if t != String && t != Integer {
			return fmt.Errorf("enum: %v is neither a string nor an integer", v)
		}
		if !f.Type.holds(t) {
			return fmt.Errorf("enum: %v is no %s", v, f.Type)
		}
		enum = append(enum, encoded)
	}
	var fallback []byte
	if f.Default != nil {
		encoded, t := encode(f.Default)
		switch {
		case t == 0:
			return fmt.Errorf("default: %v is no string, boolean or number", f.Default)
		case !f.Type.holds(t):
			return fmt.Errorf("default: %v is no %s", f.Default, f.Type)
		case !allowed(enum, encoded):
			return fmt.Errorf("default: %v is not in enum", f.Default)
		case f.Required:
			return fmt.Errorf("default is never used where required = true")
		}
		fallback = encoded
	}
	s.enums, s.defaults = append(s.enums, enum), append(s.defaults, fallback)
	return nil
}

// holds says whether values of type v are values of the type.
func (t Type) holds(v Type) bool { return t == 0 || t == v || t == Number && v == Integer }

// encode is a scalar in MessagePack and its type, 0 for what is no scalar.
func encode(v any) ([]byte, Type) {
	switch v := v.(type) {
	case string:
		return abi.AppendString(nil, v), String
	case bool:
		return abi.AppendBool(nil, v), Boolean
	case int64:
		return abi.AppendInt(nil, v), Integer
	case float64:
		return abi.AppendFloat(nil, v), Number
	}
	return nil, 0
}

func allowed(enum [][]byte, value []byte) bool {
	return len(enum) == 0 || slices.ContainsFunc(enum, func(e []byte) bool { return bytes.Equal(e, value) })
}

// Fields are the fields, by name. They must not be changed.
func (s *Schema) Fields() []Field {
	if s == nil {
		return nil
	}
	return s.fields
}

// Index is the index of the field of that name in Fields, -1 where there is none.
func (s *Schema) Index(name []byte) int {
	low, high := 0, len(s.fields)
	for low < high {
		middle := (low + high) / 2
		switch n := s.fields[middle].Name; {
		case n == string(name):
			return middle
		case n < string(name):
			low = middle + 1
		default:
			high = middle
		}
	}
	return -1
}

// Allows says whether the field of that index may have a value, which is given in MessagePack.
func (s *Schema) Allows(i int, value []byte) bool { return allowed(s.enums[i], value) }

// Default is the value in MessagePack that stands in for the field of that index, nil where there is none.
func (s *Schema) Default(i int) []byte { return s.defaults[i] }
