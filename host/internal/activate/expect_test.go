package activate

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/frame"
	"skep/host/internal/manifest"
)

func header(name, value string) frame.Header {
	return frame.Header{Name: []byte(name), Value: []byte(value)}
}

func TestCompare(t *testing.T) {
	value := &frame.Reply{Tag: abi.TagValue, Value: []byte(`{"a":[1,2.5],"b":"x","c":null}`)}
	failed := &frame.Reply{Tag: abi.TagError, Status: 401, Message: "no key", Type: "NoKey"}
	custom := &frame.Reply{Tag: abi.TagCustom, Status: 201, ContentType: []byte("text/plain"), Body: []byte("Hello"),
		Headers: []frame.Header{header("Set-Cookie", "a"), header("X", "1"), header("set-cookie", "b"),
			header("Set-Cookie", "c")}}
	hello := "Hello"
	other := "other"
	sum := sha256.Sum256([]byte("Hello"))
	digest := hex.EncodeToString(sum[:])
	failure := `{"errorType":"NoKey","message":"no key","detailedMessage":"no key"}`

	for _, test := range []struct {
		name string
		want manifest.Expect
		got  *frame.Reply
		says string // "" for no difference
	}{
		{"nothing but the status", manifest.Expect{Status: 200}, value, ""},
		{"value", manifest.Expect{Status: 200, Response: map[string]any{"b": "x"}}, value, ""},
		{"other value", manifest.Expect{Status: 200, Response: map[string]any{"b": "y"}}, value,
			`response.b is "x", want "y"`},
		{"result", manifest.Expect{Status: 200, Result: map[string]any{"d": int64(1)}}, value, "result.d is missing"},
		{"results", manifest.Expect{Status: 200, Results: []any{}}, value, "results is {"},
		{"type of a value", manifest.Expect{Status: 200, ContentType: "application/json;charset=utf-8"}, value, ""},
		{"no error", manifest.Expect{Status: 401, Message: "no key"}, value, "status is 200, want 401"},

		{"error", manifest.Expect{Status: 401, Message: "no key", ErrorType: "NoKey"}, failed, ""},
		{"unexpected error", manifest.Expect{Status: 200}, failed, "status is 401 (NoKey: no key), want 200"},
		{"other message", manifest.Expect{Status: 401, Message: "other"}, failed, `message is "no key", want "other"`},
		{"other type", manifest.Expect{Status: 401, ErrorType: "Other"}, failed, `error_type is "NoKey", want "Other"`},
		{"body of an error", manifest.Expect{Status: 401, Body: &failure}, failed, ""},

		{"custom", manifest.Expect{Status: 201, ContentType: "text/plain", Body: &hello, BodySHA256: strings.ToUpper(digest)},
			custom, ""},
		{"other status", manifest.Expect{Status: 200}, custom, "status is 201, want 200"},
		{"other content type", manifest.Expect{Status: 201, ContentType: "text/xml"}, custom,
			`content_type is "text/plain", want "text/xml"`},
		{"other body", manifest.Expect{Status: 201, Body: &other}, custom, `body is "Hello", want "other"`},
		{"other digest", manifest.Expect{Status: 201, BodySHA256: strings.Repeat("0", 64)}, custom,
			"body_sha256 is " + digest},
		{"no JSON", manifest.Expect{Status: 201, Response: "Hello"}, custom, "response: the answer is no JSON"},

		{"headers", manifest.Expect{Status: 201, Headers: [][2]string{{"x", "1"}, {"Set-Cookie", "a"}, {"Set-Cookie", "c"},
			{"content-type", "text/plain"}}}, custom, ""},
		{"headers in another order",
			manifest.Expect{Status: 201, Headers: [][2]string{{"Set-Cookie", "b"}, {"Set-Cookie", "a"}}}, custom,
			"header Set-Cookie: a is missing or not in its place"},
		{"a header twice", manifest.Expect{Status: 201, Headers: [][2]string{{"X", "1"}, {"X", "1"}}}, custom, "header X: 1"},
		{"another value", manifest.Expect{Status: 201, Headers: [][2]string{{"X", "2"}}}, custom, "header X: 2"},
		{"a header that is not there", manifest.Expect{Status: 201, Headers: [][2]string{{"Y", "1"}}}, custom, "header Y: 1"},
	} {
		err := compare(&test.want, test.got)
		switch {
		case test.says == "" && err != nil:
			t.Errorf("%s: %v", test.name, err)
		case test.says != "" && err == nil:
			t.Errorf("%s: no difference", test.name)
		case test.says != "" && !strings.Contains(err.Error(), test.says):
			t.Errorf("%s: %q does not say %q", test.name, err, test.says)
		}
	}
}

