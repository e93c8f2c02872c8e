package ingress

import (
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"

	"skep/abi"
	"skep/host/internal/schema"
	"skep/host/internal/service"
)

func TestIsAliveFollowsItsSwitch(t *testing.T) {
	var down atomic.Bool
	s := startWith(t, Config{Registry: registry(endpoint("echo", guest(echoArgs))), Alive: func() bool { return !down.Load() }})
	for _, target := range []string{"/isAlive/", "/isAlive"} {
		down.Store(false)
		if got := s.send(t, "GET", target, ""); got.status != 200 || got.body != `{"ok":true}` {
			t.Errorf("%s: %d %s", target, got.status, got.body)
		}
		down.Store(true)
		checkError(t, target, s.send(t, "GET", target, ""), 503, "ServiceUnavailable")
		if got := s.send(t, "HEAD", target, ""); got.status != 503 || got.body != "" {
			t.Errorf("HEAD %s: %d %q", target, got.status, got.body)
		}
	}
	if got := s.post(t, "echo/run", ""); got.status != 200 {
		t.Errorf("a request meanwhile: %d %s", got.status, got.body)
	}
}

// declared is an endpoint with a schema.
func declared(t *testing.T, id string, kind abi.Kind, fields ...schema.Field) *service.Endpoint {
	t.Helper()
	e := endpoint(id, guest(echoArgs))
	if e.Kind = kind; kind.TakesRecords() {
		e.Caller = predicts("a")
	}
	var err error
	if e.Schema, err = schema.New(fields); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestSwagger(t *testing.T) {
	s := start(t, declared(t, "sum", abi.KindFunction, schema.Field{Name: "p1", Type: schema.Number, Required: true}))
	for _, target := range []string{"/public/api/v1/docs/swagger", "//public/api/v1/docs/swagger/?x=1"} {
		got := s.send(t, "GET", target, "")
		var document struct{ Paths map[string]any }
		if err := json.Unmarshal([]byte(got.body), &document); err != nil || got.status != 200 || document.Paths["/sum/run"] == nil {
			t.Errorf("%s: %d %s", target, got.status, got.body)
		}
		checkVersions(t, target, got)
	}
	checkError(t, "no such service", s.send(t, "GET", "/public/api/v1/nope/swagger", ""), 404, "NotFound")
	post := s.send(t, "POST", "/public/api/v1/docs/swagger", "")
	checkError(t, "POST", post, 405, "MethodNotAllowed")
	if allow := post.header.Get("Allow"); allow != "GET, HEAD" {
		t.Errorf("Allow: %s", allow)
	}
}

func TestPredictSimple(t *testing.T) {
	var frame []byte
	e := endpoint("classify", guest(func(request []byte) ([]byte, error) {
		frame = append([]byte(nil), request...)
		return predicts("a")(request)
	}))
	e.Kind = abi.KindClassification
	text := endpoint("text", e.Caller)
	text.Kind, text.JSONInput = abi.KindClassification, true
	text.Caller = guest(func(request []byte) ([]byte, error) {
		frame = append([]byte(nil), request...)
		return abi.AppendResult(nil, abi.Result{Tag: abi.TagJSON, Value: []byte(`[null]`)}), nil
	})
	s := start(t, e, text)
	for query, want := range map[string]string{
		"":                        `{}`,
		"?":                       `{}`,
		"?&&":                     `{}`,
		"?a=1&b=x+y%20z&c=&d":     `{"a":"1","b":"x y z","c":"","d":""}`,
		"?caf%c3%a9=%E2%82%AC":    `{"café":"€"}`,
		"?a=%252e&b=c=d&e=%26%3d": `{"a":"%2e","b":"c=d","e":"&="}`,
		"?a=NaN&b=null&c=%00%22?": `{"a":"NaN","b":"null","c":"\u0000\"?"}`,
		"?a=/../x":                `{"a":"/../x"}`,
	} {
		got := s.send(t, "GET", "/public/api/v1/docs/classify/predict-simple"+query, "")
		if got.status != 200 || !strings.HasPrefix(got.body, `{"result":{"prediction":"a","ignored":false},`) {
			t.Errorf("%s: %d %s", query, got.status, got.body)
			continue
		}
		r, err := abi.ReadRequest(frame)
		if err != nil {
			t.Fatal(err)
		}
		if _, record, err := abi.ReadArrayHeader(r.Input); err != nil || asJSON(t, record) != want {
			t.Errorf("%s: record %s, want %s", query, asJSON(t, record), want)
		}
		if got := s.send(t, "GET", "/public/api/v1/docs/text/predict-simple"+query, ""); got.status != 200 {
			t.Errorf("%s as text: %d %s", query, got.status, got.body)
			continue
		}
		if r, err = abi.ReadRequest(frame); err != nil || string(r.Input) != `{"features":`+want+`}` {
			t.Errorf("%s as text: %s, %v", query, r.Input, err)
		}
	}
	for _, query := range []string{"?a=%", "?a=%2", "?a=%zz", "?a=%ff", "?%c3=1", "?a=1&a=2", "?a=1&%61=2"} {
		got := s.send(t, "GET", "/public/api/v1/docs/classify/predict-simple"+query, "")
		checkError(t, query, got, 400, "IllegalArgument")
	}
	checkError(t, "POST", s.post(t, "classify/predict-simple", "{}"), 405, "MethodNotAllowed")
	if allow := s.post(t, "classify/predict-simple", "{}").header.Get("Allow"); allow != "GET" {
		t.Errorf("Allow: %s", allow)
	}
}

// asJSON is a MessagePack map of strings as JSON.
func asJSON(t *testing.T, raw []byte) string {
	t.Helper()
	n, raw, err := abi.ReadMapHeader(raw)
	if err != nil {
		t.Fatal(err)
	}
	b := []byte{'{'}
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		for j, sep := range []byte{':', ' '} {
			var s string
			if s, raw, err = abi.ReadString(raw); err != nil {
				t.Fatal(err)
			}
			b = append(b, mustJSON(t, s)...)
			if j == 0 {
				b = append(b, sep)
			}
		}
	}
	return string(append(b, '}'))
}

