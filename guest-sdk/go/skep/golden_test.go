package skep

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"skep/abi"
	"skep/abi/golden"
	"skep/guest-sdk/go/skep/internal/codec"
)

// The SDK reads and writes the golden frames as every other does.
func TestGolden(t *testing.T) {
	frames, err := golden.Read("../../../abi/testdata/golden")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range frames {
		t.Run(f.Name, func(t *testing.T) {
			switch f.Kind {
			case golden.Init:
				checkGoldenInit(t, f)
			case golden.InitResult:
				checkGoldenInitResult(t, f)
			case golden.Request:
				checkGoldenRequest(t, f)
			case golden.Value:
				checkGoldenValue(t, f)
			}
		})
	}
}

func checkGoldenInit(t *testing.T, f golden.Frame) {
	m := function(sum)
	got := read(t, m.Init(f.Bytes))
	if broken := got.Tag == abi.TagError; broken != (f.Error != "") {
		t.Fatalf("got %+v, want error %q", got, f.Error)
	}
	if f.Error != "" {
		return
	}
	var want struct {
		Service, Generation, Infra string
		Config                     map[string]string
	}
	if err := json.Unmarshal([]byte(f.JSON), &want); err != nil {
		t.Fatal(err)
	}
	r := request{place{m}}
	if r.Service() != want.Service || r.Generation() != want.Generation || r.Infra() != want.Infra {
		t.Errorf("got %+v, want %+v", m.init, want)
	}
	for key, value := range want.Config {
		if got, ok := r.LookupConfig(key); !ok || got != value {
			t.Errorf("config %q is %q, %v; want %q", key, got, ok, value)
		}
	}
}

func checkGoldenInitResult(t *testing.T, f golden.Frame) {
	var want struct{ Kind string }
	if f.Error != "" || !f.Canonical {
		return
	}
	if err := json.Unmarshal([]byte(f.JSON), &want); err != nil {
		t.Fatal(err)
	}
	m := &module{kind: abi.ParseKind(want.Kind)}
	if got := m.Init(abi.AppendInit(nil, abi.Init{Kind: m.kind})); !bytes.Equal(got, f.Bytes) {
		t.Errorf("got %x, want %x", got, f.Bytes)
	}
}

// checkGoldenRequest has arguments echoed and rows counted.
func checkGoldenRequest(t *testing.T, f golden.Frame) {
	var want struct {
		Endpoint, Kind string
		Request        *struct {
			Path    string
			Headers [][2]string
		}
		Args, Records           json.RawMessage
		Args_JSON, Records_JSON *string
	}
	if f.Error == "" {
		if err := json.Unmarshal([]byte(f.JSON), &want); err != nil {
			t.Fatal(err)
		}
	}
	check := func(r *request) {
		path, err := r.Path()
		headers, _ := r.Headers()
		if (err == nil) != (want.Request != nil) || r.Endpoint() != want.Endpoint {
			t.Errorf("endpoint %q, path %q, %v", r.Endpoint(), path, err)
		}
		if want.Request == nil {
			return
		}
		if path != want.Request.Path || len(headers) != len(want.Request.Headers) {
			t.Fatalf("path %q, headers %q", path, headers)
		}
		for i, h := range headers {
			if h.Name != want.Request.Headers[i][0] || h.Value != want.Request.Headers[i][1] {
				t.Errorf("header %d is %q", i, h)
			}
		}
	}
	m := &module{kind: abi.ParseKind(want.Kind)}
	if f.Error != "" {
		m.kind = abi.KindFunction
	}
	var text []byte
	m.function = func(c *Call) (any, error) {
		check(&c.request)
		if text = bytes.Clone(c.JSON()); text != nil {
			return nil, nil
		}
		return c.Args, nil
	}
	m.predict = func(b *Batch) ([]Prediction, error) {
		check(&b.request)
		if text = bytes.Clone(b.JSON()); text != nil {
			return nil, nil
		}
		list := make([]Prediction, b.Len())
		for i, row := range b.Rows() {
			all := map[string]any{}
			for name, v := range row.All() {
				all[name] = v
			}
			list[i] = Number(0)
			if m.kind == abi.KindClassification {
				list[i] = Class("")
			}
			list[i].CustomKeys = all
		}
		return list, nil
	}
	got := read(t, m.Call(f.Bytes))
	switch {
	case f.Error != "":
		if got.Tag != abi.TagError {
			t.Errorf("got %+v, want error %q", got, f.Error)
		}
		return
	case got.Tag != abi.TagValue:
		t.Fatalf("got %+v", got)
	case want.Args_JSON != nil && string(text) != *want.Args_JSON,
		want.Records_JSON != nil && string(text) != *want.Records_JSON:
		t.Errorf("got text %q", text)
	case want.Args != nil:
		sameJSON(t, got.Value, string(want.Args))
	case want.Records != nil:
		v, err := codec.Any(got.Value)
		if err != nil {
			t.Fatal(err)
		}
		rows := []any{}
		for _, item := range v.([]any) {
			rows = append(rows, item.(map[string]any)["customKeys"])
		}
		var encoder codec.Encoder
		raw, err := encoder.Append(nil, rows, 0)
		if err != nil {
			t.Fatal(err)
		}
		sameJSON(t, raw, string(want.Records))
	}
}

func checkGoldenValue(t *testing.T, f golden.Frame) {
	if f.Error != "" {
		codec.AppendJSON(nil, f.Bytes) // must not panic; what is read was checked before
		codec.Any(f.Bytes)
		return
	}
	sameJSON(t, f.Bytes, f.JSON)
	if value, rest := codec.Cut(f.Bytes); len(rest) > 0 || !bytes.Equal(value, f.Bytes) {
		t.Errorf("cut to %x", value)
	}
	v, err := codec.Any(f.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	var encoder codec.Encoder
	raw, err := encoder.Append(nil, v, 0)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := codec.Any(raw); err != nil || !reflect.DeepEqual(again, v) {
		t.Errorf("got %v, %v; want %v", again, err, v)
	}
}

// sameJSON says when a MessagePack value does not mean the same as a JSON text.
func sameJSON(t *testing.T, raw []byte, want string) {
	t.Helper()
	text, err := codec.AppendJSON(nil, raw)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := parse(t, text), parse(t, []byte(want)); !reflect.DeepEqual(got, want) {
		t.Errorf("got %s, want %s", text, want)
	}
}

// parse is JSON with exact integers; floats are compared as float64.
func parse(t *testing.T, text []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return plain(v)
}

func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, _ := v.Float64()
		if f == float64(int64(f)) && f < 1<<53 && f > -1<<53 {
			return int64(f) // 1.0 and 1 are one number in JSON
		}
		if _, err := json.Number(v).Int64(); err != nil && !bytes.ContainsAny([]byte(v), ".eE") {
			return string(v) // an integer above int64
		}
		return f
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = plain(v[key])
		}
	}
	return v
}