// All differences are told, not only the first.
func TestCompareTellsAll(t *testing.T) {
	err := compare(&manifest.Expect{Status: 200, ContentType: "a/b", Headers: [][2]string{{"X", "1"}}},
		&frame.Reply{Tag: abi.TagCustom, Status: 201, ContentType: []byte("c/d")})
	for _, want := range []string{"status", "content_type", "header X"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not tell of %s", err, want)
		}
	}
}

func TestCompareJSON(t *testing.T) {
	type table = map[string]any
	type list = []any
	for _, test := range []struct {
		want any
		got  string
		same bool
	}{
		{int64(3), "3", true},
		{int64(3), "3.0", true},
		{int64(3), "0.3e1", true},
		{3.0, "3", true},
		{3.5, "3.5", true},
		{0.1, "0.1", true},
		{int64(3), "4", false},
		{int64(3), "3.1", false},
		{int64(3), `"3"`, false},
		{"3", "3", false},
		{int64(0), "null", false},
		{int64(0), "false", false},
		{int64(9007199254740993), "9007199254740993", true},
		{int64(9007199254740993), "9007199254740992", false}, // the same float
		{int64(-9223372036854775808), "-9223372036854775808", true},
		{int64(9223372036854775807), "9223372036854775808", false},
		{3.0, "1e999", false},

		{"x", `"x"`, true},
		{"ü<", `"\u00fc\u003c"`, true},
		{"x", `"y"`, false},
		{true, "true", true},
		{true, "false", false},
		{true, `"true"`, false},

		{table{}, "{}", true},
		{table{}, `{"more":1}`, true},
		{table{"a": int64(1)}, `{"b":2,"a":1}`, true},
		{table{"a": table{"b": "c"}}, `{"a":{"b":"c","d":null}}`, true},
		{table{"a": int64(1)}, `{"b":1}`, false},
		{table{"a": int64(1)}, `{"a":null}`, false},
		{table{}, "[]", false},

		{list{}, "[]", true},
		{list{int64(1), "x"}, `[1,"x"]`, true},
		{list{table{"a": int64(1)}}, `[{"a":1,"b":2}]`, true},
		{list{}, "[1]", false},
		{list{int64(1)}, "[]", false},
		{list{int64(1), int64(2)}, "[2,1]", false},
		{list{}, "{}", false},

		{int64(3), "", false},
		{int64(3), "3 4", false},
		{int64(3), "3]", false},
	} {
		if err := compareJSON("value", test.want, []byte(test.got)); (err == nil) != test.same {
			t.Errorf("%#v and %s: %v", test.want, test.got, err)
		}
	}
}

func TestDifferencesHaveTheirPlace(t *testing.T) {
	want := map[string]any{"a": []any{int64(1), map[string]any{"b": "x", "c": "y"}}}
	for range 10 { // the same difference is told every time
		err := compareJSON("results", want, []byte(`{"a":[1,{"b":"p","c":"q"}]}`))
		if err == nil || err.Error() != `results.a[1].b is "p", want "x"` {
			t.Fatalf("got %v", err)
		}
	}
}
