package skep

import (
	"bytes"
	"testing"

	"skep/abi"
	"skep/abi/golden"
)

// A frame that begins as the one before is not checked. Where its values are broken all the same, a handler that reads
// everything gets errors or other values, and ends.
func TestBrokenValues(t *testing.T) {
	frames, err := golden.Read("../../../abi/testdata/golden")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []abi.Kind{abi.KindFunction, abi.KindClassification} {
		m := &module{kind: kind}
		m.function = func(c *Call) (any, error) { readEverything(&c.request, c.Args); return c.Args, nil }
		m.predict = func(b *Batch) ([]Prediction, error) {
			for _, row := range b.Rows() {
				readEverything(&b.request, row)
			}
			return make([]Prediction, b.Len()), nil
		}
		meta := abi.AppendMeta(nil, abi.Meta{Path: "/p", Headers: []abi.Header{{Name: "A", Value: "1"}}})
		for _, f := range frames {
			if f.Kind != golden.Value {
				continue
			}
			input, empty := append(abi.AppendString(abi.AppendMapHeader(nil, 1), "a"), f.Bytes...), emptyMap
			if kind.TakesRecords() {
				input, empty = append(abi.AppendArrayHeader(nil, 1), input...), emptyList
			}
			head := abi.AppendRequest(nil, abi.Request{Endpoint: "e", Kind: kind, Meta: meta})
			good := append(bytes.Clone(head), empty...)
			frame := append(head, input...)
			for i := range frame {
				for _, change := range []byte{0, 1, 0x10, 0x40, 0x80} {
					changed := bytes.Clone(frame)
					changed[i] ^= change
					m.Call(good)
					if got := mustRead(t, m, changed); got.Type == typePanic {
						t.Fatalf("%s: % x: the handler panicked", f.Name, changed)
					}
				}
				m.Call(good)
				mustRead(t, m, frame[:i])
				if i > 200 {
					break
				}
			}
		}
	}
}

// mustRead is the result of a call; only values that were taken as they came may be what no host takes.
func mustRead(t *testing.T, m *module, frame []byte) abi.Result {
	t.Helper()
	got, err := abi.ReadResult(m.Call(frame))
	if err != nil && m.result[1] != byte(abi.TagValue) {
		t.Fatalf("% x: %v", frame, err)
	}
	return got
}

// readEverything reads arguments in every way that there is.
func readEverything(r *request, a Args) {
	_, _ = r.Headers()
	_, _ = r.Path()
	_ = a.Len()
	for _, name := range []string{"a", ""} {
		_, _ = a.Float(name)
		_, _ = a.Int(name)
		_, _ = a.Uint(name)
		_, _ = a.String(name)
		_, _ = a.Bool(name)
		if l, err := a.List(name); err == nil {
			_, _ = l.Floats()
			_, _ = l.Strings()
		}
		if m, err := a.Map(name); err == nil {
			_ = m.Has("a")
		}
	}
	for _, v := range a.All() {
		_ = v.Type()
		_, _ = v.Any()
	}
	var into struct {
		A any `json:"a"`
	}
	_ = a.Bind(&into)
	_, _ = JSON(a)
}
