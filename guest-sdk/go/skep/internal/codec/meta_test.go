package codec_test

import (
	"reflect"
	"strings"
	"testing"

	"skep/abi"
	"skep/guest-sdk/go/skep/internal/codec"
)

func metas() []abi.Meta {
	many := abi.Meta{Path: strings.Repeat("/p", 200)}
	for _, n := range []int{0, 1, 31, 32, 255, 256, 70_000} {
		many.Headers = append(many.Headers, abi.Header{Name: "X-" + strings.Repeat("n", n%300), Value: strings.Repeat("é", n/2)})
	}
	long := abi.Meta{Path: "/"}
	for range 40 {
		long.Headers = append(long.Headers, abi.Header{Name: "A", Value: "b"})
	}
	return []abi.Meta{{Path: "/"}, many, long, {Path: "", Headers: []abi.Header{{Name: "", Value: ""}}}}
}

// What a host sends is read as by the reader that checks.
func TestMeta(t *testing.T) {
	for i, m := range metas() {
		raw := abi.AppendMeta(nil, m)
		want, err := abi.ReadMeta(raw)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := codec.Meta(raw)
		if !ok || got.Path != want.Path || len(got.Headers) != len(want.Headers) ||
			len(want.Headers) > 0 && !reflect.DeepEqual(got.Headers, want.Headers) {
			t.Errorf("%d: got %+v, %v, want %+v", i, got, ok, want)
		}
		for end := range min(len(raw), 300) {
			if _, ok := codec.Meta(raw[:end]); ok {
				t.Errorf("%d: its first %d bytes are taken for all", i, end)
			}
		}
	}
}

// Bytes that are no metadata are no panic, and what the checking reader takes is read alike.
func FuzzMeta(f *testing.F) {
	for _, m := range metas() {
		f.Add(abi.AppendMeta(nil, m))
	}
	f.Add([]byte{0x81, 0xa7, 'h', 'e', 'a', 'd', 'e', 'r', 's', 0xdd, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, ok := codec.Meta(raw)
		want, err := abi.ReadMeta(raw)
		if err != nil || !ok {
			return // metadata with other keys is left to the reader that checks
		}
		if got.Path != want.Path || len(got.Headers) != len(want.Headers) ||
			len(want.Headers) > 0 && !reflect.DeepEqual(got.Headers, want.Headers) {
			t.Errorf("%x: got %+v, want %+v", raw, got, want)
		}
	})
}
