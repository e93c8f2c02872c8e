package skep

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"skep/abi"
	"skep/guest-sdk/go/skep/internal/codec"
)

// someRecords is an array of records with numbers, some of them many, and each of them by itself.
func someRecords(r *rand.Rand) (raw []byte, records [][]byte) {
	for range r.IntN(6) {
		n := []int{0, 1, 3, 15, 16, 40}[r.IntN(6)]
		record := abi.AppendMapHeader(nil, n)
		if r.IntN(3) == 0 {
			record = []byte{0xdf, 0, 0, 0, byte(n)} // as no host needs to write it
		}
		for _, i := range r.Perm(n) {
			record = someNumber(r, abi.AppendString(record, "n"+strconv.Itoa(i)))
		}
		records = append(records, record)
	}
	raw = abi.AppendArrayHeader(nil, len(records))
	for _, record := range records {
		raw = append(raw, record...)
	}
	return raw, records
}

// Records are found and read as each of them is by itself, in whatever order a guest asks for them, and with what remains
// of other requests behind them.
func TestRecords(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	room := make([]byte, 1<<14)
	names := []string{"n0", "n1", "n2", "n3", "n7", "n20", "other"}
	features := NewFeatures(names[:3]...)
	m := &module{kind: abi.KindRegression}
	m.near = &m.cursor
	for range 5000 {
		raw, records := someRecords(r)
		look := func(i int, row Args) {
			alone := Args{raw: records[i], row: i + 1}
			for range r.IntN(8) {
				switch name := names[r.IntN(len(names))]; r.IntN(4) {
				case 0:
					got, err := row.Float(name)
					if want, wantErr := alone.Float(name); (err == nil) != (wantErr == nil) || err == nil && got != want && want == want {
						t.Fatalf("%s of record %d of % x: got %v, %v, want %v, %v", name, i, raw, got, err, want, wantErr)
					}
				case 1:
					if got, want := row.Has(name), alone.Has(name); got != want {
						t.Fatalf("%s of record %d of % x: got %v, want %v", name, i, raw, got, want)
					}
				case 2:
					var got, want [3]float64
					err, wantErr := features.Read(row, got[:]), features.Read(alone, want[:])
					if (err == nil) != (wantErr == nil) || err == nil && got != want && want == want {
						t.Fatalf("record %d of % x: got %v, %v, want %v, %v", i, raw, got, err, want, wantErr)
					}
				case 3:
					if got, err := row.AppendMsgpack(nil); err != nil || string(got) != string(records[i]) {
						t.Fatalf("record %d of % x: % x, %v", i, raw, got, err)
					}
				}
			}
		}
		m.predict = func(b *Batch) ([]Prediction, error) {
			for range r.IntN(3) {
				if b.Len() > 0 {
					i := r.IntN(b.Len())
					look(i, b.Row(i))
				}
			}
			for i, row := range b.Rows() {
				if look(i, row); r.IntN(4) == 0 {
					other := r.IntN(b.Len())
					look(other, b.Row(other))
				}
			}
			return b.Each(func(row Args) (Prediction, error) {
				look(row.row-1, row)
				if r.IntN(4) == 0 {
					look(0, b.Row(0))
				}
				return Prediction{}, nil
			})
		}
		frame := room[:copy(room, requestFrame(m.kind, raw))]
		if got := read(t, m.Call(frame)); got.Tag != abi.TagValue || codec.Describe(got.Value) != "a list" {
			t.Fatalf("% x: %+v", raw, got)
		}
	}
}
