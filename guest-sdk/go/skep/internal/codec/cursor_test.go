package codec_test

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"testing"

	"skep/guest-sdk/go/skep/internal/codec"
)

// A cursor finds what a search from the start finds, in whatever order and in whichever of several maps it is asked.
func TestCursor(t *testing.T) {
	var maps [][]byte
	for _, n := range []int{0, 1, 15, 16, 40} {
		m := map[string]any{}
		for i := range n {
			m["k"+strconv.Itoa(i)] = []any{i, "x", float64(i) / 3, nil}[i%4]
		}
		maps = append(maps, pack(t, m))
	}
	var cursor codec.Cursor
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		raw := maps[r.IntN(len(maps))]
		for at := r.IntN(45); r.IntN(4) > 0; at++ { // some in a row, of which there are not all
			name := "k" + strconv.Itoa(at)
			if got, want := cursor.Lookup(raw, name), codec.Lookup(raw, name); !bytes.Equal(got, want) || (got == nil) != (want == nil) {
				t.Fatalf("%s of %d bytes: got %x, want %x", name, len(raw), got, want)
			}
		}
	}
}
