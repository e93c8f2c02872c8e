package frame

import (
	"errors"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/action"
	"skep/host/internal/schema"
	"skep/host/internal/service"
)

const noneIgnored = `{"ignored":true,"ignoreReason":"IGNORED_BY_MODEL"}`

var columns = list{object{{"name", "a"}, {"type", "string"}}, object{{"type", "double"}, {"name", "b"}}}

func TestValuesOfKinds(t *testing.T) {
	const forecast, effect, lookup, query = abi.KindForecast, abi.KindEffect, abi.KindLookup, abi.KindQuery
	for _, c := range []struct {
		k     abi.Kind
		a     action.Action
		rows  int
		value any
		want  string
	}{
		{forecast, action.Forecast, -1, list{}, `[]`},
		{forecast, action.Forecast, -1, list{object{{"forecast", 1.5}, {"time", "t"}}, nil, object{{"forecast", nil}}},
			`[{"forecast":1.5,"time":"t","ignored":false},` + noneIgnored + `,{"forecast":null,"ignored":false}]`},
		{forecast, action.Forecast, -1, list{object{{"ignored", true}, {"forecast", 2}}}, `[{"ignored":true,"forecast":2}]`},
		{effect, action.PredictEffect, 1, list{object{{"any", list{1}}}}, `{"any":[1],"ignored":false}`},
		{effect, action.PredictEffect, 1, list{object{}}, `{"ignored":false}`},
		{effect, action.PredictEffect, 1, list{nil}, noneIgnored},
		{effect, action.PredictEffectMulti, 2, list{nil, object{{"ignored", false}}}, `[` + noneIgnored + `,{"ignored":false}]`},
		{lookup, action.Lookup, 1, list{object{{"a", 1}}}, `[{"data":{"a":1}}]`},
		{lookup, action.LookupMulti, 2, list{nil, object{}},
			`[{"data":{},"ignored":true,"ignoreReason":"NO_LOOKUP_MATCH"},{"data":{}}]`},
		{query, action.Query, 0, object{{"updatedRows", 3}}, `{"updatedRows":3}`},
		{query, action.Query, 0, object{{"columns", list{}}, {"rows", list{}}}, `{"columns":[],"rows":[]}`},
		{query, action.Query, 0, object{{"rows", list{list{"x", nil}}}, {"columns", columns}},
			`{"rows":[["x",null]],"columns":[{"name":"a","type":"string"},{"type":"double","name":"b"}]}`},
	} {
		r := &Request{Kind: c.k, Action: c.a}
		reply, err := readAs(r, c.rows, result(t, abi.TagValue, c.value))
		if err != nil || string(reply.Value) != c.want {
			t.Errorf("%v of %v: %s, error %v, want %s", c.a, c.value, reply.Value, err, c.want)
		}
	}
}

func TestBrokenValuesOfKinds(t *testing.T) {
	for _, c := range []struct {
		a     action.Action
		rows  int
		value any
		want  string
	}{
		{action.Forecast, -1, object{}, "a map instead of an array"},
		{action.Forecast, -1, list{object{{"time", "t"}}}, "without forecast"},
		{action.Forecast, -1, list{object{{"forecast", "1"}}}, "a forecast is a string"},
		{action.Forecast, -1, list{object{{"forecast", 1}, {"ignored", "no"}}}, `"ignored" is a string`},
		{action.Forecast, -1, list{object{{"forecast", 1}, {"forecast", 1}}}, "repeated key"},
		{action.PredictEffect, 1, list{}, "0 items for 1 records"},
		{action.PredictEffectMulti, -1, list{1}, "an integer instead of a map"},
		{action.PredictEffect, -1, list{nil, nil}, "2 items for one record"},
		{action.Lookup, 1, list{list{}}, "the row of a lookup is an array"},
		{action.LookupMulti, 2, list{nil}, "1 items for 2 records"},
		{action.LookupMulti, 1, list{object{{"a", nested(t, 64, true)}}}, "nested too deeply"},
		{action.Query, 0, list{}, "an array instead of a map"},
		{action.Query, 0, object{}, "neither columns and rows"},
		{action.Query, 0, object{{"columns", columns}}, "neither columns and rows"},
		{action.Query, 0, object{{"rows", list{}}}, "neither columns and rows"},
		{action.Query, 0, object{{"rows", list{}}, {"columns", columns}, {"updatedRows", 1}}, "neither columns and rows"},
		{action.Query, 0, object{{"columns", columns}, {"rows", list{list{"x"}}}}, "not as long as columns"},
		{action.Query, 0, object{{"columns", columns}, {"rows", list{list{"x", "y"}, list{}}}}, "different length"},
		{action.Query, 0, object{{"columns", columns}, {"rows", list{list{"x", 1}}}}, "a cell is an integer"},
		{action.Query, 0, object{{"columns", list{object{{"name", "a"}}}}, {"rows", list{}}}, "without name and type"},
		{action.Query, 0, object{{"columns", list{object{{"name", "a"}, {"type", 1}}}}, {"rows", list{}}}, "an integer"},
		{action.Query, 0, object{{"columns", list{object{{"name", "a"}, {"more", "b"}}}}, {"rows", list{}}}, "unknown key"},
		{action.Query, 0, object{{"updatedRows", -1}}, "negative"},
		{action.Query, 0, object{{"updatedRows", 1.5}}, "a float"},
		{action.Query, 0, object{{"updatedRows", 1}, {"x", 1}}, "unknown key"},
	} {
		r := &Request{Kind: c.a.Shape().Kinds[0], Action: c.a}
		_, err := readAs(r, c.rows, result(t, abi.TagValue, c.value))
		if !errors.Is(err, service.ErrGuestProtocol) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v of %v: %v, want %s", c.a, c.value, err, c.want)
		}
	}
	for _, a := range action.All() {
		r := &Request{Kind: a.Shape().Kinds[0], Action: a}
		_, err := readAs(r, 1, result(t, abi.TagCustom, 200, nil, "x", list{}))
		if wrong := !errors.Is(err, service.ErrGuestProtocol); wrong != (r.Kind == abi.KindFunction) {
			t.Errorf("a custom response to %v: %v", a, err)
		}
	}
}

