package frame

import (
	"errors"
	"testing"

	"skep/abi"
	"skep/host/internal/action"
)

func TestRecords(t *testing.T) {
	const predict, multi = action.Predict, action.PredictMulti
	for _, c := range []struct {
		a          action.Action
		body, want string
	}{
		{predict, `{"features":{}}`, `[{}]`},
		{predict, `{"features":{"b":1,"a":[null,"x"]}}`, `[{"b":1 "a":[nil "x"]}]`},
		{predict, `{"explanations":{"enabled":null},"dispatch":{"forcedGeneration":"v1"},"features":{"a":1},"context":[{}]}`,
			`[{"a":1}]`},
		{predict, `{"\u0066eatures":{"a":1}}`, `[{"a":1}]`},
		{predict, `{"context":{"features":{"a":2}},"features":{"features":3}}`, `[{"features":3}]`},
		{predict, `{"context":NaN,"features":{"a":NaN}}`, `[{"a":nil}]`},
		{multi, `{"items":[]}`, `[]`},
		{multi, `{"items":[{"features":{"a":1}}]}`, `[{"a":1}]`},
		{multi, `{"x":[1],"items":[{"context":{"c":[]},"features":{"a":1}},{"features":{},"y":2}],"explanations":null}`,
			`[{"a":1} {}]`},
		{multi, `{"items":[{"features":{"a":NaN}},{"features":{"a":1}}]}`, `[{"a":nil} {"a":1}]`},
	} {
		got, err := args(t, abi.KindClassification, c.a, c.body)
		if err != nil || got != c.want {
			t.Errorf("%s of %s: %s, error %v, want %s", c.a, c.body, got, err, c.want)
		}
	}
}

func TestRecordErrors(t *testing.T) {
	const predict, multi = action.Predict, action.PredictMulti
	for _, c := range []struct {
		a      action.Action
		body   string
		offset int64
		reason string
	}{
		{predict, ``, 0, `the body has no "features"`},
		{predict, ` {"items":[]}`, 1, `the body has no "features"`},
		{predict, `{"Features":{}}`, 0, `the body has no "features"`},
		{predict, `{"features": null}`, 13, `"features" of the body is not an object`},
		{predict, `{"features":[1]}`, 12, `"features" of the body is not an object`},
		{predict, `{"a":1,"features":"x"}`, 18, `"features" of the body is not an object`},
		{predict, `{"features":NaN}`, 12, `"features" of the body is not an object`},
		{predict, `{"features":}`, 12, `unexpected character '}'`},
		{predict, `{"features":{}`, 14, `the JSON ends too early`},
		{predict, `{"features":{},"features":{}}`, 15, `the key "features" stands twice in one object`},
		{predict, `{"features":{},"context":{"a":1,"a":2}}`, 32, `the key "a" stands twice in one object`},
		{predict, `{"features":{},"context":[1,]}`, 27, `unexpected character ','`},
		{predict, `{"features":{}} x`, 16, `something follows the JSON value`},
		{predict, `[]`, 0, `the body is not an object`},
		{multi, ``, 0, `the body has no "items"`},
		{multi, `{"features":{}}`, 0, `the body has no "items"`},
		{multi, `{"items":{}}`, 9, `"items" is not an array`},
		{multi, `{"items":null}`, 9, `"items" is not an array`},
		{multi, `{"items":[1]}`, 10, `item 0 is not an object`},
		{multi, `{"items":[{"features":{}}, null]}`, 27, `item 1 is not an object`},
		{multi, `{"items":[{"features":{}},{"features":{}},{"context":{}}]}`, 42, `item 2 has no "features"`},
		{multi, `{"items":[{"features":{}},{"features":[]}]}`, 38, `"features" of item 1 is not an object`},
		{multi, `{"items":[{"features":{}}`, 25, `the JSON ends too early`},
		{multi, `{"items":[{"features":{}},]}`, 25, `unexpected character ','`},
		{multi, `{"items":[],"items":[]}`, 12, `the key "items" stands twice in one object`},
	} {
		_, err := args(t, abi.KindClassification, c.a, c.body)
		var input *InputError
		if !errors.As(err, &input) {
			t.Errorf("%s of %s: error %v, want an InputError", c.a, c.body, err)
			continue
		}
		if input.Offset != c.offset || input.Reason != c.reason {
			t.Errorf("%s of %s: %s, want %s at byte %d", c.a, c.body, input, c.reason, c.offset)
		}
	}
}
