package frame

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/action"
	"skep/host/internal/service"
)

var (
	runFunction = &Request{Kind: abi.KindFunction, Action: action.Run}
	nan         = math.NaN()
)

// result is a frame of the fields behind a tag.
func result(tb testing.TB, tag abi.Tag, fields ...any) []byte {
	return pack(tb, nil, list(append([]any{int(tag)}, fields...)))
}

// readAs reads a frame for the request.
func readAs(r *Request, rows int, frame []byte) (*Reply, error) {
	var d Decoder
	d.Reset(r, rows, true)
	err := d.ReadResult(frame)
	return &d.Reply, err
}

// nested is a value of n arrays or maps in each other.
func nested(tb testing.TB, n int, maps bool) raw {
	if maps {
		return append([]byte(strings.Repeat("\x81\xa1a", n)), 0xc0)
	}
	return append([]byte(strings.Repeat("\x91", n)), 0xc0)
}

func TestValue(t *testing.T) {
	for _, c := range []struct {
		value any
		want  string
	}{
		{nil, `null`},
		{true, `true`},
		{false, `false`},

		{0, `0`},
		{-1, `-1`},
		{1<<53 - 1, `9007199254740991`},
		{1 << 53, `9007199254740992`},
		{1<<53 + 1, `9007199254740993`},
		{math.MaxInt64, `9223372036854775807`},
		{math.MinInt64, `-9223372036854775808`},
		{uint64(1 << 63), `9223372036854775808`},
		{uint64(math.MaxUint64), `18446744073709551615`},
		{raw{0xcd, 0x00, 0x05}, `5`},
		{raw{0xd3, 0, 0, 0, 0, 0, 0, 0, 1}, `1`},
		{raw{0xd3, 255, 255, 255, 255, 255, 255, 255, 254}, `-2`},
		{raw{0xd0, 0x80}, `-128`},
		{raw{0xd1, 0xff, 0x7f}, `-129`},
		{raw{0xd2, 0x80, 0, 0, 0}, `-2147483648`},

		{0.0, `0.0`},
		{math.Copysign(0, -1), `-0.0`},
		{1.0, `1.0`},
		{-3.0, `-3.0`},
		{0.1, `0.1`},
		{1e20, `100000000000000000000.0`},
		{1e21, `1e+21`},
		{1e-6, `0.000001`},
		{1e-7, `1e-7`},
		{math.MaxFloat64, `1.7976931348623157e+308`},
		{math.SmallestNonzeroFloat64, `5e-324`},
		{float32(0.1), `0.10000000149011612`},
		{float32(2), `2.0`},
		{float32(16777216), `16777216.0`},

		{"", `""`},
		{"é€🐝", `"é€🐝"`},
		{"<a href='x'>&\u2028</a>", "\"<a href='x'>&\u2028</a>\""},
		{"\x00\x1f\"\\\b\f\n\r\t/\x7f", `"\u0000\u001f\"\\\b\f\n\r\t/` + "\x7f\""},

		{list{}, `[]`},
		{list{1, "a", list{nil}}, `[1,"a",[null]]`},
		{object{}, `{}`},
		{object{{"b", 1}, {"a", object{{"b", list{}}}}}, `{"b":1,"a":{"b":[]}}`},
		{list{object{{"a", 1}}, object{{"a", 1}}}, `[{"a":1},{"a":1}]`},
		{object{{"a\"", 1}}, `{"a\"":1}`},
		{nested(t, 64, false), strings.Repeat("[", 64) + "null" + strings.Repeat("]", 64)},
		{nested(t, 64, true), strings.Repeat(`{"a":`, 64) + "null" + strings.Repeat("}", 64)},
	} {
		frame := result(t, abi.TagValue, c.value)
		reply, err := readAs(runFunction, 0, frame)
		if err != nil {
			t.Errorf("value % x: %v", frame, err)
			continue
		}
		if got := string(reply.Value); got != c.want || reply.Tag != abi.TagValue {
			t.Errorf("value % x is sent as %s, want %s", frame, got, c.want)
		}
	}
}

// manyKeys is a map of n keys; the last one is the first again where repeat is set.
func manyKeys(n int, repeat bool) object {
	m := make(object, n)
	for i := range m {
		m[i] = pair{strings.Repeat("k", i%7) + string(rune('a'+i)), i}
	}
	if repeat {
		m[n-1].key = m[0].key
	}
	return m
}

