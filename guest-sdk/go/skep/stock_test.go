package skep

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"skep/abi"
)

// What comes from the stock is as good as what the allocator gives: nothing is handed out twice, and all can be kept,
// changed and appended to.
func TestStock(t *testing.T) {
	stocked = &stock{headers: make([]Header, stockedHeaders)}
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
		r.As("text/x").Status = 200 + i
		for n := range 10 * i {
			r.Headers.Add("Name-"+strconv.Itoa(n), strconv.Itoa(i))
		}
	}
	for i, r := range kept {
		if r.Status != 200+i || !bytes.HasSuffix(r.Body, []byte("more")) || r.Headers.Get("Content-Type") != "text/x" ||
			len(r.Headers) != 1+10*i || bytes.Count(r.Body, []byte("more")) != 1 {
			t.Errorf("response %d is %+v", i, r)
		}
		for n := range 10 * i {
			if got := r.Headers.Get("Name-" + strconv.Itoa(n)); got != strconv.Itoa(i) {
				t.Errorf("response %d: header %d is %q", i, n, got)
			}
		}
	}
	if taken, used := stocked.taken, stocked.used; taken != len(stocked.responses) || used > len(stocked.bytes) {
		t.Errorf("%d responses and %d bytes are handed out", taken, used)
	}
}

// inner is a value whose text is made of another answer.
type inner struct{ text string }

func (i inner) MarshalText() ([]byte, error) {
	r, err := JSON(map[string]any{"inner": i.text})
	if err != nil {
		return nil, err
	}
	return append(Text(i.text).Body, r.Body...), nil
}

// What makes answers while one is made takes nothing of its room.
func TestStockInStock(t *testing.T) {
	stocked = &stock{headers: make([]Header, stockedHeaders)}
	t.Cleanup(func() { stocked = nil })
	for range 8 {
		r, err := JSON(map[string]any{"a": "first", "b": inner{"text"}, "c": "last"})
		if err != nil {
			t.Fatal(err)
		}
		const want = `{"a":"first","b":"text{\"inner\":\"text\"}","c":"last"}`
		if string(r.Body) != want {
			t.Errorf("got %s, want %s", r.Body, want)
		}
	}
}

// Headers of requests come from the stock too, while there are any.
func TestStockOfRequestHeaders(t *testing.T) {
	stocked = &stock{headers: make([]Header, stockedHeaders)}
	t.Cleanup(func() { stocked = nil })
	var lists []Headers
	for n := range 20 {
		meta := abi.Meta{Path: "/"}
		for i := range n {
			meta.Headers = append(meta.Headers, Header{Name: strconv.Itoa(i), Value: strconv.Itoa(n)})
		}
		list, ok := new(module).readHeaders(abi.AppendMeta(nil, meta))
		if !ok || len(list) != n {
			t.Fatalf("%d headers: got %q, %v", n, list, ok)
		}
		lists = append(lists, list)
	}
	for n, list := range lists {
		list.Add("more", "")
		for i := range n {
			if list.Get(strconv.Itoa(i)) != strconv.Itoa(n) {
				t.Errorf("list of %d became %q", n, list)
			}
		}
	}
	if left := len(stocked.headers); left >= stockedHeaders {
		t.Errorf("%d headers are in stock", left)
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
