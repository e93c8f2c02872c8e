package frame

import (
	"fmt"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/action"
)

// twentyFeatures is the body of a predict call with 20 numeric features.
func twentyFeatures() []byte {
	var b strings.Builder
	b.WriteString(`{"features": {`)
	for i := range 20 {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, `"feature_%02d": %d.%d`, i, i*37%11, i*7919+1)
	}
	b.WriteString(`}, "explanations": {"enabled": null, "method": null, "nExplanations": null}}`)
	return []byte(b.String())
}

// metaRequest is a request as a client with five headers makes it.
func metaRequest(k abi.Kind, a action.Action) *Request {
	return &Request{
		Endpoint: "classify", Kind: k, Action: a, HasMeta: true,
		Path: []byte("/public/api/v1/docs/classify/" + a.String()),
		Headers: []Header{
			{[]byte("Host"), []byte("localhost:12000")},
			{[]byte("User-Agent"), []byte("python-requests/2.32.3")},
			{[]byte("Accept-Encoding"), []byte("gzip, deflate")},
			{[]byte("Authorization"), []byte("Basic a2V5Og==")},
			{[]byte("Content-Length"), []byte("542")},
		},
	}
}

// valueFrame is a result frame of about 600 bytes: a map of a list of maps.
func valueFrame() []byte {
	b := abi.AppendMapHeader(abi.AppendValueHead(nil), 2)
	b = abi.AppendString(abi.AppendString(b, "status"), "all rows were found")
	b = abi.AppendArrayHeader(abi.AppendString(b, "rows"), 10)
	for i := range 10 {
		b = abi.AppendMapHeader(b, 4)
		b = abi.AppendInt(abi.AppendString(b, "id"), int64(i)*7919)
		b = abi.AppendString(abi.AppendString(b, "name"), "name of the row")
		b = abi.AppendFloat(abi.AppendString(b, "score"), float64(i)/7)
		b = abi.AppendBool(abi.AppendString(b, "valid"), i%2 == 0)
	}
	return b
}

func BenchmarkEncode(b *testing.B) {
	for _, c := range []struct {
		name string
		r    *Request
		body []byte
	}{
		{"empty", &Request{Endpoint: "text", Kind: abi.KindFunction, Action: action.Run}, nil},
		{"predict20", metaRequest(abi.KindClassification, action.Predict), twentyFeatures()},
		{"string4k", &Request{Endpoint: "text", Kind: abi.KindFunction, Action: action.Run},
			[]byte(`{"text":"` + strings.Repeat("0123456789abcdef", 256) + `"}`)},
	} {
		b.Run(c.name, func(b *testing.B) {
			var e Encoder
			b.ReportAllocs()
			b.SetBytes(int64(len(c.body)))
			for b.Loop() {
				if _, _, err := e.Encode(c.r, c.body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkReadResult(b *testing.B) {
	predictions := abi.AppendArrayHeader(abi.AppendValueHead(nil), 1)
	predictions = abi.AppendMapHeader(predictions, 2)
	predictions = abi.AppendString(abi.AppendString(predictions, "prediction"), "setosa")
	predictions = abi.AppendMapHeader(abi.AppendString(predictions, "probas"), 3)
	for i, class := range []string{"setosa", "versicolor", "virginica"} {
		predictions = abi.AppendFloat(abi.AppendString(predictions, class), 1/float64(i+3))
	}
	run := &Request{Kind: abi.KindFunction, Action: action.Run}
	for _, c := range []struct {
		name  string
		r     *Request
		frame []byte
	}{
		{"value600", run, valueFrame()},
		{"prediction", metaRequest(abi.KindClassification, action.Predict), predictions},
		{"text", run, abi.AppendResult(nil, abi.Result{Tag: abi.TagCustom, Status: 200, ContentType: "text/plain",
			Body: []byte("Hello, World!"), Headers: []abi.Header{{Name: "Machin", Value: "Truc"}}})},
	} {
		b.Run(c.name, func(b *testing.B) {
			var d Decoder
			d.Reset(c.r, 1, true)
			b.ReportAllocs()
			b.SetBytes(int64(len(c.frame)))
			for b.Loop() {
				d.Reset(c.r, 1, true)
				if err := d.ReadResult(c.frame); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
