package ingress

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"skep/abi"
)

// envelope is what stands around a value.
type envelope struct {
	Timing     map[string]json.Number
	APIContext map[string]string `json:"apiContext"`
}

func TestEnvelope(t *testing.T) {
	text := func(json string) guest { return answers(abi.Result{Tag: abi.TagJSON, Value: []byte(json)}) }
	classify := endpoint("classify", text(`[{"prediction":"a","probas":{"a":1.0}}]`))
	classify.Kind = abi.KindClassification
	regress := endpoint("regress", text(`[{"prediction":1.5},null]`))
	regress.Kind = abi.KindRegression
	number := abi.AppendInt(nil, 3)
	s := start(t, endpoint("value", answers(value(number))), classify, regress,
		endpoint("json", text(` {"a":[1, 2.50]} `)),
		endpoint("nothing", answers(value(abi.AppendNil(nil)))),
		custom("custom", answers(value(number))))

	run := []string{"execution", "fuel", "functionInternal", "preProcessing", "wait"}
	predict := []string{"enrich", "fuel", "postProcessing", "preProcessing", "prediction", "preparation", "wait"}
	for _, test := range []struct {
		path, body, key, want string
		timing                []string
	}{
		{"value/run", "{}", "response", "3", run},
		{"json/run", "{}", "response", `{"a":[1, 2.50]}`, run},
		{"nothing/run", "{}", "response", "null", run},
		{"custom/run", "{}", "response", "3", run}, // the setting allows custom responses, it does not ask for them
		{"classify/predict", `{"features":{"x":1}}`, "result",
			`{"prediction":"a","probas":{"a":1.0},"ignored":false}`, predict},
		{"regress/predict-multi", `{"items":[{"features":{}},{"features":{}}]}`, "results",
			`[{"prediction":1.5,"ignored":false},{"ignored":true,"ignoreReason":"IGNORED_BY_MODEL"}]`, predict},
	} {
		got := s.post(t, test.path, test.body)
		if got.status != 200 || got.header.Get("Content-Type") != "application/json;charset=utf-8" {
			t.Errorf("%s: %d, content type %q: %s", test.path, got.status, got.header.Get("Content-Type"), got.body)
		}
		checkVersions(t, test.path, got)
		keys := map[string]json.RawMessage{}
		if err := json.Unmarshal([]byte(got.body), &keys); err != nil {
			t.Fatalf("%s: %q: %v", test.path, got.body, err)
		}
		if want := []string{"apiContext", test.key, "timing"}; !slices.Equal(slices.Sorted(maps.Keys(keys)), want) {
			t.Errorf("%s: keys of %s, want %v", test.path, got.body, want)
		}
		if string(keys[test.key]) != test.want {
			t.Errorf("%s: %s is %s, want %s", test.path, test.key, keys[test.key], test.want)
		}
		var e envelope
		if err := json.Unmarshal([]byte(got.body), &e); err != nil {
			t.Fatal(err)
		}
		checkTiming(t, test.path, e.Timing, test.timing)
		id, _, _ := strings.Cut(test.path, "/")
		context := map[string]string{"serviceId": "docs", "endpointId": id, "serviceGeneration": "v1"}
		if !maps.Equal(e.APIContext, context) {
			t.Errorf("%s: apiContext is %v, want %v", test.path, e.APIContext, context)
		}
	}
}

// checkTiming wants whole microseconds, none of them negative, and the guest's own from the sandbox.
func checkTiming(t *testing.T, what string, timing map[string]json.Number, want []string) {
	t.Helper()
	if got := slices.Sorted(maps.Keys(timing)); !slices.Equal(got, want) {
		t.Errorf("%s: timing has %v, want %v", what, got, want)
	}
	for name, number := range timing {
		if n, err := strconv.ParseInt(string(number), 10, 64); err != nil || n < 0 || n > 10e6 {
			t.Errorf("%s: timing.%s is %s", what, name, number)
		}
	}
	if timing["fuel"] != "7" {
		t.Errorf("%s: fuel is %s, want 7", what, timing["fuel"])
	}
	if timing["wait"] != "3" {
		t.Errorf("%s: wait is %s, want 3", what, timing["wait"])
	}
	if guest := timing["functionInternal"] + timing["prediction"]; guest != "5" {
		t.Errorf("%s: time in the guest is %s, want 5", what, guest)
	}
}