func TestKeys(t *testing.T) {
	for _, n := range []int{2, fewKeys, fewKeys + 1, 500} {
		if _, err := readAs(runFunction, 0, result(t, abi.TagValue, manyKeys(n, false))); err != nil {
			t.Errorf("%d keys: %v", n, err)
		}
		for _, m := range []any{manyKeys(n, true), list{1, object{{"in", manyKeys(n, true)}, {"out", 1}}}} {
			if _, err := readAs(runFunction, 0, result(t, abi.TagValue, m)); !errors.Is(err, service.ErrGuestProtocol) {
				t.Errorf("%d keys, one of them twice: error %v", n, err)
			}
		}
	}
	// Keys of a map before and within another one are not its own.
	m := object{{"a", object{{"a", object{{"a", 1}, {"b", 1}}}, {"b", 1}}}, {"b", manyKeys(20, false)}, {"c", 1}}
	if _, err := readAs(runFunction, 0, result(t, abi.TagValue, m)); err != nil {
		t.Error(err)
	}
}

func TestBrokenResults(t *testing.T) {
	const value, failed, json = abi.TagValue, abi.TagError, abi.TagJSON
	for name, frame := range map[string][]byte{
		"empty":             nil,
		"zeroed":            make([]byte, 16),
		"nil":               {0xc0},
		"map":               pack(t, nil, object{{1, 2}}),
		"no items":          pack(t, nil, list{}),
		"tag 0":             result(t, 0, 1),
		"tag 5":             result(t, 5, 1),
		"tag 257":           pack(t, nil, list{257, 1}),
		"negative tag":      pack(t, nil, list{-1, 1}),
		"tag string":        pack(t, nil, list{"1", 1}),
		"tag float":         pack(t, nil, list{1.0, 1}),
		"tag nil":           pack(t, nil, list{nil, 1}),
		"no value":          result(t, value),
		"two values":        result(t, value, 1, 2),
		"trailing":          append(result(t, value, 1), 0xc0),
		"claims an item":    {0x93, 0x01, 0xc0},
		"short array":       result(t, value, raw{0x92, 0x01}),
		"4 G array":         result(t, value, raw{0xdd, 255, 255, 255, 255}),
		"4 G map":           result(t, value, raw{0xdf, 255, 255, 255, 255}),
		"4 G string":        result(t, value, raw{0xdb, 255, 255, 255, 255}),
		"4 G bytes":         result(t, json, raw{0xc6, 255, 255, 255, 255}),
		"map of 3 in 1 Mi":  result(t, value, raw("\xdf\x00\x10\x00\x00\xa1a\x01\xa1b\x01\xa1c\x01")),
		"4 G frame":         {0xdd, 255, 255, 255, 255, 1, 1},
		"cut int":           result(t, value, raw{0xcf, 1, 2}),
		"cut float":         result(t, value, raw{0xcb, 1, 2}),
		"cut count":         result(t, value, raw{0xdc, 1}),
		"cut length":        result(t, value, raw{0xda, 1}),
		"unused byte":       result(t, value, raw{0xc1}),
		"extension":         result(t, value, raw{0xd4, 1, 2}),
		"extension in map":  result(t, value, raw{0xc7, 0, 1, 0x80}),
		"timestamp":         result(t, value, raw{0xd6, 0xff, 0, 0, 0, 0}),
		"bytes":             result(t, value, []byte("x")),
		"bytes inside":      result(t, value, list{object{{"a", []byte("x")}}}),
		"key int":           result(t, value, object{{1, 1}}),
		"key nil":           result(t, value, object{{nil, 1}}),
		"key bytes":         result(t, value, object{{[]byte("a"), 1}}),
		"key twice":         result(t, value, object{{"a", 1}, {"a", 1}}),
		"key not UTF-8":     result(t, value, object{{"\xff", 1}}),
		"text not UTF-8":    result(t, value, "\xff"),
		"text surrogate":    result(t, value, "\xed\xa0\x80"),
		"text overlong":     result(t, value, "\xc0\x80"),
		"NaN":               result(t, value, nan),
		"NaN of 32 bits":    result(t, value, float32(nan)),
		"Inf":               result(t, value, math.Inf(1)),
		"-Inf inside":       result(t, value, list{math.Inf(-1)}),
		"65 arrays":         result(t, value, nested(t, 65, false)),
		"65 maps":           result(t, value, nested(t, 65, true)),
		"a million arrays":  result(t, value, nested(t, 1_000_000, false)),
		"error too short":   result(t, failed, 400),
		"error too long":    result(t, failed, 400, "m", "t", nil),
		"status string":     result(t, failed, "400", "m"),
		"status float":      result(t, failed, 400.0, "m"),
		"status nil":        result(t, failed, nil, "m"),
		"status 2^31":       result(t, failed, 1<<31, "m"),
		"status 2^64-1":     result(t, failed, uint64(math.MaxUint64), "m"),
		"message nil":       result(t, failed, 400, nil),
		"message bytes":     result(t, failed, 400, []byte("m")),
		"message not UTF-8": result(t, failed, 400, "\xff"),
		"message too long":  result(t, failed, 400, strings.Repeat("m", abi.MaxMessage+1)),
		"type nil":          result(t, failed, 400, "m", nil),
		"type too long":     result(t, failed, 400, "m", strings.Repeat("m", abi.MaxMessage+1)),
		"error trailing":    append(result(t, failed, 400, "m"), 0),
		"JSON str":          result(t, json, "1"),
		"JSON nil":          result(t, json, nil),
		"JSON empty":        result(t, json, []byte{}),
		"JSON space":        result(t, json, []byte("  ")),
		"JSON two":          result(t, json, []byte("1 2")),
		"JSON NaN":          result(t, json, []byte("[NaN]")),
		"JSON cut":          result(t, json, []byte(`{"a":`)),
		"JSON bracket":      result(t, json, []byte(`]`)),
		"JSON key twice":    result(t, json, []byte(`{"a":1,"a":2}`)),
		"JSON not UTF-8":    result(t, json, []byte("\"\xff\"")),
		"JSON surrogate":    result(t, json, []byte(`"\ud83d"`)),
		"JSON mark":         result(t, json, []byte("\xef\xbb\xbf1")),
		"JSON 65 deep":      result(t, json, []byte(strings.Repeat("[", 65)+strings.Repeat("]", 65))),
		"JSON trailing":     append(result(t, json, []byte("1")), 0),
		"5 MiB":             result(t, value, strings.Repeat("x", 5<<20)),
	} {
		reply, err := readAs(runFunction, 0, frame)
		if !errors.Is(err, service.ErrGuestProtocol) {
			t.Errorf("%s: error %v, want ErrGuestProtocol", name, err)
		}
		if reply.Tag != 0 || reply.Value != nil || reply.Message != "" {
			t.Errorf("%s: reply %+v beside the error", name, reply)
		}
	}
}

