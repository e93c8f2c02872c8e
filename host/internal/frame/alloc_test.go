package frame

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/action"
)

// TestNoAllocation says that warm calls of ordinary size allocate nothing.
func TestNoAllocation(t *testing.T) {
	items := `{"items":[` + strings.TrimSuffix(strings.Repeat(`{"features":{"a":1,"b":"x","c":0.5}},`, 20), ",") + `]}`
	for _, c := range []struct {
		name string
		r    *Request
		body []byte
	}{
		{"no body", runFunction, nil},
		{"arguments", metaRequest(abi.KindFunction, action.Run), []byte(`{"p1":1,"p2":[0.5,"\u00e9"],"p3":{"a":null}}`)},
		{"20 features", metaRequest(abi.KindClassification, action.Predict), twentyFeatures()},
		{"20 items", metaRequest(abi.KindRegression, action.PredictMulti), []byte(items)},
		{"JSON input", &Request{Kind: abi.KindFunction, Action: action.Run, JSONInput: true}, []byte(`{"a":1}`)},
	} {
		var e Encoder
		if n := testing.AllocsPerRun(100, func() {
			if _, _, err := e.Encode(c.r, c.body); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("Encode, %s: %v allocations", c.name, n)
		}
	}
	row := object{{"prediction", "a"}, {"probas", object{{"a", 0.5}, {"b", 0.5}}}}
	for _, c := range []struct {
		name  string
		r     *Request
		frame []byte
	}{
		{"value", runFunction, valueFrame()},
		{"many keys", runFunction, result(t, abi.TagValue, manyKeys(100, false))},
		{"JSON", runFunction, result(t, abi.TagJSON, []byte(`{"a":[1,"x"]}`))},
		{"custom", runFunction, result(t, abi.TagCustom, 200, "text/plain", "Hello", headers("A", "1", "B", "2"))},
		{"predictions", predicting(abi.KindClassification, action.PredictMulti), result(t, abi.TagValue, list{row, nil, row})},
		{"JSON predictions", predicting(abi.KindRegression, action.PredictMulti),
			result(t, abi.TagJSON, []byte(`[null,{"prediction":1},null]`))},
	} {
		var d Decoder
		if n := testing.AllocsPerRun(100, func() {
			d.Reset(c.r, 3, true)
			if err := d.ReadResult(c.frame); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("ReadResult, %s: %v allocations", c.name, n)
		}
	}
	var out []byte
	if n := testing.AllocsPerRun(100, func() {
		out = AppendEnvelope(out[:0], action.Run, []byte("1"), Timing{Wait: 1000}, Context{"s", "e", "v1"})
		out = AppendError(out[:0], "T", "m")
	}); n != 0 {
		t.Errorf("envelopes: %v allocations", n)
	}
}

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// resultBound is how many bytes the reading of a frame may allocate: a frame that only announces gets nothing. The
// factor is no better because a byte may become six in JSON, a key of one byte costs eight more, and a buffer that
// grows in steps is counted with all of its steps, about five times its size.
func resultBound(frame []byte) uint64 { return 64<<10 + 64*uint64(len(frame)) }

func TestResultAllocation(t *testing.T) {
	for name, frame := range map[string][]byte{
		"claims of an array":   result(t, abi.TagValue, raw{0xdd, 255, 255, 255, 255}),
		"claims of a map":      result(t, abi.TagValue, raw{0xdf, 255, 255, 255, 255}),
		"claims of a string":   result(t, abi.TagValue, raw{0xdb, 255, 255, 255, 255}),
		"claims of text":       result(t, abi.TagJSON, raw{0xc6, 255, 255, 255, 255}),
		"claims of a body":     result(t, abi.TagCustom, 200, nil, raw{0xc6, 255, 255, 255, 255}, list{}),
		"claims of headers":    result(t, abi.TagCustom, 200, nil, "", raw{0xdd, 255, 255, 255, 255}),
		"a million arrays":     result(t, abi.TagValue, nested(t, 1_000_000, false)),
		"a million nils":       result(t, abi.TagValue, raw("\xdd\x00\x0f\x42\x40"+strings.Repeat("\xc0", 1_000_000))),
		"a million controls":   result(t, abi.TagValue, strings.Repeat("\x01", 1_000_000)),
		"100,000 keys":         result(t, abi.TagValue, raw("\xdf\x00\x01\x86\xa0"+strings.Repeat("\xa0\xc0", 100_000))),
		"100,000 equal keys":   result(t, abi.TagValue, raw("\xdf\x00\x01\x86\xa0"+strings.Repeat("\xa1a\xc0", 100_000))),
		"100,000 maps":         result(t, abi.TagValue, raw("\xdd\x00\x01\x86\xa0"+strings.Repeat("\x81\xa0\xc0", 100_000))),
		"nested JSON":          result(t, abi.TagJSON, bytes.Repeat([]byte("["), 1_000_000)),
		"JSON with many keys":  result(t, abi.TagJSON, []byte(`{"a":1`+strings.Repeat(`,"b":1`, 100_000)+`}`)),
		"a million in an item": result(t, abi.TagValue, list{object{{strings.Repeat("x", 1_000_000), 1}}}),
	} {
		for _, r := range []*Request{runFunction, predicting(abi.KindRegression, action.Predict)} {
			if n := allocated(func() { readAs(r, 1, frame) }); n > resultBound(frame) {
				t.Errorf("%s, %v: %d bytes allocated for a frame of %d", name, r.Kind, n, len(frame))
			}
		}
	}
}
