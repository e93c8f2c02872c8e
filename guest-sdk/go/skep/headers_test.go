package skep

import (
	"slices"
	"testing"
)

func TestHeaders(t *testing.T) {
	var h Headers
	h.Add("Set-Cookie", "chocolate")
	h.Add("X", "1")
	h.Add("set-cookie", "pecan")
	if got := h.Values("SET-COOKIE"); !slices.Equal(got, []string{"chocolate", "pecan"}) {
		t.Errorf("values %q", got)
	}
	if h.Get("x") != "1" || h.Get("Set-Cookie") != "chocolate" || h.Get("y") != "" || !h.Has("X") || h.Has("XX") {
		t.Errorf("got %q", h)
	}
	h.Set("SET-Cookie", "plain")
	if want := (Headers{{Name: "X", Value: "1"}, {Name: "SET-Cookie", Value: "plain"}}); !slices.Equal(h, want) {
		t.Errorf("after Set: %q, want %q", h, want)
	}
	h.Del("x")
	h.Del("nothing")
	if len(h) != 1 || h.Has("X") {
		t.Errorf("after Del: %q", h)
	}
	if h.Has("Set-Cooki\u212a") { // the Kelvin sign is no letter of HTTP
		t.Error("names are compared by Unicode")
	}
}

func TestResponseDefaults(t *testing.T) {
	json, err := JSON(map[string]any{"c": []any{"e", 42}, "a": "b"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		r           *Response
		contentType string
		body        string
	}{
		{Text("é"), "text/plain; charset=utf-8", "é"},
		{Text("<a/>").As("text/xml"), "text/xml", "<a/>"},
		{json, "application/json", `{"a":"b","c":["e",42]}`},
		{Binary([]byte{0, 0xff}), "application/octet-stream", "\x00\xff"},
		{NewResponse(200, []byte("x")), "", "x"},
		{NewResponse(200, "x").As("a/b"), "a/b", "x"},
		{NewResponse(200, "x", Header{Name: "content-type", Value: "c/d"}).As("a/b"), "a/b", "x"},
	} {
		if c.r.Status != 200 || c.r.Headers.Get("Content-Type") != c.contentType || string(c.r.Body) != c.body {
			t.Errorf("got %+v, want %q with %q", c.r, c.contentType, c.body)
		}
	}
	if _, err := JSON([]byte{}); err == nil {
		t.Error("JSON takes bytes")
	}
}

// The headers that are given stay the caller's.
func TestNewResponseCopiesHeaders(t *testing.T) {
	headers := []Header{{Name: "A", Value: "1"}, {Name: "B", Value: "2"}}
	r := NewResponse(200, "", headers...)
	r.Headers.Del("A")
	if headers[0].Name != "A" {
		t.Errorf("got %q", headers)
	}
}
