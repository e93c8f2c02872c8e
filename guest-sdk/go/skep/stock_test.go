package skep

import (
	"bytes"
	"strings"
	"testing"

	"skep/abi"
)

// What comes from the stock is as good as what the allocator gives: nothing is handed out twice, and all can be kept,
// changed and appended to.
func TestStock(t *testing.T) {
	stocked = new(stock)
	t.Cleanup(func() { stocked = nil })
	texts := []string{"one", "", strings.Repeat("long", 200), "two", strings.Repeat("too long", 200), "three"}
	var kept []*Response
	for _, text := range texts {
		r := Text(text)
		object, err := JSON(map[string]any{"text": text})
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, r, object)
	}
	for i, text := range texts {
		if got := string(kept[2*i].Body); got != text {
			t.Errorf("text %q became %q", text, got)
		}
		if got := string(kept[2*i+1].Body); got != `{"text":"`+text+`"}` {
			t.Errorf("JSON of %q became %q", text, got)
		}
	}
	for i, r := range kept {
		r.Body = append(r.Body, "more"...)
		r.Headers.Add("A", "1")
		r.Headers.Add("B", "2")
		r.As("text/x").Status = 200 + i
	}
	for i, r := range kept {
		if r.Status != 200+i || !bytes.HasSuffix(r.Body, []byte("more")) || r.Headers.Get("Content-Type") != "text/x" ||
			len(r.Headers) != 3 || bytes.Count(r.Body, []byte("more")) != 1 {
			t.Errorf("response %d is %+v", i, r)
		}
	}
	if taken, used := stocked.taken, stocked.used; taken != len(stocked.responses) || used > len(stocked.bytes) {
		t.Errorf("%d responses and %d bytes are handed out", taken, used)
	}
}

// The usual responses are the frames that abi makes of them.
func TestUsualResponses(t *testing.T) {
	object, err := JSON([]int{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	reply := func(status int, headers ...string) *Response {
		r := &Response{Status: status, Body: []byte("body")}
		for i := 0; i < len(headers); i += 2 {
			r.Headers.Add(headers[i], headers[i+1])
		}
		return r
	}
	for _, r := range []*Response{
		Text("Hello, World!"), Text(""), Text(strings.Repeat("x", 300)), Binary(make([]byte, 70_000)), object,
		reply(0, "Content-Type", typeText), reply(200, "Content-Type", "text/plain"), reply(200, "content-type", typeText),
		reply(200, "X", typeText), reply(200, "Content-Type", typeText, "X", "1"), reply(0),
		reply(201, "Content-Type", typeText), reply(404, "Content-Type", typeJSON),
	} {
		m := &module{}
		if err := m.respond(r); err != nil {
			t.Fatal(err)
		}
		want := abi.AppendResult(nil, abi.Result{Tag: abi.TagCustom, Status: max(200, r.Status), Body: r.Body,
			Headers: r.Headers})
		if !bytes.Equal(m.result, want) {
			t.Errorf("%v: got % x\nwant % x", r, m.result, want)
		}
	}
}
