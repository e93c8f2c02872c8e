package skep

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"skep/abi"
)

// sameClass compares what Class makes with what the encoder makes of all.
func sameClass(t *testing.T, label string, probas []Proba) {
	t.Helper()
	m := &module{kind: abi.KindClassification}
	given := append([]Proba(nil), probas...)
	p := Class(label, given...)
	for i := range given {
		given[i] = Proba{Class: "changed", P: 7} // it is a copy
	}
	got, err := m.appendPredictions(nil, []Prediction{p})
	want, wantErr := new(module).appendOdd(abi.AppendArrayHeader(nil, 1), &class{label, probas})
	if (err == nil) != (wantErr == nil) || err != nil && err.Error() != "prediction 0: "+wantErr.Error() {
		t.Fatalf("%q, %v: error %v, want %v", label, probas, err, wantErr)
	}
	if err == nil && !bytes.Equal(got, want) {
		t.Fatalf("%q, %v:\ngot  % x\nwant % x", label, probas, got, want)
	}
}

func TestClass(t *testing.T) {
	label := func(r *rand.Rand) string {
		s := strings.Repeat(string(rune('a'+r.IntN(3))), r.IntN(20)) + strconv.Itoa(r.IntN(9))
		switch r.IntN(40) {
		case 0:
			return s + "é"
		case 1:
			return s + "\xff"
		case 2:
			return ""
		case 3:
			return strings.Repeat(s, 20)
		}
		return s[:r.IntN(len(s)+1)]
	}
	try := func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 4))
		for range 20_000 {
			probas := make([]Proba, r.IntN(6))
			if r.IntN(50) == 0 {
				probas = make([]Proba, r.IntN(40))
			}
			for i := range probas {
				probas[i] = Proba{Class: label(r), P: r.Float64()}
				if r.IntN(100) == 0 {
					probas[i].P = []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, 0}[r.IntN(5)]
				}
			}
			sameClass(t, label(r), probas)
		}
	}
	t.Run("plain", try)
	t.Run("stocked", func(t *testing.T) {
		stocked = new(stock)
		stocked.stockPredictions()
		t.Cleanup(func() { stocked = nil })
		try(t)
	})
}

func FuzzClass(f *testing.F) {
	f.Add("plum", "apple", "pear", 0.25, 0.75)
	f.Add("", "a label of more than sixteen bytes", "é", math.Inf(1), 0.0)
	f.Fuzz(func(t *testing.T, label, first, second string, p, q float64) {
		sameClass(t, label, nil)
		sameClass(t, label, []Proba{{first, p}, {second, q}})
	})
}

// Predictions can be kept from one request to the next, whatever is predicted meanwhile.
func TestPredictionsKept(t *testing.T) {
	stocked = new(stock)
	stocked.stockPredictions()
	t.Cleanup(func() { stocked = nil })
	m := &module{kind: abi.KindClassification}
	var kept []Prediction
	m.predict = func(b *Batch) ([]Prediction, error) {
		list, err := b.Each(func(row Args) (Prediction, error) {
			label := "class " + strconv.Itoa(len(kept)+row.row)
			return Class(label, Proba{label, 0.5}, Proba{"other", 0.5}), nil
		})
		kept = append(kept, list...)
		return list, err
	}
	for _, n := range []int{1, 3, 200, 0, 100, 1} {
		if got := read(t, m.Call(withRecords(m.kind, n))); got.Tag != abi.TagValue {
			t.Fatalf("%+v", got)
		}
	}
	for i, p := range kept {
		want := Class("class "+strconv.Itoa(i+1), Proba{"class " + strconv.Itoa(i+1), 0.5}, Proba{"other", 0.5})
		if !bytes.Equal(p.fields, want.fields) {
			t.Errorf("prediction %d became %q", i, p.fields)
		}
	}
}

// One long answer among many that are ignored makes no room for as many long ones, which no result has.
func TestRoomForPredictions(t *testing.T) {
	const records = 200_000
	probas := make([]Proba, maxUsual)
	for i := range probas {
		probas[i] = Proba{Class: "a class number " + string(rune('a'+i)), P: 1.0 / maxUsual}
	}
	m := &module{kind: abi.KindClassification}
	list := make([]Prediction, records)
	list[0] = Class("a class number a", probas...)
	b, err := m.appendPredictions(nil, list)
	if err != nil || len(b) > records+1000 || cap(b) > 2*abi.MaxResult {
		t.Errorf("%d bytes in room for %d, %v", len(b), cap(b), err)
	}
}

// Each ends with the first error, and asks for each record once.
func TestEach(t *testing.T) {
	asked := 0
	m := &module{kind: abi.KindRegression, predict: func(b *Batch) ([]Prediction, error) {
		return b.Each(func(row Args) (Prediction, error) {
			asked++
			v, err := row.Float("p1")
			return Number(v), err
		})
	}}
	records := abi.AppendArrayHeader(nil, 3)
	for _, row := range [][]byte{numbers(1), numbers(), numbers(3)} {
		records = append(records, row...)
	}
	got := read(t, m.Call(requestFrame(m.kind, records)))
	if got.Status != 400 || !strings.Contains(got.Message, "p1") || asked != 2 {
		t.Errorf("got %+v after %d records", got, asked)
	}
}