func TestResultSize(t *testing.T) {
	head := len(result(t, abi.TagValue, raw{0xdb, 0, 0, 0, 0}))
	for _, extra := range []int{0, 1} {
		frame := result(t, abi.TagValue, strings.Repeat("x", abi.MaxResult-head+extra))
		_, err := readAs(runFunction, 0, frame)
		if broken := err != nil; broken != (len(frame) > abi.MaxResult) {
			t.Errorf("%d bytes: error %v", len(frame), err)
		}
	}
}

func TestErrorReply(t *testing.T) {
	long := strings.Repeat("m", abi.MaxMessage)
	for _, c := range []struct {
		fields  []any
		status  int
		message string
		typ     string
		notes   []string
	}{
		{[]any{401, "no"}, 401, "no", "DkuCustomApiException", nil},
		{[]any{400, "", "T"}, 400, "", "T", nil},
		{[]any{599, "é", ""}, 599, "é", "DkuCustomApiException", nil},
		{[]any{399, "m"}, 500, "m", "DkuCustomApiException", []string{"error with status 399: sent as 500"}},
		{[]any{600, "m", "T"}, 500, "m", "T", []string{"error with status 600: sent as 500"}},
		{[]any{0, "m"}, 500, "m", "DkuCustomApiException", []string{"error with status 0: sent as 500"}},
		{[]any{-1, "m"}, 500, "m", "DkuCustomApiException", []string{"error with status -1: sent as 500"}},
		{[]any{200, long, long}, 500, long, long, []string{"error with status 200: sent as 500"}},
	} {
		for _, r := range []*Request{runFunction, {Kind: abi.KindRegression, Action: action.PredictMulti}} {
			reply, err := readAs(r, 7, result(t, abi.TagError, c.fields...))
			if err != nil {
				t.Errorf("%.40v: %v", c.fields, err)
				continue
			}
			if reply.Tag != abi.TagError || reply.Status != c.status || reply.Message != c.message ||
				reply.Type != c.typ || !slices.Equal(reply.Notes, c.notes) {
				t.Errorf("%.40v: %.200v", c.fields, reply)
			}
		}
	}
}