func TestSchemas(t *testing.T) {
	one := schema.Field{Name: "p1", Type: schema.Number, Required: true}
	unit := schema.Field{Name: "unit", Type: schema.String, Enum: []any{"m", "km"}, Default: "m"}
	free := declared(t, "free", abi.KindFunction, one)
	free.JSONInput = true
	s := start(t, declared(t, "sum", abi.KindFunction, one, unit), free,
		declared(t, "classify", abi.KindClassification, one, unit))
	for _, test := range []struct {
		path, body string
		status     int
		want       string
	}{
		{"sum/run", `{"p1":1,"unit":"km","more":[]}`, 200, `{"response":{"p1":1,"unit":"km","more":[]},`},
		{"sum/run", `{"p1":1}`, 200, `{"response":{"p1":1,"unit":"m"},`},
		{"sum/run", `{"p1":1.5,"unit":null}`, 200, `{"response":{"p1":1.5,"unit":null},`},
		{"sum/run", ``, 400, `argument \"p1\" is missing in the object at byte 0`},
		{"sum/run", `{"p1":null}`, 400, `argument \"p1\" is null, and required at byte 6`},
		{"sum/run", `{"p1":NaN}`, 400, `argument \"p1\" is null`},
		{"sum/run", `{"p1":"1"}`, 400, `argument \"p1\" is a string, must be of type number at byte 6`},
		{"sum/run", `{"p1":1,"unit":"mile"}`, 400, `argument \"unit\" is none of the allowed values \"m\", \"km\"`},
		{"free/run", `{"p1":"1"}`, 200, `{"response":{"p1":"1"},`}, // text is handed over as it is
		{"classify/predict", `{"features":{"p1":1}}`, 200, `{"result":{"prediction":"a"`},
		{"classify/predict", `{"features":{}}`, 400, `feature \"p1\" is missing`},
		{"classify/predict-multi", `{"items":[{"features":{"p1":1}},{"features":{"p1":[]}}]}`, 400, `feature \"p1\" of item 1 is an array`},
	} {
		got := s.post(t, test.path, test.body)
		if got.status != test.status || !strings.Contains(got.body, test.want) {
			t.Errorf("%s %s: %d %s, want %s", test.path, test.body, got.status, got.body, test.want)
		}
		if test.status != 200 {
			checkError(t, test.body, got, 400, "IllegalArgument")
		}
	}
	for query, status := range map[string]int{"?p1=1": 200, "?unit=km": 400, "?p1=1&unit=mile": 400} {
		if got := s.send(t, "GET", "/public/api/v1/docs/classify/predict-simple"+query, ""); got.status != status {
			t.Errorf("%s: %d %s", query, got.status, got.body)
		}
	}
}

// What the stock client always sends with a prediction is accepted, and does not change the answer.
func TestExplanationsAndContext(t *testing.T) {
	e := endpoint("classify", predicts("a"))
	e.Kind = abi.KindClassification
	s := start(t, e)
	const explanations = `"explanations":{"enabled":true,"method":"SHAPLEY","nExplanations":null,"nMonteCarloSteps":25}`
	for body, want := range map[string]string{
		`{"features":{},` + explanations + `,"context":{"user":"x"}}`:               `{"result":{"prediction":"a","ignored":false},`,
		`{` + explanations + `,"items":[{"features":{},"context":{"user":["x"]}}]}`: `{"results":[{"prediction":"a","ignored":false}],`,
	} {
		action := "predict"
		if strings.Contains(body, "items") {
			action = "predict-multi"
		}
		if got := s.post(t, "classify/"+action, body); !strings.HasPrefix(got.body, want) {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
}
