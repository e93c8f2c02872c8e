package frame

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/action"
)

// args is the value of "args" or "records" that a body becomes.
func args(tb testing.TB, k abi.Kind, a action.Action, body string) (string, error) {
	tb.Helper()
	var e Encoder
	frame, _, err := e.Encode(&Request{Kind: k, Action: a}, []byte(body))
	if err != nil {
		return "", err
	}
	r, err := abi.ReadRequest(frame)
	if err != nil {
		tb.Fatalf("a guest refuses the frame of %q: %v", body, err)
	}
	return show(tb, r.Input), nil
}

// bits is how show writes a float.
func bits(f float64) string { return strconv.FormatFloat(f, 'x', -1, 64) }

func TestInput(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		// bodies
		{``, `{}`},
		{" \r\n\t ", `{}`},
		{`{}`, `{}`},
		{" {\n} ", `{}`},
		{`{"a":null,"b":true,"c":false,"":[]}`, `{"a":nil "b":true "c":false "":[]}`},
		{`{"z":1,"a":{"y":2,"b":[1,[2,{}]]}}`, `{"z":1 "a":{"y":2 "b":[1 [2 {}]]}}`},
		{`{"a":{"a":1},"b":{"a":1}}`, `{"a":{"a":1} "b":{"a":1}}`},

		// integers
		{`{"n":0}`, `{"n":0}`},
		{`{"n":-0}`, `{"n":0}`},
		{`{"n":127,"o":128,"p":-32,"q":-33,"r":65536}`, `{"n":127 "o":128 "p":-32 "q":-33 "r":65536}`},
		{`{"n":9007199254740993}`, `{"n":9007199254740993}`},
		{`{"n":9223372036854775807}`, `{"n":9223372036854775807}`},
		{`{"n":9223372036854775808}`, `{"n":9223372036854775808}`},
		{`{"n":18446744073709551615}`, `{"n":18446744073709551615}`},
		{`{"n":-9223372036854775808}`, `{"n":-9223372036854775808}`},

		// floats
		{`{"n":1.0}`, `{"n":` + bits(1) + `}`},
		{`{"n":-0.0}`, `{"n":` + bits(math.Copysign(0, -1)) + `}`},
		{`{"n":1e2}`, `{"n":` + bits(100) + `}`},
		{`{"n":1E-2}`, `{"n":` + bits(0.01) + `}`},
		{`{"n":0.1}`, `{"n":` + bits(0.1) + `}`},
		{`{"n":1.7976931348623157e308}`, `{"n":` + bits(math.MaxFloat64) + `}`},
		{`{"n":5e-324}`, `{"n":` + bits(math.SmallestNonzeroFloat64) + `}`},
		{`{"n":1e-999}`, `{"n":` + bits(0) + `}`},
		{`{"n":18446744073709551616.0}`, `{"n":` + bits(1<<64) + `}`},

		// what Python writes for numbers that are not finite
		{`{"n":NaN}`, `{"n":nil}`},
		{`{"n":[NaN,-Infinity, Infinity ,NaN]}`, `{"n":[nil nil nil nil]}`},
		{"{\"n\" :\tNaN\n}", `{"n":nil}`},
		{`{"NaN":"NaN","a":NaN,"b":"\"Infinity","c":0e0,"d":"x\\","e":-Infinity}`,
			`{"NaN":"NaN" "a":nil "b":"\"Infinity" "c":` + bits(0) + ` "d":"x\\" "e":nil}`},

		// text
		{`{"s":""}`, `{"s":""}`},
		{`{"s":"\"\\\/\b\f\n\r\t"}`, `{"s":"\"\\/\b\f\n\r\t"}`},
		{`{"s":"\u00e9\u20ac\ud83d\udc1d"}`, `{"s":"é€🐝"}`},
		{`{"é€🐝":"é€🐝"}`, `{"é€🐝":"é€🐝"}`},
		{`{"\u0061":"\u0000"}`, `{"a":"\x00"}`},
		{"{\"s\":\"\u2028<\x7f\"}", `{"s":"\u2028<\x7f"}`},
	} {
		got, err := args(t, abi.KindFunction, action.Run, c.body)
		if err != nil || got != c.want {
			t.Errorf("%s becomes %s, error %v, want %s", c.body, got, err, c.want)
		}
	}
}

