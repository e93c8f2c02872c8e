package frame

import (
	"errors"
	"math"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/action"
	"skep/host/internal/service"
)

// predicting is the request of an action for a kind that predicts.
func predicting(k abi.Kind, a action.Action) *Request { return &Request{Kind: k, Action: a} }

func TestPredictions(t *testing.T) {
	const (
		classification, regression = abi.KindClassification, abi.KindRegression
		predict, multi             = action.Predict, action.PredictMulti
		none                       = `{"ignored":true,"ignoreReason":"IGNORED_BY_MODEL"}`
	)
	for _, c := range []struct {
		k     abi.Kind
		a     action.Action
		rows  int
		value any
		want  string
	}{
		{classification, predict, 1, list{object{{"prediction", "1"}}}, `{"prediction":"1","ignored":false}`},
		{classification, predict, 1, list{nil}, none},
		{classification, multi, 0, list{}, `[]`},
		{classification, multi, 3, list{object{{"prediction", "a"}}, nil, object{{"prediction", "b"}}},
			`[{"prediction":"a","ignored":false},` + none + `,{"prediction":"b","ignored":false}]`},
		{classification, predict, 1,
			list{object{{"prediction", "a"}, {"probas", object{{"a", 0.9}, {"b", 0.1}}},
				{"customKeys", object{{"k", list{1}}}}}},
			`{"prediction":"a","probas":{"a":0.9,"b":0.1},"customKeys":{"k":[1]},"ignored":false}`},
		{classification, predict, 1, list{object{{"customKeys", object{}}, {"probas", object{}}, {"prediction", ""}}},
			`{"customKeys":{},"probas":{},"prediction":"","ignored":false}`},
		{classification, predict, 1, list{object{{"prediction", "a"}, {"probas", object{{"a", 1}, {"b", float32(0.5)}}}}},
			`{"prediction":"a","probas":{"a":1,"b":0.5},"ignored":false}`},
		{regression, predict, 1, list{object{{"prediction", 4.2}}}, `{"prediction":4.2,"ignored":false}`},
		{regression, predict, 1, list{object{{"prediction", 4}}}, `{"prediction":4,"ignored":false}`},
		{regression, predict, 1, list{object{{"prediction", 4.0}}}, `{"prediction":4.0,"ignored":false}`},
		{regression, multi, 2, list{nil, object{{"prediction", -1}, {"customKeys", object{{"a", nil}}}}},
			`[` + none + `,{"prediction":-1,"customKeys":{"a":null},"ignored":false}]`},
		{regression, multi, -1, list{nil, nil}, `[` + none + `,` + none + `]`},
		{regression, predict, 1, list{object{{"prediction", 1}, {"customKeys", object{{"a", nested(t, 61, true)}}}}},
			`{"prediction":1,"customKeys":{"a":` + strings.Repeat(`{"a":`, 61) + `null` +
				strings.Repeat("}", 61) + `},"ignored":false}`},
	} {
		reply, err := readAs(predicting(c.k, c.a), c.rows, result(t, abi.TagValue, c.value))
		if err != nil || string(reply.Value) != c.want {
			t.Errorf("%v, %v of %v: %s, error %v, want %s", c.k, c.a, c.value, reply.Value, err, c.want)
		}
	}
}

func TestJSONPredictions(t *testing.T) {
	for _, c := range []struct {
		k          abi.Kind
		a          action.Action
		rows       int
		text, want string
	}{
		{abi.KindClassification, action.Predict, 1, ` [ {"probas": {"a": 0.5}, "prediction": "\u0061"} ] `,
			`{"probas":{"a":0.5},"prediction":"a","ignored":false}`},
		{abi.KindRegression, action.PredictMulti, 2, `[null,{"prediction":1e2}]`,
			`[{"ignored":true,"ignoreReason":"IGNORED_BY_MODEL"},{"prediction":100.0,"ignored":false}]`},
		{abi.KindRegression, action.PredictMulti, 0, `[]`, `[]`},
	} {
		reply, err := readAs(predicting(c.k, c.a), c.rows, result(t, abi.TagJSON, []byte(c.text)))
		if err != nil || string(reply.Value) != c.want || reply.Tag != abi.TagJSON {
			t.Errorf("%s: %s, error %v, want %s", c.text, reply.Value, err, c.want)
		}
	}
	for _, text := range []string{``, `{}`, `"a"`, `[]`, `[null,null]`, `[{"prediction":1}]`, `[{"prediction":"a","x":1}]`,
		`[{"prediction":"a"}] x`, `[NaN]`, `[{"prediction":"a","probas":{"a":NaN}}]`, `[{"prediction":"a","prediction":"a"}]`,
		`[{"prediction":"a","customKeys":{"a":18446744073709551616}}]`, `[`} {
		_, err := readAs(predicting(abi.KindClassification, action.Predict), 1, result(t, abi.TagJSON, []byte(text)))
		if !errors.Is(err, service.ErrGuestProtocol) {
			t.Errorf("%s: error %v, want ErrGuestProtocol", text, err)
		}
	}
}

