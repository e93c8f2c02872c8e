package schema

import (
	"strconv"
	"strings"
	"testing"

	"skep/abi"
)

func TestNew(t *testing.T) {
	many := make([]Field, MaxFields+1)
	for i := range many {
		many[i].Name = strconv.Itoa(i)
	}
	for _, test := range []struct {
		fields []Field
		want   string // in the error; "" for none
	}{
		{[]Field{{Name: "a"}}, ""},
		{[]Field{{Name: "a", Type: Number, Enum: []any{int64(1)}, Default: int64(1)}}, ""},
		{[]Field{{Name: "a", Type: String, Enum: []any{"x", "y"}, Default: "y"}}, ""},
		{many[:MaxFields], ""},
		{many, "65 fields"},
		{[]Field{{Name: "a"}, {Name: "b"}, {Name: "a"}}, "a stands twice"},
		{[]Field{{Name: "a", Enum: []any{1.5}}}, "a: enum: 1.5"},
		{[]Field{{Name: "a", Type: String, Enum: []any{int64(1)}}}, "a: enum: 1 is no string"},
		{[]Field{{Name: "a", Enum: make([]any, MaxEnum+1)}}, "a: enum has 101"},
		{[]Field{{Name: "a", Default: []any{}}}, "a: default"},
		{[]Field{{Name: "a", Type: Integer, Default: 1.5}}, "a: default: 1.5 is no integer"},
		{[]Field{{Name: "a", Enum: []any{"x"}, Default: "y"}}, "not in enum"},
		{[]Field{{Name: "a", Required: true, Default: "y"}}, "never used"},
	} {
		s, err := New(test.fields)
		if test.want == "" && (err != nil || len(s.Fields()) != len(test.fields)) {
			t.Errorf("%v: %v, %v", test.fields, s.Fields(), err)
		}
		if test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%v: %v, want %s", test.fields, err, test.want)
		}
	}
	if s, err := New(nil); s != nil || err != nil || s.Fields() != nil {
		t.Errorf("no fields: %v, %v", s, err)
	}
}

func TestLookup(t *testing.T) {
	s, err := New([]Field{{Name: "b", Enum: []any{"x", int64(2)}}, {Name: "é", Default: true}, {Name: "a"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"a": 0, "b": 1, "é": 2, "": -1, "aa": -1, "z": -1, "ê": -1} {
		if got := s.Index([]byte(name)); got != want {
			t.Errorf("%q: %d, want %d", name, got, want)
		}
	}
	if !s.Allows(0, abi.AppendNil(nil)) || !s.Allows(1, abi.AppendString(nil, "x")) || !s.Allows(1, []byte{2}) ||
		s.Allows(1, []byte{3}) {
		t.Error("enum")
	}
	if s.Default(0) != nil || string(s.Default(2)) != "\xc3" {
		t.Errorf("defaults %x, %x", s.Default(0), s.Default(2))
	}
}

func TestTypeNames(t *testing.T) {
	seen := map[string]bool{}
	for _, typ := range append(Types(), 0) {
		seen[typ.String()] = true
	}
	if len(seen) != 7 || seen["unknown"] || Type(99).String() != "unknown" {
		t.Errorf("%v", seen)
	}
}
