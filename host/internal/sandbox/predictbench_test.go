package sandbox

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"skep/abi"
	"skep/host/internal/manifest"
)

// records is a request frame with so many records of twenty numbers.
func records(rows int) []byte {
	input := abi.AppendArrayHeader(nil, rows)
	for row := range rows {
		input = abi.AppendMapHeader(input, 20)
		for i := range 20 {
			input = abi.AppendString(input, "f"+strconv.Itoa(i))
			if v := (i*37+row*11)%200 - 100; v%8 == 0 {
				input = abi.AppendInt(input, int64(v/8))
			} else {
				input = abi.AppendFloat(input, float64(v)/8)
			}
		}
	}
	return abi.AppendRequest(nil, abi.Request{Endpoint: "classify", Kind: abi.KindClassification, Input: input})
}

// BenchmarkPredict is a call of a guest in Go that predicts the class of records from twenty numbers each.
func BenchmarkPredict(b *testing.B) {
	module := buildGo(b, filepath.Join("..", "..", "..", "bench", "peers", "guests", "go", "bench", "classify"))
	s := mustLoad(b, func(spec *Spec) {
		spec.Module = module
		spec.Isolation = manifest.IsolationRequest
		spec.Init = abi.AppendInit(nil, abi.Init{Endpoint: "classify", Service: "bench", Generation: "v1",
			Kind: abi.KindClassification, Infra: "static"})
		spec.WarmUp = [][]byte{records(1), records(2)}
	})
	for _, rows := range []int{0, 1, 2, 100} {
		b.Run("rows="+strconv.Itoa(rows), func(b *testing.B) {
			request := records(rows)
			var a answer
			var fuel uint64
			for b.Loop() {
				usage, err := s.Call(b.Context(), request, &a)
				if err != nil {
					b.Fatal(err)
				}
				fuel = usage.Fuel
			}
			b.ReportMetric(float64(fuel), "fuel/op")
			b.ReportMetric(float64(s.pool.idle[0].memory.shedding.bytes)/float64(os.Getpagesize()), "private-pages")
		})
	}
}
