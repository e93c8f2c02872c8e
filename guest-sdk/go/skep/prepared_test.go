package skep

import (
	"bytes"
	"strings"
	"testing"

	"skep/abi"
)

// A prepared response is answered as the response would be, also between others and after errors, and nothing that is
// answered meanwhile is written to where it lies.
func TestPrepared(t *testing.T) {
	small, large := Text("small").As("a/b"), Binary(bytes.Repeat([]byte("large"), 20_000))
	large.Headers.Add("Näme", "é")
	preparedSmall, preparedLarge := Prepare(small), Prepare(large)
	answers := map[string]any{
		"small": small, "large": large, "prepared small": preparedSmall, "prepared large": preparedLarge, "copy": *preparedSmall,
		"value": strings.Repeat("value", 30_000), "short": 1, "wrong": []byte{}, "gone": (*Prepared)(nil), "empty": &Prepared{},
	}
	var next string
	m := &module{kind: abi.KindFunction, function: func(*Call) (any, error) {
		if next == "panic" {
			panic("as told")
		}
		return answers[next], nil
	}}
	frame := abi.AppendRequest(nil, abi.Request{Kind: abi.KindFunction, Input: emptyMap})
	ask := func(name string) string {
		next = name
		return string(m.Call(frame[:len(frame):len(frame)]))
	}
	wantSmall, wantLarge := ask("small"), ask("large")
	small.Body, large.Body[0] = nil, 'X'
	for _, between := range []string{"short", "value", "large", "wrong", "gone", "empty", "panic", "broken", "prepared small"} {
		if got := ask("prepared small"); got != wantSmall {
			t.Errorf("before %s: got %.100q, want %.100q", between, got, wantSmall)
		}
		if got := ask("prepared large"); got != wantLarge {
			t.Errorf("before %s: got %.100q, want %.100q", between, got, wantLarge)
		}
		if between == "broken" {
			m.Call([]byte{0xc1})
			continue
		}
		got, err := abi.ReadResult([]byte(ask(between)))
		if fails := got.Tag == abi.TagError; err != nil || fails != strings.Contains("wrong gone empty panic", between) {
			t.Errorf("%s: %v %q, %v", between, got.Tag, got.Message, err)
		}
	}
	if got := ask("copy"); got != wantSmall {
		t.Errorf("a copy: got %.100q, want %.100q", got, wantSmall)
	}
}

// What cannot be sent is said with every answer.
func TestPrepareRefuses(t *testing.T) {
	for _, c := range []struct {
		r    *Response
		want string
	}{
		{nil, "is nil"},
		{&Response{Status: 99}, "status 99"},
		{&Response{Headers: Headers{{Name: "\xff"}}}, "not UTF-8"},
		{&Response{Body: make([]byte, abi.MaxResult)}, "at most 4194304"},
	} {
		m := &module{kind: abi.KindFunction, function: func(*Call) (any, error) { return Prepare(c.r), nil }}
		got, err := abi.ReadResult(m.Call(abi.AppendRequest(nil, abi.Request{Kind: abi.KindFunction, Input: emptyMap})))
		if err != nil || got.Tag != abi.TagError || got.Status != 500 || got.Type != typeInvalidResult ||
			!strings.Contains(got.Message, c.want) {
			t.Errorf("got %v %d %q %q, %v, want %q", got.Tag, got.Status, got.Type, got.Message, err, c.want)
		}
	}
	prepared := Prepare(Text(""))
	for _, within := range []any{prepared, *prepared} {
		m := &module{kind: abi.KindFunction, function: func(*Call) (any, error) { return []any{within}, nil }}
		got, err := abi.ReadResult(m.Call(abi.AppendRequest(nil, abi.Request{Kind: abi.KindFunction, Input: emptyMap})))
		if err != nil || got.Tag != abi.TagError {
			t.Errorf("%T inside a value: %v, %v", within, got.Tag, err)
		}
	}
}
