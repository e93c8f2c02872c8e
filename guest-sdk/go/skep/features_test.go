package skep

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"skep/abi"
	"skep/guest-sdk/go/skep/internal/codec"
)

// slowFloat is what Float must give, without any short cut.
func slowFloat(a Args, name string) (float64, error) {
	raw := codec.Lookup(a.raw, name)
	v, _, err := abi.ReadFloat(raw)
	if err != nil {
		return 0, a.misfit(name, raw, "a number", err)
	}
	return v, nil
}

// sameReading compares Features.Read, and Float with and without a cursor, with the slow way.
func sameReading(t *testing.T, raw []byte, names []string) {
	t.Helper()
	features := NewFeatures(names...)
	for _, near := range []*codec.Cursor{nil, new(codec.Cursor)} {
		row := Args{raw: raw, row: 3, near: near}
		got, want := make([]float64, len(names)+1), make([]float64, len(names)+1)
		err := features.Read(row, got)
		var wantErr error
		for i, name := range names {
			if want[i], wantErr = slowFloat(row, name); wantErr != nil {
				break
			}
		}
		if !reflect.DeepEqual(err, wantErr) {
			t.Fatalf("%q of % x: error %v, want %v", names, raw, err, wantErr)
		}
		for i := range got {
			if err == nil && math.Float64bits(got[i]) != math.Float64bits(want[i]) {
				t.Fatalf("%q of % x: got %v, want %v", names, raw, got, want)
			}
		}
		for _, name := range names {
			v, err := row.Float(name)
			wantV, wantErr := slowFloat(row, name)
			if math.Float64bits(v) != math.Float64bits(wantV) || !reflect.DeepEqual(err, wantErr) {
				t.Fatalf("%s of % x: got %v, %v, want %v, %v", name, raw, v, err, wantV, wantErr)
			}
		}
	}
}

// someNumber adds a number of one of the forms that there are, and at times something else.
func someNumber(r *rand.Rand, b []byte) []byte {
	switch r.IntN(12) {
	case 0:
		return append(b, 0xca, 0x3f, 0x80, 0, byte(r.IntN(256)))
	case 1:
		return abi.AppendUint(b, r.Uint64()>>r.IntN(64))
	case 2:
		return abi.AppendInt(b, int64(r.Uint64())>>r.IntN(64))
	case 3:
		code := r.IntN(8) // an integer in any width
		b = append(b, 0xcc+byte(code))
		for range 1 << (code & 3) {
			b = append(b, byte(r.IntN(256)))
		}
		return b
	case 4:
		return abi.AppendInt(b, int64(r.IntN(300)-150))
	case 5:
		if r.IntN(4) == 0 {
			return abi.AppendNil(b)
		}
	}
	return abi.AppendFloat(b, r.NormFloat64())
}

func TestFeatures(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		n := r.IntN(22)
		names := make([]string, n)
		for i := range names {
			names[i] = strings.Repeat("n", []int{0, 1, 3, 7, 8, 14, 15, 16, 22, 28, 30, 40}[r.IntN(12)]) + strconv.Itoa(i)
		}
		sent := append([]string(nil), names...)
		for range r.IntN(3) {
			if i, j := r.IntN(n+1), r.IntN(n+1); i < n && j < n {
				sent[i], sent[j] = sent[j], sent[i]
			}
		}
		if r.IntN(3) == 0 {
			sent = append(sent, "more", "and more")
		}
		if n > 0 && r.IntN(6) == 0 {
			sent = sent[1:]
		}
		raw := abi.AppendMapHeader(nil, len(sent))
		for _, name := range sent {
			raw = someNumber(r, abi.AppendString(raw, name))
		}
		sameReading(t, raw, names)
		sameReading(t, append(raw, make([]byte, 100)...)[:len(raw)], names) // a guest's room goes on behind a record
	}
}

// A row that is too short for the features panics, as a slice does.
func TestFeaturesWithoutRoom(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("there was no panic")
		}
	}()
	_ = NewFeatures("a", "b").Read(Args{raw: numbers(1, 2)}, make([]float64, 1))
}

// Whatever the bytes are, features are read as the slow way does, but for those that a host would not send.
func FuzzFeatures(f *testing.F) {
	f.Add([]byte{0x82, 0xa1, 'a', 1, 0xa1, 'b', 0xcb, 0, 0, 0, 0, 0, 0, 0, 0}, "a", "b")
	f.Add([]byte{0xde, 0, 1, 0xa2, 'a', 'b', 0xd1, 0xff, 0xff}, "ab", "abcdefghijklmnopqrstuvwxyz0123456789")
	f.Fuzz(func(t *testing.T, raw []byte, first, second string) {
		names := []string{first, second, first}
		if len(raw) == 0 || abi.TypeOf(raw) != abi.TypeMap || !abi.ValidString(first) || !abi.ValidString(second) {
			return
		}
		if rest, err := abi.Skip(raw); err == nil && len(rest) == 0 && !repeats(raw) {
			sameReading(t, raw, names)
			return
		}
		row := Args{raw: raw, near: new(codec.Cursor)}
		_ = NewFeatures(names...).Read(row, make([]float64, len(names))) // no panic
		_, _ = row.Float(second)
	})
}

// repeats says whether a map has a key twice, which a host does not send.
func repeats(raw []byte) bool {
	seen := map[string]bool{}
	n, b, _ := abi.ReadMapHeader(raw)
	for range n {
		key, rest, err := abi.ReadString(b)
		if err != nil || seen[key] {
			return true
		}
		seen[key] = true
		_, b = codec.Cut(rest)
	}
	return false
}