func TestInputCounts(t *testing.T) {
	for _, n := range []int{0, 1, 15, 16, 65535, 65536} {
		body := `{"a":[` + strings.TrimSuffix(strings.Repeat("0,", n), ",") + `]}`
		want := `{"a":[` + strings.TrimSuffix(strings.Repeat("0 ", n), " ") + `]}`
		if got, err := args(t, abi.KindFunction, action.Run, body); err != nil || got != want {
			t.Errorf("%d items: error %v, %d bytes of text, want %d", n, err, len(got), len(want))
		}
	}
}

func TestInputDepth(t *testing.T) {
	for _, c := range []struct {
		a           action.Action
		head, tail  string
		levels      int // of head
		left, right string
	}{
		{action.Run, `{"a":`, `}`, 1, `[`, `]`},
		{action.Run, `{"a":`, `}`, 1, `{"b":`, `}`},
		{action.Predict, `{"features":{"a":`, `}}`, 2, `[`, `]`},
		{action.Predict, `{"features":{},"context":`, `}`, 1, `[`, `]`},
		{action.PredictMulti, `{"items":[{"features":{"a":`, `}}]}`, 4, `[`, `]`},
	} {
		for _, extra := range []int{0, 1, 20_000} {
			n := abi.MaxDepth - c.levels + extra
			body := c.head + strings.Repeat(c.left, n) + "1" + strings.Repeat(c.right, n) + c.tail
			k := abi.KindFunction
			if c.a != action.Run {
				k = abi.KindRegression
			}
			_, err := args(t, k, c.a, body)
			if extra == 0 {
				if err != nil {
					t.Errorf("%s… %d levels: %v", c.head, c.levels+n, err)
				}
				continue
			}
			at := len(c.head) + (abi.MaxDepth-c.levels)*len(c.left)
			want := "arrays and objects nested deeper than 64 at byte " + strconv.Itoa(at)
			if err == nil || err.Error() != want {
				t.Errorf("%s… %d levels: error %v, want %s", c.head, c.levels+n, err, want)
			}
		}
	}
}

