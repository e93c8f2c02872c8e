package host_test

import (
	"strings"
	"testing"

	"skep/host"
	"skep/host/hosttest"
)

// TestKinds calls endpoints of the kinds that modules/ has no examples of, as WebAssembly.
func TestKinds(t *testing.T) {
	root := t.TempDir()
	for _, kind := range []string{"forecast", "effect", "lookup", "query"} {
		hosttest.Build(t, "../guest-sdk/go/skep/testdata/guests/"+kind, root, "docs")
	}
	s := hosttest.Start(t, host.Config{Root: root})
	const context = `"apiContext":{"serviceId":"docs","endpointId":"`
	for _, test := range []struct {
		path, body string
		status     int
		want       string // the beginning of the body
	}{
		{"forecast/forecast", `{"items":[{"y":1},{"y":4}]}`, 200, `{"results":[{"forecast":4.0,"ignored":false,` +
			`"quantiles":[0.5],"quantilesValues":[4.0],"time":"2015-03-20T00:00:00.000000Z","timeseriesIdentifier":{"shop":"a"}},`},
		{"forecast/forecast", `{"items":[{}]}`, 400, `{"errorType":"IllegalArgument","message":"column \"y\" of item 0`},
		{"effect/predict-effect", `{"features":{"x":1}}`, 200, `{"result":{"predictedEffect":0.5,"ignored":false},`},
		{"effect/predict-effect-multi", `{"items":[{"features":{"x":1}},{"features":{}}]}`, 200,
			`{"results":[{"predictedEffect":0.5,"ignored":false},{"ignored":true,"ignoreReason":"IGNORED_BY_MODEL"}],`},
		{"lookup/lookup", `{"data":{"country":"D"},"context":null}`, 200,
			`{"results":[{"data":{"capital":"Berlin","country":"D"}}],"timing":`},
		{"lookup/lookup-multi", `{"items":[{"data":{"country":"x"}},{"data":{"country":"F"}}]}`, 200,
			`{"results":[{"data":{},"ignored":true,"ignoreReason":"NO_LOOKUP_MATCH"},{"data":{"capital":"Paris","country":"F"}}],`},
		{"lookup/lookup-multi", `{"items":[]}`, 200, `{"results":[],`},
		{"query/query", "", 200, `{"columns":[{"name":"n","type":"bigint"},{"name":"square","type":"bigint"}],` +
			`"rows":[["0","0"],["1","1"]],"timing":`},
		{"query/query", `{"n":-3}`, 200, `{"updatedRows":3,"timing":`},
		{"query/query", `{"n":"3"}`, 400, `{"errorType":"IllegalArgument","message":"argument \"n\" is a string`},
		{"query/run", `{}`, 404, `{"errorType":"NotFound"`},
	} {
		got := s.Post(t, "docs/"+test.path, test.body)
		if got.Status != test.status || !strings.HasPrefix(got.Body, test.want) {
			t.Errorf("%s %s: %d %s, want %s", test.path, test.body, got.Status, got.Body, test.want)
		}
		endpoint, _, _ := strings.Cut(test.path, "/")
		if test.status == 200 && !strings.Contains(got.Body, context+endpoint+`"`) {
			t.Errorf("%s: %s does not say who answers", test.path, got.Body)
		}
	}
}