func TestBrokenPredictions(t *testing.T) {
	class, number := object{{"prediction", "a"}}, object{{"prediction", 1}}
	for _, c := range []struct {
		name  string
		k     abi.Kind
		a     action.Action
		rows  int
		value any
	}{
		{"nil", abi.KindRegression, action.Predict, 1, nil},
		{"map", abi.KindRegression, action.Predict, 1, number},
		{"none for one", abi.KindRegression, action.Predict, 1, list{}},
		{"two for one", abi.KindRegression, action.Predict, 1, list{number, number}},
		{"two for one of unknown", abi.KindRegression, action.Predict, -1, list{number, number}},
		{"one for none", abi.KindRegression, action.PredictMulti, 0, list{nil}},
		{"two for three", abi.KindRegression, action.PredictMulti, 3, list{number, number}},
		{"item string", abi.KindClassification, action.Predict, 1, list{"a"}},
		{"item array", abi.KindClassification, action.Predict, 1, list{list{"a"}}},
		{"class for regression", abi.KindRegression, action.Predict, 1, list{class}},
		{"number for classification", abi.KindClassification, action.Predict, 1, list{number}},
		{"no prediction", abi.KindClassification, action.Predict, 1, list{object{{"probas", object{}}}}},
		{"prediction nil", abi.KindClassification, action.Predict, 1, list{object{{"prediction", nil}}}},
		{"prediction nil", abi.KindRegression, action.Predict, 1, list{object{{"prediction", nil}}}},
		{"prediction boolean", abi.KindRegression, action.Predict, 1, list{object{{"prediction", true}}}},
		{"prediction bytes", abi.KindClassification, action.Predict, 1, list{object{{"prediction", []byte("a")}}}},
		{"prediction not UTF-8", abi.KindClassification, action.Predict, 1, list{object{{"prediction", "\xff"}}}},
		{"prediction NaN", abi.KindRegression, action.Predict, 1, list{object{{"prediction", math.NaN()}}}},
		{"prediction Inf", abi.KindRegression, action.Predict, 1, list{object{{"prediction", math.Inf(1)}}}},
		{"prediction twice", abi.KindRegression, action.Predict, 1, list{object{{"prediction", 1}, {"prediction", 1}}}},
		{"unknown key", abi.KindRegression, action.Predict, 1, list{append(number, pair{"ignored", false})}},
		{"key int", abi.KindRegression, action.Predict, 1, list{append(number, pair{1, false})}},
		{"probas nil", abi.KindClassification, action.Predict, 1, list{append(class, pair{"probas", nil})}},
		{"probas array", abi.KindClassification, action.Predict, 1, list{append(class, pair{"probas", list{0.5}})}},
		{"proba string", abi.KindClassification, action.Predict, 1, list{append(class, pair{"probas", object{{"a", "1"}}})}},
		{"proba nil", abi.KindClassification, action.Predict, 1, list{append(class, pair{"probas", object{{"a", nil}}})}},
		{"proba NaN", abi.KindClassification, action.Predict, 1,
			list{append(class, pair{"probas", object{{"a", math.NaN()}}})}},
		{"proba twice", abi.KindClassification, action.Predict, 1,
			list{append(class, pair{"probas", object{{"a", 1}, {"a", 1}}})}},
		{"proba key", abi.KindClassification, action.Predict, 1, list{append(class, pair{"probas", object{{1, 1}}})}},
		{"customKeys nil", abi.KindRegression, action.Predict, 1, list{append(number, pair{"customKeys", nil})}},
		{"customKeys array", abi.KindRegression, action.Predict, 1, list{append(number, pair{"customKeys", list{}})}},
		{"65 deep", abi.KindRegression, action.Predict, 1, list{append(number, pair{"customKeys", nested(t, 63, true)})}},
		{"cut", abi.KindRegression, action.Predict, 1, raw("\x91\x81\xaaprediction")},
		{"cut in probas", abi.KindClassification, action.Predict, 1, raw("\x91\x81\xa6probas\x81\xa1a")},
	} {
		reply, err := readAs(predicting(c.k, c.a), c.rows, result(t, abi.TagValue, c.value))
		if !errors.Is(err, service.ErrGuestProtocol) {
			t.Errorf("%s: %s, error %v, want ErrGuestProtocol", c.name, reply.Value, err)
		}
	}
}
