package codec_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"skep/abi"
	"skep/guest-sdk/go/skep/internal/codec"
)

type inner struct {
	X int `json:"x"`
	Y int `json:"y,omitempty"`
}

type outer struct {
	inner
	*Deep
	Name   string `json:"name"`
	Hidden string `json:"-"`
	//lint:ignore U1000 an encoder must leave it out
	private int
	Plain   float32           // by its Go name
	List    []inner           `json:"list,omitempty"`
	Map     map[string]uint16 `json:"map,omitempty"`
	When    time.Time         `json:"when,omitzero"`
	Ptr     *inner            `json:"ptr,omitempty"`
	Any     any               `json:"any"`
}

type Deep struct {
	Name  string `json:"name"` // hidden by the outer one
	Below bool   `json:"below"`
}

type (
	label  string
	number int8
	table  map[label]number
)

type point struct{ x, y int }

func (p point) MarshalText() ([]byte, error) { return []byte("point"), nil }

type byPointer struct{ n int }

func (p *byPointer) AppendMsgpack(b []byte) ([]byte, error) { return abi.AppendInt(b, int64(p.n)), nil }

// Values mean the same to encoding/json.
func TestEncodeAgreesWithEncodingJSON(t *testing.T) {
	ptr := &inner{X: 1}
	for _, v := range []any{
		nil, true, false, "", "text \"é\u2028\n\x01", 0, -1, math.MaxInt64, math.MinInt64, uint64(math.MaxUint64),
		int8(-128), int16(-129), int32(70000), int64(-70000), uint(7), uint8(255), uint16(256), uint32(1 << 31),
		1.5, float32(0.25), 1e21, 1e-7, math.Copysign(0, -1), 123456789.0,
		[]any{1, "a", nil, []any{}}, []any(nil), []string{"b"}, []float64{}, []int{-40, 40},
		map[string]any{"b": 1, "a": map[string]any{"z": 1, "y": 2}}, map[string]any(nil),
		map[string]string{"k": "v"}, map[string]float64{"k": 0.5},
		inner{X: 1, Y: 2}, &ptr, outer{}, (*inner)(nil), label("l"), number(3), table{"b": 1, "a": 2}, table(nil),
		outer{inner: inner{X: 1}, Deep: &Deep{Name: "hidden", Below: true}, Name: "n", Hidden: "h", Plain: 2,
			List: []inner{{}}, Map: map[string]uint16{"k": 9}, When: time.Unix(0, 0).UTC(), Ptr: &inner{},
			Any: []any{1}},
		[2]bool{true, false}, [][]int{{1}, nil}, []*inner{nil, {}}, map[string][]string{"a": {"b"}},
		point{1, 2}, []point{{}}, map[string]time.Duration{"d": time.Second},
	} {
		want, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var encoder codec.Encoder
		raw, err := encoder.Append([]byte("kept"), v, 0)
		if err != nil || string(raw[:4]) != "kept" {
			t.Errorf("%T %+v: %v", v, v, err)
			continue
		}
		got, err := codec.AppendJSON(nil, raw[4:])
		if err != nil {
			t.Errorf("%T %+v: %v", v, v, err)
			continue
		}
		if !equalJSON(t, got, want) {
			t.Errorf("%T: got %s, want %s", v, got, want)
		}
	}
}

func equalJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	normal := func(text []byte) string {
		d := json.NewDecoder(strings.NewReader(string(text)))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		out, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return strings.NewReplacer("1e-07", "1e-7", "-0", "0").Replace(string(out))
	}
	return normal(a) == normal(b)
}

type selfPointer *selfPointer

