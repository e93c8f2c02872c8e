package codec_test

import (
	"bytes"
	"testing"

	"skep/abi"
	"skep/guest-sdk/go/skep/internal/codec"
)

// Walking without checks agrees with walking with them, and never panics.
func FuzzCut(f *testing.F) {
	for _, v := range []any{nil, 1, -1, 1.5, "text", []any{1, []any{}}, map[string]any{"a": 1}, 1 << 40} {
		f.Add(pack(f, v))
	}
	f.Add([]byte{0xdf, 0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{0xdb, 0xff, 0xff, 0xff, 0xff, 0x00})
	f.Fuzz(func(t *testing.T, b []byte) {
		value, rest := codec.Cut(b)
		codec.Lookup(b, "a")
		var cursor codec.Cursor
		for _, name := range []string{"a", "b", "a", ""} {
			cursor.Lookup(b, name)
		}
		want, err := abi.Skip(b)
		if err != nil {
			return
		}
		if !bytes.Equal(rest, want) || len(value) != len(b)-len(want) {
			t.Errorf("%x: cut to %x, rest %x, want rest %x", b, value, rest, want)
		}
	})
}