func TestInputOfKinds(t *testing.T) {
	for _, c := range []struct {
		a          action.Action
		body, want string
	}{
		{action.Forecast, `{"items":[{"y":1},{}],"dispatch":{}}`, `[{"y":1} {}]`},
		{action.PredictEffect, `{"features":{"x":1}}`, `[{"x":1}]`},
		{action.PredictEffectMulti, `{"items":[{"features":{"x":1},"context":{}}]}`, `[{"x":1}]`},
		{action.Lookup, `{"context":{"a":1},"data":{"k":"v"}}`, `[{"k":"v"}]`},
		{action.LookupMulti, `{"items":[{"data":{"k":"v"}},{"data":{}}]}`, `[{"k":"v"} {}]`},
		{action.Query, ``, `{}`},
		{action.Query, `{"dispatch":1}`, `{"dispatch":1}`},
	} {
		got, err := args(t, c.a.Shape().Kinds[0], c.a, c.body)
		if err != nil || got != c.want {
			t.Errorf("%v of %s: %s, %v, want %s", c.a, c.body, got, err, c.want)
		}
	}
	for _, c := range []struct {
		a          action.Action
		body, want string
	}{
		{action.Forecast, `{}`, `has no "items"`},
		{action.Forecast, `{"items":[1]}`, "item 0 is not an object"},
		{action.Lookup, `{"features":{}}`, `the body has no "data"`},
		{action.LookupMulti, `{"items":[{"data":{}},{"data":1}]}`, `"data" of item 1 is not an object`},
		{action.Query, `[]`, "the body is not an object"},
	} {
		_, err := args(t, c.a.Shape().Kinds[0], c.a, c.body)
		var input *InputError
		if !errors.As(err, &input) || !strings.Contains(input.Reason, c.want) {
			t.Errorf("%v of %s: %v, want %s", c.a, c.body, err, c.want)
		}
	}
}

// How many values an answer must have.
func TestRows(t *testing.T) {
	var e Encoder
	for _, c := range []struct {
		a    action.Action
		text bool
		body string
		want int
	}{
		{action.Query, false, `{}`, 0}, {action.Query, true, `{}`, 0}, {action.Forecast, false, `{"items":[{},{}]}`, -1},
		{action.Forecast, true, `{}`, -1}, {action.Lookup, false, `{"data":{}}`, 1}, {action.Lookup, true, ``, 1},
		{action.LookupMulti, false, `{"items":[]}`, 0}, {action.LookupMulti, true, ``, -1},
		{action.PredictSimple, false, "a=1", 1}, {action.PredictSimple, true, "a=1", 1},
	} {
		r := &Request{Kind: c.a.Shape().Kinds[0], Action: c.a, JSONInput: c.text}
		if _, rows, err := e.Encode(r, []byte(c.body)); err != nil || rows != c.want {
			t.Errorf("%v, JSON %v: %d rows, %v, want %d", c.a, c.text, rows, err, c.want)
		}
	}
}

// A schema makes numbers and booleans of what is text in a query.
func TestTypesOfQueries(t *testing.T) {
	s, err := schema.New([]schema.Field{{Name: "n", Type: schema.Number}, {Name: "i", Type: schema.Integer},
		{Name: "b", Type: schema.Boolean, Default: false}, {Name: "s", Type: schema.String, Enum: []any{"1", "2"}},
		{Name: "l", Type: schema.Array}, {Name: "any"}})
	if err != nil {
		t.Fatal(err)
	}
	var e Encoder
	r := &Request{Kind: abi.KindRegression, Action: action.PredictSimple, Schema: s}
	for _, c := range []struct{ query, want, problem string }{
		{"n=1.5&i=-3&b=true&s=1&any=1&other=2",
			`[{"n":` + bits(1.5) + ` "i":-3 "b":true "s":"1" "any":"1" "other":"2"}]`, ""},
		{"n=18446744073709551615", `[{"n":18446744073709551615 "b":false}]`, ""},
		{"n=1e3&b=false", `[{"n":` + bits(1000) + ` "b":false}]`, ""},
		{"n=nan", "", `feature "n" is a string`},
		{"n=0x1p4", "", `feature "n" is a string`},
		{"n=1e999", "", `feature "n" is a string`},
		{"n=", "", `feature "n" is a string`},
		{"i=1.0", "", `feature "i" is a number with fraction`},
		{"b=1", "", `feature "b" is a string`},
		{"s=3", "", `feature "s" is none of the allowed values`},
		{"l=[]", "", `feature "l" is a string, must be of type array`},
	} {
		frame, _, err := e.Encode(r, []byte(c.query))
		if c.problem != "" {
			var input *InputError
			if !errors.As(err, &input) || !strings.Contains(input.Reason, c.problem) {
				t.Errorf("%s: %v, want %s", c.query, err, c.problem)
			}
			continue
		}
		in, readErr := abi.ReadRequest(frame)
		if err != nil || readErr != nil || show(t, in.Input) != c.want {
			t.Errorf("%s: %s, %v, %v, want %s", c.query, show(t, in.Input), err, readErr, c.want)
		}
	}
}