func TestEncodeRefuses(t *testing.T) {
	cyclicMap := map[string]any{}
	cyclicMap["me"] = cyclicMap
	cyclicList := make([]any, 1)
	cyclicList[0] = cyclicList
	type node struct{ Next *node }
	cyclicStruct := &node{}
	cyclicStruct.Next = cyclicStruct
	var endless selfPointer
	endless = &endless

	for _, c := range []struct {
		v    any
		want error
		text string
	}{
		{[]byte("x"), codec.ErrBytes, "value: bytes"},
		{map[string]any{"a": []any{1, []byte{}}}, codec.ErrBytes, "value.a[1]: bytes"},
		{struct{ B []byte }{[]byte{1}}, codec.ErrBytes, "value.B: bytes"},
		{math.NaN(), codec.ErrNotFinite, "value: NaN"},
		{[]float64{1, math.Inf(1)}, codec.ErrNotFinite, "value[1]: "},
		{struct{ F *float32 }{new(float32)}, nil, ""},
		{map[string]float64{"k": math.Inf(-1)}, codec.ErrNotFinite, "value.k: "},
		{"\xff", codec.ErrUTF8, "value: the string"},
		{map[string]any{"\xff": 1}, codec.ErrUTF8, ""},
		{label("\xff"), codec.ErrUTF8, ""},
		{cyclicMap, codec.ErrDepth, "value.me.me"},
		{cyclicList, codec.ErrDepth, "value[0][0]"},
		{cyclicStruct, codec.ErrDepth, "value.Next.Next"},
		{endless, codec.ErrDepth, "value: nested"},
		{make(chan int), nil, "value: a chan int has no JSON form"},
		{func() {}, nil, "value: a func() has no JSON form"},
		{map[string]any{"c": 1i}, nil, "value.c: a complex128 has no JSON form"},
		{map[int]string{1: "a"}, nil, "value: a map[int]string has no JSON form: its keys"},
		{json.RawMessage("1"), nil, "return that as skep.RawJSON"},
		{appender(nil), codec.ErrForeign, ""},
		{appender{0x01, 0x02}, codec.ErrForeign, ""},
		{appender{0xc1}, codec.ErrForeign, ""},
		{failing{}, errFailing, "value: failing"},
	} {
		var encoder codec.Encoder
		_, err := encoder.Append(nil, c.v, 0)
		if c.want == nil && c.text == "" {
			if err != nil {
				t.Errorf("%T: %v", c.v, err)
			}
			continue
		}
		if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%T: got %v, want %v with %q", c.v, err, c.want, c.text)
		}
		if raw, err := encoder.Append(nil, map[string]any{"a": 1}, 0); err != nil || len(raw) != 4 {
			t.Errorf("after %T: %x, %v", c.v, raw, err)
		}
	}
}

type appender []byte

func (a appender) AppendMsgpack(b []byte) ([]byte, error) { return append(b, a...), nil }

type failing struct{}

var errFailing = errors.New("failing")

func (failing) AppendMsgpack(b []byte) ([]byte, error) { return b, errFailing }

func TestAppenders(t *testing.T) {
	for _, v := range []any{&byPointer{7}, appender{0x07}, []byPointer{{7}}, struct{ P *byPointer }{&byPointer{7}}} {
		var encoder codec.Encoder
		raw, err := encoder.Append(nil, v, 0)
		if err != nil || raw[len(raw)-1] != 7 {
			t.Errorf("%T: %x, %v", v, raw, err)
		}
	}
}

// nested is n lists in each other.
func nested(n int) any {
	var v any = 1
	for range n {
		v = []any{v}
	}
	return v
}

func TestDepthLimitIsThatOfFrames(t *testing.T) {
	var encoder codec.Encoder
	raw, err := encoder.Append(nil, nested(abi.MaxDepth), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := abi.Skip(raw); err != nil {
		t.Error(err)
	}
	if _, err := codec.AppendJSON(nil, raw); err != nil {
		t.Error(err)
	}
	if _, err := codec.Any(raw); err != nil {
		t.Error(err)
	}
	if _, err := encoder.Append(nil, nested(abi.MaxDepth+1), 0); !errors.Is(err, codec.ErrDepth) {
		t.Errorf("65 levels: %v", err)
	}
	if _, err := encoder.Append(nil, nested(abi.MaxDepth), 1); !errors.Is(err, codec.ErrDepth) {
		t.Errorf("64 levels below another: %v", err)
	}
}

func TestEncodeCommonTypesDoesNotAllocate(t *testing.T) {
	var encoder codec.Encoder
	values := []any{1.5, "text", 7, true, []float64{1, 2}, map[string]any{"a": "x", "b": "y"}, []any{"x"}}
	b, _ := encoder.Append(nil, values, 0)
	if n := testing.AllocsPerRun(100, func() {
		for _, v := range values {
			b, _ = encoder.Append(b[:0], v, 0)
		}
	}); n > 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
