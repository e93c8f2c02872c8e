package codec_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"skep/guest-sdk/go/skep/internal/codec"
)

// pack encodes a value that can be.
func pack(t testing.TB, v any) []byte {
	t.Helper()
	var encoder codec.Encoder
	raw, err := encoder.Append(nil, v, 0)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

type target struct {
	inner
	*Deep
	S      string               `json:"s"`
	I8     int8                 `json:"i8"`
	U      uint                 `json:"u"`
	F      float32              `json:"f"`
	B      bool                 `json:"b"`
	List   []inner              `json:"list"`
	Pair   [2]int               `json:"pair"`
	Map    map[label]float64    `json:"map"`
	When   time.Time            `json:"when"`
	Ptr    *int                 `json:"ptr"`
	Opt    string               `json:"opt,omitempty"`
	Any    any                  `json:"any"`
	Nested struct{ A []*inner } `json:"nested"`
}

func arguments() map[string]any {
	return map[string]any{
		"x": 1, "y": 2, "name": "n", "below": true, "s": "str", "i8": -128, "u": 3.0, "f": 1, "b": true,
		"list": []any{map[string]any{"x": 5, "y": 6}}, "pair": []int{7, 8}, "map": map[string]any{"k": 0.5},
		"when": "1970-01-01T00:00:00Z", "any": []any{nil, "a"}, "unknown": 1,
		"nested": map[string]any{"A": []any{nil, map[string]any{"x": 9, "y": 9}}},
	}
}

func TestBind(t *testing.T) {
	got := target{Opt: "kept"}
	if err := codec.Bind(pack(t, arguments()), &got); err != nil {
		t.Fatal(err)
	}
	want := target{
		inner: inner{1, 2}, Deep: &Deep{"n", true}, S: "str", I8: -128, U: 3, F: 1, B: true, List: []inner{{5, 6}},
		Pair: [2]int{7, 8}, Map: map[label]float64{"k": 0.5}, When: time.Unix(0, 0).UTC(), Opt: "kept",
		Any: []any{nil, "a"},
	}
	want.Nested.A = []*inner{nil, {9, 9}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestBindErrors(t *testing.T) {
	for _, c := range []struct {
		key   string
		value any // nil: null; missing: left out
		want  string
	}{
		{"s", missing{}, "s is missing"},
		{"s", 1, "s must be a string, got a number"},
		{"s", nil, "s must be a string, got null"},
		{"i8", 128, "i8 must be an integer in range, got one outside of it"},
		{"i8", 1.5, "i8 must be an integer, got a number with a fraction"},
		{"i8", "1", "i8 must be an integer, got a string"},
		{"u", -1, "u must be an integer in range"},
		{"u", 1e30, "u must be an integer in range"},
		{"f", 1e300, "f must be a number in range"},
		{"f", "x", "f must be a number, got a string"},
		{"b", 0, "b must be a boolean, got a number"},
		{"list", map[string]any{}, "list must be a list, got an object"},
		{"list", []any{map[string]any{"x": 1, "y": "2"}}, "list[0].y must be an integer, got a string"},
		{"list", []any{map[string]any{}}, "list[0].x is missing"},
		{"list", []any{1}, "list[0] must be an object, got a number"},
		{"pair", []int{1}, "pair must be a list of 2, got one of 1"},
		{"map", []any{}, "map must be an object, got a list"},
		{"map", map[string]any{"k": "v"}, "map.k must be a number, got a string"},
		{"when", "yesterday", `when must be text of the right form, got "yesterday"`},
		{"when", 5, "when must be a string, got a number"},
		{"ptr", "x", "ptr must be an integer, got a string"},
		{"nested", map[string]any{"A": []any{true}}, "nested.A[0] must be an object, got a boolean"},
		{"x", "1", "x must be an integer, got a string"},
	} {
		args := arguments()
		if args[c.key] = c.value; c.value == any(missing{}) {
			delete(args, c.key)
		}
		err := codec.Bind(pack(t, args), &target{})
		if _, ok := errors.AsType[*codec.BindError](err); !ok || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s = %v: got %v, want %q", c.key, c.value, err, c.want)
		}
	}
}

type missing struct{}

func TestBindNeedsAPointerToAStruct(t *testing.T) {
	raw := pack(t, map[string]any{"c": 1})
	for _, into := range []any{nil, 1, target{}, (*target)(nil), new(int), &struct {
		C chan int `json:"c"`
	}{}} {
		err := codec.Bind(raw, into)
		if _, ok := errors.AsType[*codec.BindError](err); err == nil || ok {
			t.Errorf("%T: got %v, want an error that is not the client's", into, err)
		}
	}
}

func TestLookup(t *testing.T) {
	long := strings.Repeat("k", 40)
	many := map[string]any{}
	for i := range 20 {
		many[string(rune('a'+i))] = i
	}
	for _, c := range []struct {
		v    any
		name string
		want string
	}{
		{map[string]any{}, "a", ""},
		{map[string]any{"a": 1.5, "b": "x"}, "b", "a178"},
		{map[string]any{"a": []any{1, map[string]any{"b": 2}}, "b": 3}, "b", "03"},
		{map[string]any{long: 1, "z": 2}, "z", "02"},
		{map[string]any{long: 1, "z": 2}, long, "01"},
		{many, "t", "13"},
		{many, "zz", ""},
	} {
		got := codec.Lookup(pack(t, c.v), c.name)
		if text := hexOf(got); text != c.want {
			t.Errorf("%q in %v: got %s, want %s", c.name, c.v, text, c.want)
		}
	}
}

func hexOf(b []byte) string {
	const digits = "0123456789abcdef"
	var s strings.Builder
	for _, c := range b {
		s.WriteByte(digits[c>>4])
		s.WriteByte(digits[c&15])
	}
	return s.String()
}
