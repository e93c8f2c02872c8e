package abi_test

import (
	"bytes"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"skep/abi"
)

// metas are request metadata with strings of all lengths that are written in another way.
func metas() []abi.Meta {
	many := abi.Meta{Path: strings.Repeat("/p", 200)}
	for _, n := range []int{0, 1, 31, 32, 255, 256, 65_535, 65_536, 70_000} {
		many.Headers = append(many.Headers,
			abi.Header{Name: strings.Repeat("n", n%300), Value: strings.Repeat("é", n/2) + strings.Repeat("v", n%2)})
	}
	few := abi.Meta{Path: strings.Repeat("p", 100), Headers: append(many.Headers[:7:7], abi.Header{})}
	long := abi.Meta{Path: "/"}
	for i := range 40 {
		long.Headers = append(long.Headers, abi.Header{Name: "X-" + strconv.Itoa(i), Value: strings.Repeat("é", i)})
	}
	return []abi.Meta{{Path: "/"}, few, many, long, {Headers: []abi.Header{{}}}, {Headers: []abi.Header{{Name: "last"}}}}
}

// same says whether metadata is the same, where a list of no headers is like none.
func same(a, b abi.Meta) bool {
	return a.Path == b.Path && len(a.Headers) == len(b.Headers) && (len(a.Headers) == 0 || reflect.DeepEqual(a.Headers, b.Headers))
}

// What a host sends is viewed as ReadMeta reads it, and nothing that is cut off is.
func TestViewMeta(t *testing.T) {
	for i, m := range metas() {
		raw := abi.AppendMeta(nil, m)
		want, err := abi.ReadMeta(raw)
		if err != nil {
			t.Fatal(err)
		}
		usual := true
		for _, h := range m.Headers {
			usual = usual && len(h.Name) < 256 && len(h.Value) < 1<<16
		}
		for _, room := range [][]abi.Header{nil, make([]abi.Header, 1), make([]abi.Header, 100)} {
			got, ok := abi.ViewMeta(raw, room)
			if ok != usual || ok && !same(got, want) {
				t.Errorf("%d: got %.200v, %v, want %.200v", i, got, ok, want)
			}
			if n := len(got.Headers); ok && n > 0 && n <= len(room) && (&got.Headers[0] != &room[0] || cap(got.Headers) != n) {
				t.Errorf("%d: %d headers do not lie in the room for %d", i, n, len(room))
			}
		}
		if path, ok := abi.ViewPath(raw); !ok || path != want.Path {
			t.Errorf("%d: path %q, %v", i, path, ok)
		}
		for end := range min(len(raw), 300) {
			if _, ok := abi.ViewMeta(raw[:end], nil); ok {
				t.Errorf("%d: its first %d bytes are taken for all", i, end)
			}
			abi.ViewPath(raw[:end])
		}
	}
}

// Bytes that are no metadata are no panic, and what is viewed is what ReadMeta reads, as far as that takes it.
func FuzzViewMeta(f *testing.F) {
	for _, m := range metas() {
		f.Add(abi.AppendMeta(nil, m))
	}
	f.Add([]byte("\x82\xa4path\xa0\xa7headers\xdc\xff\xff\x92\xa0\xa0"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, ok := abi.ViewMeta(raw, make([]abi.Header, 3))
		if want, err := abi.ReadMeta(raw); err == nil && ok && !same(got, want) {
			t.Errorf("%x: got %+v, want %+v", raw, got, want)
		}
	})
}

