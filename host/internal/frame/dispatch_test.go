package frame

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"skep/abi"
	"skep/host/internal/action"
	"skep/host/internal/schema"
)

// FuzzDispatch: what is read agrees with encoding/json, and a bad body is an InputError.
func FuzzDispatch(f *testing.F) {
	for _, seed := range append([]string{
		`{"features":{},"dispatch":{"forcedGeneration":"v1"}}`, `{"dispatch":{"dispatchKey":"\u00fc"},"features":{"a":NaN}}`,
		`{"d\u0069spatch":{"forcedGeneration":"\ud83d\udc1d"}}`, `{"dispatch":null}`, `{"dispatch":1}`,
		`{"dispatch":{"forcedGeneration":null,"dispatchKey":1}}`, `{"x":"dispatch"}`}, bodies...) {
		f.Add([]byte(seed))
	}
	var e Encoder
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := e.Dispatch(action.Predict, body)
		if err != nil {
			var input *InputError
			if !errors.As(err, &input) || input.Offset < 0 || input.Offset > int64(len(body)) {
				t.Fatalf("%q: %v", body, err)
			}
			return
		}
		var want map[string]json.RawMessage
		if json.Unmarshal(body, &want) != nil || !utf8.Valid(body) {
			return // NaN, or what only Encode looks at
		}
		var choice map[string]json.RawMessage
		_ = json.Unmarshal(want["dispatch"], &choice) // absent, or an object
		for key, value := range map[string][]byte{"forcedGeneration": got.Forced, "dispatchKey": got.Key} {
			var text *string
			_ = json.Unmarshal(choice[key], &text)
			if (text == nil) != (value == nil) || text != nil && *text != string(value) {
				t.Fatalf("%q: %s is %q, want %s", body, key, value, choice[key])
			}
		}
		if run, err := e.Dispatch(action.Run, body); run.Forced != nil || run.Key != nil || err != nil {
			t.Fatalf("%q dispatches a function", body)
		}
	})
}

// FuzzQuery: a query string means what it means to net/url, where each name stands once.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"", "a=1&b=2", "a=%20+%2B", "a", "a=b=c", "&&a=1&", "a=1&a=2", "%", "%zz=1", "a=%ff", "a;b=1", "é=%C3%A9"} {
		f.Add([]byte(seed))
	}
	var e Encoder
	r := &Request{Kind: abi.KindRegression, Action: action.PredictSimple}
	f.Fuzz(func(t *testing.T, query []byte) {
		frame, _, err := e.Encode(r, query)
		if err != nil {
			var input *InputError
			if !errors.As(err, &input) || input.Offset < 0 || input.Offset > int64(len(query)) {
				t.Fatalf("%q: %v", query, err)
			}
			return
		}
		in, err := abi.ReadRequest(frame)
		if err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		values, err := url.ParseQuery(strings.ReplaceAll(string(query), ";", "%3b")) // net/url refuses semicolons
		if err != nil {
			t.Fatalf("%q: net/url says %v", query, err)
		}
		_, record, _ := abi.ReadArrayHeader(in.Input)
		n, record, err := abi.ReadMapHeader(record)
		if err != nil || n != len(values) {
			t.Fatalf("%q: %d parameters, %v, want %v", query, n, err, values)
		}
		for range n {
			var name, value string
			if name, record, err = abi.ReadString(record); err == nil {
				value, record, err = abi.ReadString(record)
			}
			if want := values[name]; err != nil || len(want) != 1 || want[0] != value {
				t.Fatalf("%q: %q is %q, %v, want %q", query, name, value, err, want)
			}
		}
	})
}

// FuzzSchema: a frame that is made holds to the schema.
func FuzzSchema(f *testing.F) {
	s, err := schema.New([]schema.Field{{Name: "n", Type: schema.Number, Required: true},
		{Name: "i", Type: schema.Integer, Enum: []any{int64(1), int64(-70000)}, Default: int64(1)},
		{Name: "s", Type: schema.String, Enum: []any{"a", "é"}}, {Name: "b", Type: schema.Boolean, Default: true},
		{Name: "l", Type: schema.Array}, {Name: "o", Type: schema.Object}, {Name: "any"}})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range append([]string{`{"n":1}`, `{"n":1.5,"i":-70000,"s":"\u00e9","b":false,"l":[],"o":{},"any":null}`,
		`{"n":NaN}`, `{"n":1,"i":null}`, `{"n":1,"s":"b"}`, `{"n":1,"l":{}}`, `{"n":1,"i":1.0}`}, bodies...) {
		f.Add([]byte(seed))
	}
	var e Encoder
	r := &Request{Kind: abi.KindFunction, Action: action.Run, Schema: s}
	plain := &Request{Kind: abi.KindFunction, Action: action.Run}
	f.Fuzz(func(t *testing.T, body []byte) {
		frame, _, err := e.Encode(r, body)
		if err != nil {
			var input *InputError
			if !errors.As(err, &input) || input.Offset < 0 || input.Offset > int64(len(body)) {
				t.Fatalf("%q: %v", body, err)
			}
			return
		}
		in, err := abi.ReadRequest(frame)
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		values := members(t, in.Input)
		n, i, text := values["n"], values["i"], values["s"]
		if typ := abi.TypeOf(n); typ != abi.TypeInt && typ != abi.TypeFloat {
			t.Fatalf("%q: n is % x", body, n)
		}
		if v, _, err := abi.ReadInt(i); abi.TypeOf(i) != abi.TypeNil && (err != nil || v != 1 && v != -70000) {
			t.Fatalf("%q: i is % x", body, i)
		}
		if v, _, err := abi.ReadString(text); text != nil && abi.TypeOf(text) != abi.TypeNil && (err != nil || v != "a" && v != "é") {
			t.Fatalf("%q: s is % x", body, text)
		}
		if _, ok := values["b"]; !ok {
			t.Fatalf("%q: b has no default", body)
		}
		if frame, _, err = e.Encode(plain, body); err != nil {
			t.Fatalf("%q: without schema: %v", body, err)
		}
		in, _ = abi.ReadRequest(frame)
		for name, value := range members(t, in.Input) {
			if string(values[name]) != string(value) {
				t.Fatalf("%q: %q is % x with the schema and % x without", body, name, values[name], value)
			}
		}
	})
}

// members are the raw values of a map.
func members(t *testing.T, raw []byte) map[string][]byte {
	t.Helper()
	n, raw, err := abi.ReadMapHeader(raw)
	all := make(map[string][]byte, n)
	for range n {
		var name string
		if name, raw, err = abi.ReadString(raw); err != nil {
			break
		}
		rest, err := abi.Skip(raw)
		if err != nil {
			t.Fatal(err)
		}
		all[name], raw = append([]byte(nil), raw[:len(raw)-len(rest)]...), rest
	}
	if err != nil || len(all) != n {
		t.Fatalf("a map of %d members: %v, %v", n, all, err)
	}
	return all
}
