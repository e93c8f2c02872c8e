package skep

import (
	"errors"
	"math"
	"testing"

	"skep/abi"
	"skep/guest-sdk/go/skep/internal/codec"
)

// argsOf are the arguments that a client would have sent.
func argsOf(t testing.TB, v any) Args {
	t.Helper()
	var encoder codec.Encoder
	raw, err := encoder.Append(nil, v, 0)
	if err != nil {
		t.Fatal(err)
	}
	return Args{raw: raw}
}

func TestArgs(t *testing.T) {
	a := argsOf(t, map[string]any{
		"f": 1.5, "i": -7, "whole": 3.0, "u": uint64(math.MaxUint64), "s": "text", "b": true, "null": nil,
		"list": []any{1, "x"}, "map": map[string]any{"in": 2}, "huge": 1e30,
	})
	get := func(v any, err error) any {
		if err != nil {
			return err.Error()
		}
		return v
	}
	float := func(name string) any { v, err := a.Float(name); return get(v, err) }
	integer := func(name string) any { v, err := a.Int(name); return get(v, err) }
	uinteger := func(name string) any { v, err := a.Uint(name); return get(v, err) }
	text := func(name string) any { v, err := a.String(name); return get(v, err) }
	boolean := func(name string) any { v, err := a.Bool(name); return get(v, err) }
	list := func(name string) any { v, err := a.List(name); return get(v.Len(), err) }
	object := func(name string) any { v, err := a.Map(name); return get(v.Len(), err) }
	for _, c := range []struct{ got, want any }{
		{float("f"), 1.5},
		{float("i"), -7.0},
		{float("u"), float64(math.MaxUint64)},
		{float("s"), `argument "s" must be a number, got a string`},
		{float("none"), `argument "none" is missing`},
		{float("null"), `argument "null" must be a number, got null`},
		{integer("i"), int64(-7)},
		{integer("whole"), int64(3)},
		{integer("f"), `argument "f" must be an integer, got a number with a fraction`},
		{integer("u"), `argument "u" must be an integer, got a number out of range`},
		{integer("huge"), `argument "huge" must be an integer, got a number out of range`},
		{integer("b"), `argument "b" must be an integer, got a boolean`},
		{uinteger("u"), uint64(math.MaxUint64)},
		{uinteger("whole"), uint64(3)},
		{uinteger("i"), `argument "i" must be an integer, got a number out of range`},
		{text("s"), "text"},
		{text("list"), `argument "list" must be a string, got a list`},
		{boolean("b"), true},
		{boolean("i"), `argument "i" must be a boolean, got a number`},
		{list("list"), 2},
		{list("map"), `argument "map" must be a list, got an object`},
		{list("none"), `argument "none" is missing`},
		{object("map"), 1},
		{object("null"), `argument "null" must be an object, got null`},
		{object("none"), `argument "none" is missing`},
		{a.Has("null"), true},
		{a.Has("none"), false},
		{a.Len(), 10},
		{Args{}.Len(), 0},
		{Args{}.Has("x"), false},
	} {
		if c.got != c.want {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
}

func TestMissingArgument(t *testing.T) {
	a := argsOf(t, map[string]any{"null": nil, "s": "x"})
	for name, want := range map[string]bool{"none": true, "null": true, "s": false} {
		_, err := a.Float(name)
		if got := errors.Is(err, ErrMissing); got != want {
			t.Errorf("%s: %v is ErrMissing: %v, want %v", name, err, got, want)
		}
	}
}

func TestErrorsNameTheWay(t *testing.T) {
	a := argsOf(t, map[string]any{"list": []any{1, []any{2, "x"}}})
	a.row = 3
	list, _ := a.List("list")
	_, err := list.Floats()
	if want := `row 3: feature "list[1]" must be a number, got a list`; err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	for i, v := range list.All() {
		if i == 1 {
			inner, _ := v.List()
			_, err = inner.Floats()
		}
	}
	if want := `row 3: feature "list[1][1]" must be a number, got a string`; err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	err = a.Bind(&struct {
		List []int `json:"list"`
	}{})
	if want := `row 3: feature "list[1]" must be an integer, got a list`; err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestJSONInputHasNoArgs(t *testing.T) {
	var call *Call
	m := function(func(c *Call) (any, error) {
		call = c
		if string(c.JSON()) != `{"a":1}` {
			t.Errorf("got %s", c.JSON())
		}
		if _, err := c.Args.Float("a"); err != ErrJSONInput {
			t.Errorf("Float: %v", err)
		}
		if err := c.Args.Bind(&struct{}{}); err != ErrJSONInput {
			t.Errorf("Bind: %v", err)
		}
		return nil, nil
	})
	frame := abi.AppendRequest(nil, abi.Request{Kind: abi.KindFunction, JSON: true, Input: []byte(`{"a":1}`)})
	if got := read(t, m.Call(frame)); got.Tag != abi.TagValue || call == nil {
		t.Errorf("got %+v", got)
	}
	if call.JSON() != nil {
		t.Error("the text outlives its call")
	}
}

func TestZeroValues(t *testing.T) {
	var v Value
	if !v.IsNull() || v.Type() != TypeNull {
		t.Errorf("type %v", v.Type())
	}
	if _, err := v.Float(); !errors.Is(err, ErrMissing) {
		t.Errorf("got %v", err)
	}
	var encoder codec.Encoder
	raw, err := encoder.Append(nil, []any{v, Args{}, List{}}, 0)
	if text, _ := codec.AppendJSON(nil, raw); err != nil || string(text) != "[null,{},[]]" {
		t.Errorf("got %s, %v", text, err)
	}
	if x, err := v.Any(); x != nil || err != nil {
		t.Errorf("got %v, %v", x, err)
	}
}

// FuzzRequest has a handler read everything that it can of any frame that is valid.
func FuzzRequest(f *testing.F) {
	f.Add(requestFrame(abi.KindFunction, numbers(1, 2)))
	mixed := argsOf(f, map[string]any{"a": []any{1, "x", nil, map[string]any{"b": true}}})
	f.Add(requestFrame(abi.KindFunction, mixed.raw))
	f.Add(requestFrame(abi.KindRegression, append(abi.AppendArrayHeader(nil, 1), numbers(1)...)))
	meta := abi.AppendMeta(nil, abi.Meta{Path: "/", Headers: []Header{{Name: "a", Value: "b"}}})
	f.Add(abi.AppendRequest(nil, abi.Request{Kind: abi.KindFunction, Meta: meta, JSON: true, Input: []byte("{}")}))
	readCall := func(c *Call) (any, error) {
		c.Headers()
		c.Path()
		readAll(c.Args)
		return []any{c.Args}, nil
	}
	readBatch := func(b *Batch) ([]Prediction, error) {
		list := make([]Prediction, b.Len())
		for i, row := range b.Rows() {
			readAll(row)
			list[i] = Number(float64(i))
		}
		return list, nil
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		request, err := abi.ReadRequest(frame)
		m := function(readCall) // a new one, which checks the frame: it has seen none that began like that
		if err == nil && request.Kind.Predicts() {
			m = &module{predict: readBatch, kind: request.Kind}
			if m.kind == abi.KindClassification {
				return // the handler is a regressor
			}
		}
		got, broken := abi.ReadResult(m.Call(frame))
		switch {
		case broken != nil:
			t.Errorf("%x: broken result: %v", frame, broken)
		case got.Type == typePanic:
			t.Errorf("%x: panic", frame)
		case err != nil && got.Type != typeProtocol:
			t.Errorf("%x: got %+v for %v", frame, got, err)
		}
	})
}

func readAll(a Args) {
	a.Bind(&struct {
		A any                `json:"a"`
		P float64            `json:"p1,omitempty"`
		B map[string][]Proba `json:"b"`
	}{})
	for name, v := range a.All() {
		a.Float(name)
		a.Get(name)
		readValue(v)
	}
}

func readValue(v Value) {
	v.Float()
	v.Int()
	v.Uint()
	v.Text()
	v.Bool()
	v.Any()
	if m, err := v.Map(); err == nil {
		readAll(m)
	}
	if l, err := v.List(); err == nil {
		l.Floats()
		l.Strings()
		for _, item := range l.All() {
			readValue(item)
		}
	}
}