func TestJSONReply(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`null`, `null`},
		{"\n {\"b\": [1, 2] ,\"a\":\"\\u003c\"}\t", "{\"b\": [1, 2] ,\"a\":\"\\u003c\"}"},
		{`123456789012345678901234567890`, `123456789012345678901234567890`},
		{strings.Repeat("[", 64) + strings.Repeat("]", 64), strings.Repeat("[", 64) + strings.Repeat("]", 64)},
	} {
		reply, err := readAs(runFunction, 0, result(t, abi.TagJSON, []byte(c.text)))
		if err != nil || string(reply.Value) != c.want || reply.Tag != abi.TagJSON {
			t.Errorf("%s is sent as %s, error %v", c.text, reply.Value, err)
		}
	}
}

// TestReplyOwnsItsBytes says that a reply does not change when the guest's memory does, and that a Decoder shows
// nothing of one result in the next.
func TestReplyOwnsItsBytes(t *testing.T) {
	frames := [][]byte{
		result(t, abi.TagCustom, 200, "text/plain", "body", list{list{"A", "1"}, list{"Host", "x"}, list{"A", "2"}}),
		result(t, abi.TagValue, object{{"a", "text"}}),
		result(t, abi.TagCustom, 204, nil, []byte{}, list{}),
		result(t, abi.TagError, 99, "message", "type"),
		result(t, abi.TagJSON, []byte(`{"a":"text"}`)),
		result(t, abi.TagCustom, 300, nil, strings.Repeat("x", 5000), list{list{"B", "1"}}),
		result(t, 9),
	}
	var d Decoder
	for range 2 {
		for _, frame := range frames {
			want, wantErr := readAs(runFunction, 0, frame)
			mangled := slices.Clone(frame)
			d.Reset(runFunction, 0, true)
			err := d.ReadResult(mangled)
			for i := range mangled {
				mangled[i] = '#'
			}
			if (err == nil) != (wantErr == nil) {
				t.Fatalf("% x: error %v, want %v", frame, err, wantErr)
			}
			if !sameReply(&d.Reply, want) {
				t.Fatalf("% x: reply %+v, want %+v", frame, d.Reply, want)
			}
		}
	}
}

// TestDecoderLetsGo says that a large result does not keep its memory.
func TestDecoderLetsGo(t *testing.T) {
	var d Decoder
	for _, frame := range [][]byte{
		result(t, abi.TagValue, raw("\xdf\x00\x08\x00\x00"+strings.Repeat("\xa0\xc0", 1<<19))),
		result(t, abi.TagCustom, 200, nil, strings.Repeat("x", 2*maxKept), list{}),
		result(t, abi.TagValue, strings.Repeat("\x01", maxKept)),
	} {
		d.Reset(runFunction, 0, true)
		d.ReadResult(frame)
	}
	d.Reset(runFunction, 0, true)
	if n := cap(d.json) + cap(d.arena) + cap(d.w.out.b) + 8*cap(d.r.keys); n > 4*maxKept {
		t.Errorf("%d bytes are kept", n)
	}
}

func sameReply(a, b *Reply) bool {
	sameHeader := func(x, y Header) bool {
		return string(x.Name) == string(y.Name) && string(x.Value) == string(y.Value)
	}
	return a.Tag == b.Tag && string(a.Value) == string(b.Value) && a.Status == b.Status && a.Message == b.Message &&
		a.Type == b.Type && string(a.ContentType) == string(b.ContentType) && string(a.Body) == string(b.Body) &&
		slices.EqualFunc(a.Headers, b.Headers, sameHeader) && slices.Equal(a.Notes, b.Notes)
}