func TestInputErrors(t *testing.T) {
	long := strings.Repeat("é", 100)
	for _, c := range []struct {
		body   string
		offset int64
		reason string
	}{
		// no object
		{`[]`, 0, `the body is not an object`},
		{` 1`, 1, `the body is not an object`},
		{`"a"`, 0, `the body is not an object`},
		{`null`, 0, `the body is not an object`},
		{`NaN`, 0, `the body is not an object`},
		{"\xef\xbb\xbf{}", 0, `a byte order mark: send the JSON without it`},
		{"\xff\xfe{\x00}\x00", 0, `text that is not UTF-8`},
		{`a=1&b=2`, 0, `unexpected character 'a'`},
		{`<xml/>`, 0, `unexpected character '<'`},

		// what follows
		{`{} {}`, 3, `something follows the JSON value`},
		{`{}}`, 2, `something follows the JSON value`},
		{"{}\x00", 2, `something follows the JSON value`},
		{`{"a":NaN} x`, 10, `something follows the JSON value`},

		// too short
		{`{`, 1, `the JSON ends too early`},
		{`{"a`, 3, `the JSON ends too early`},
		{`{"a"`, 4, `the JSON ends too early`},
		{`{"a":`, 5, `the JSON ends too early`},
		{`{"a":1`, 6, `the JSON ends too early`},
		{`{"a":tru`, 8, `the JSON ends too early`},
		{`{"a":-`, 6, `the JSON ends too early`},
		{`{"a":[1,`, 8, `the JSON ends too early`},
		{`{"a":"\u12`, 10, `the JSON ends too early`},
		{"{\"a\":\"\xe2\x82", 8, `the JSON ends too early`},

		// keys
		{`{"a":1,"a":2}`, 7, `the key "a" stands twice in one object`},
		{`{"a":1,"b":2,"\u0061":3}`, 13, `the key "a" stands twice in one object`},
		{`{"x":{"a/~b":1,"a/~b":2}}`, 15, `the key "a/~b" stands twice in one object`},
		{`{"":1,"":2}`, 6, `the key "" stands twice in one object`},
		{`{"` + long + `":1,"` + long + `":2}`, 206, `the key "` + long[:64] + `"… stands twice in one object`},
		{`{1:2}`, 1, `a key that is not a string`},
		{`{null:2}`, 1, `a key that is not a string`},
		{`{NaN:2}`, 1, `unexpected character 'N'`},

		// grammar
		{`{,}`, 1, `unexpected character ','`},
		{`{"a":1,}`, 6, `unexpected character ','`},
		{`{"a" 1}`, 5, `unexpected character '1'`},
		{`{"a":}`, 5, `unexpected character '}'`},
		{`{"a":1 "b":2}`, 7, `unexpected character '"'`},
		{`{"a":[1 2]}`, 8, `unexpected character '2'`},
		{`{"a":[1,]}`, 7, `unexpected character ','`},
		{`{"a":[1}`, 7, `unexpected character '}'`},
		{`{"a":'x'}`, 5, `unexpected character '\''`},
		{`{"a":True}`, 5, `unexpected character 'T'`},
		{`{"a":nul}`, 8, `unexpected character '}'`},
		{`{/**/}`, 1, `unexpected character '/'`},

		// numbers
		{`{"a":01}`, 6, `unexpected character '1'`},
		{`{"a":+1}`, 5, `unexpected character '+'`},
		{`{"a":.5}`, 5, `unexpected character '.'`},
		{`{"a":1.}`, 7, `unexpected character '}'`},
		{`{"a":1e}`, 7, `unexpected character '}'`},
		{`{"a":0x10}`, 6, `unexpected character 'x'`},
		{`{"a":18446744073709551616}`, 5, `an integer above the range of 64 bits`},
		{`{"a": -9223372036854775809}`, 6, `an integer below the range of 64 bits`},
		{`{"a":[1,` + strings.Repeat("9", 1000) + `]}`, 8, `an integer above the range of 64 bits`},
		{`{"a":1e999}`, 5, `a number beyond the range of floats`},
		{`{"a":-1e999}`, 5, `a number beyond the range of floats`},
		{`{"a":1NaN}`, 6, `unexpected character 'N'`},
		{`{"a":NaN1}`, 5, `unexpected character 'N'`},
		{`{"a":nan}`, 6, `unexpected character 'a'`},
		{`{"a":+Infinity}`, 5, `unexpected character '+'`},
		{`{"a":- Infinity}`, 6, `unexpected character ' '`},
		{`{"a":NaN NaN}`, 9, `unexpected character 'N'`},
		{`{"a":NaN,"a":1}`, 9, `the key "a" stands twice in one object`},

		// text
		{"{\"a\":\"\xff\"}", 6, `text that is not UTF-8`},
		{"{\"\xc3\x28\":1}", 2, `text that is not UTF-8`},
		{"{\"a\":\"\xed\xa0\x80\"}", 6, `text that is not UTF-8`},
		{"{\"a\":\xff}", 5, `text that is not UTF-8`},
		{`{"a":"\ud83d"}`, 6, `half of a surrogate pair`},
		{`{"a":"x\udc1d"}`, 7, `half of a surrogate pair`},
		{`{"a":"\ud83d\ud83d"}`, 6, `half of a surrogate pair`},
		{`{"a":"\x41"}`, 6, `an escape that JSON does not have`},
		{`{"a":"\u12G4"}`, 6, `an escape that JSON does not have`},
		{"{\"a\":\"\n\"}", 6, `unexpected character '\n'`},
		{"{\"a\":\"\x00\"}", 6, `unexpected character '\x00'`},
	} {
		_, err := args(t, abi.KindFunction, action.Run, c.body)
		var input *InputError
		if !errors.As(err, &input) {
			t.Errorf("%.40q: error %v, want an InputError", c.body, err)
			continue
		}
		if input.Offset != c.offset || input.Reason != c.reason {
			t.Errorf("%.40q: %s, want %s at byte %d", c.body, input, c.reason, c.offset)
		}
	}
}