// Names are found as the standard says: by ASCII letters, the first of several.
func TestFindHeader(t *testing.T) {
	var headers []abi.Header
	for _, name := range []string{"Host", "", "X-In-1", "x-in-2", "host", "X-In-@", "X-In-`", "x\u212a", "Accept-Encoding", "[", "{"} {
		headers = append(headers, abi.Header{Name: name})
	}
	for name, want := range map[string]int{
		"Host": 0, "HOST": 0, "host": 0, "": 1, "x-IN-1": 2, "X-In-2": 3, "X-In-3": -1, "X-In-@": 5, "X-In-`": 6, "xk": -1,
		"X\u212a": 7, "accept-encoding": 8, "accept-encodin": -1, "accept-encodinG": 8, "bccept-encoding": -1, "[": 9, "{": 10,
		"hos": -1, "hosts": -1, "\u212a": -1,
	} {
		if got := abi.FindHeader(headers, name); got != want {
			t.Errorf("%q: %d, want %d", name, got, want)
		}
	}
	for a := range 256 {
		for b := range 256 {
			x, y := string([]byte{'x', byte(a), 'x'}), string([]byte{'X', byte(b), 'X'})
			want := -1
			if lower(byte(a)) == lower(byte(b)) {
				want = 1
			}
			if got := abi.FindHeader([]abi.Header{{Name: "y"}, {Name: x}}, y); got != want {
				t.Errorf("%q in %q: %d, want %d", y, x, got, want)
			}
		}
	}
	if got := abi.FindHeader(nil, ""); got != -1 {
		t.Errorf("in no headers: %d", got)
	}
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// sameReply holds AppendReply to AppendResult: what it takes is the same, behind what is there already, and where it has
// enough room, it takes all that is ASCII and within the limits.
func sameReply(t *testing.T, status int, body []byte, headers []abi.Header, room int) {
	t.Helper()
	want := abi.AppendResult([]byte("ab"), abi.Result{Tag: abi.TagCustom, Status: status, Body: body, Headers: headers})
	b := make([]byte, 2, 2+room)
	copy(b, "ab")
	got, ok := abi.AppendReply(b, status, body, headers)
	if ok && !bytes.Equal(got, want) || !ok && string(got) != "ab" {
		t.Errorf("got % .200x, %v\nwant % .200x", got, ok, want)
	}
	size, usual := 0, status >= abi.MinCustomStatus && status <= abi.MaxStatus && len(headers) <= abi.MaxHeaders
	for _, h := range headers {
		size += len(h.Name) + len(h.Value) + 7
		for _, c := range []byte(h.Name + h.Value) {
			usual = usual && c < 0x80
		}
	}
	usual = usual && size <= abi.MaxHeaderBytes
	if usual && !ok && room >= len(want)+20 || ok && !usual && size <= abi.MaxHeaderBytes {
		t.Errorf("status %d, %d headers in room for %d: taken: %v", status, len(headers), room, ok)
	}
}

func TestAppendReply(t *testing.T) {
	var headers []abi.Header
	for _, n := range []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 255, 256, 257, 3000} {
		text := strings.Repeat("0123456789", 300)[:n]
		headers = append(headers, abi.Header{Name: text, Value: text[:n/2]})
	}
	for _, status := range []int{0, 100, 199, 200, 255, 256, 404, 599, 600} {
		for _, body := range []int{0, 1, 255, 256, 65_535, 65_536} {
			for n := range len(headers) {
				for _, room := range []int{0, 10, 12, 13, 14, 500, 80_000} {
					sameReply(t, status, make([]byte, body), headers[:n], room)
				}
			}
		}
	}
	for room := range 150 {
		sameReply(t, 200, []byte("body"), headers[:8], room)
	}
	for _, body := range []int{4, 300, 70_000} {
		for room := body; room < body+40; room++ { // which ends within the head, or behind it
			sameReply(t, 404, make([]byte, body), make([]abi.Header, 16), room)
		}
	}
	for at := range 20 {
		value := []byte("text of no great length")
		value[at] = 0xff
		sameReply(t, 200, nil, []abi.Header{{Name: "Name", Value: string(value[:20])}}, 1000)
		sameReply(t, 200, nil, []abi.Header{{Name: string(value[:20]), Value: "value"}}, 1000)
	}
	for _, n := range []int{15, 16, abi.MaxHeaders, abi.MaxHeaders + 1} {
		sameReply(t, 200, nil, make([]abi.Header, n), 1000)
	}
	large := strings.Repeat("x", abi.MaxHeaderBytes)
	sameReply(t, 200, nil, []abi.Header{{Name: "N", Value: large}}, 1<<20)
	sameReply(t, 200, nil, []abi.Header{{Name: "N", Value: large + large + large + large}}, 1<<20)
}

func FuzzAppendReply(f *testing.F) {
	f.Add(200, []byte("body"), "Name", "value", "Other", "", 1000)
	f.Add(404, []byte("body"), "Name", "välue", "Other", strings.Repeat("x", 40), 100)
	f.Fuzz(func(t *testing.T, status int, body []byte, name, value, other, more string, room int) {
		if status < 0 || status > 1<<16 || room < 0 || room > 1<<20 {
			return
		}
		sameReply(t, status, body, []abi.Header{{Name: name, Value: value}, {Name: other, Value: more}}, room)
	})
}
