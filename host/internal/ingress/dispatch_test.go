package ingress

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/service"
)

// generations is a registry with a service docs of these generations, the first one active. Each has a classification
// "classify" that answers with the generation's id and a function "run" that answers with its arguments.
func generations(t *testing.T, mapping service.Mapping, ids ...string) *service.Registry {
	t.Helper()
	s := &service.Service{ID: "docs", Mapping: mapping}
	for i, id := range ids {
		classify := endpoint("classify", predicts(id))
		classify.Kind = abi.KindClassification
		g := &service.Generation{ID: id, Endpoints: map[string]*service.Endpoint{
			"classify": classify, "echo": endpoint("echo", guest(echoArgs))}}
		for _, e := range g.Endpoints {
			e.Generation = id
		}
		if i == 0 {
			s.Active = g
		} else {
			s.Others = append(s.Others, g)
		}
	}
	r := new(service.Registry)
	r.Put(s)
	return r
}

// predicts is a guest that predicts the same class for every record.
func predicts(class string) guest {
	return func(request []byte) ([]byte, error) {
		r, err := abi.ReadRequest(request)
		if err != nil {
			return nil, err
		}
		n, _, err := abi.ReadArrayHeader(r.Input)
		if err != nil {
			return nil, err
		}
		list := abi.AppendArrayHeader(nil, n)
		for range n {
			list = abi.AppendString(abi.AppendString(abi.AppendMapHeader(list, 1), "prediction"), class)
		}
		return abi.AppendResult(nil, value(list)), nil
	}
}

// served is the generation that an answer names, in its context and in its prediction.
func served(t *testing.T, got response) string {
	t.Helper()
	var answer struct {
		Result     struct{ Prediction string }
		APIContext struct{ ServiceGeneration string }
	}
	if err := json.Unmarshal([]byte(got.body), &answer); err != nil || got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if answer.Result.Prediction != answer.APIContext.ServiceGeneration {
		t.Errorf("generation %s answers in the name of %s", answer.Result.Prediction, answer.APIContext.ServiceGeneration)
	}
	return answer.Result.Prediction
}

func TestForcedGeneration(t *testing.T) {
	s := startWith(t, Config{Registry: generations(t, nil, "v1", "v2.1")})
	for body, want := range map[string]string{
		`{"features":{}}`: "v1",
		`{"features":{},"dispatch":{"forcedGeneration":"v2.1"}}`:                   "v2.1",
		`{"dispatch":{"forcedGeneration":"v1"},"features":{}}`:                     "v1",
		`{"features":{"x":NaN},"dispatch":{"forcedGeneration":"v2.1"}}`:            "v2.1",
		`{"features":{},"d\u0069spatch":{"forcedGeneration":"v2\u002e1"}}`:         "v2.1",
		`{"features":{},"dispatch":{"forcedGeneration":"v2.1","dispatchKey":"a"}}`: "v2.1",
		`{"features":{},"dispatch":{"forcedGeneration":null}}`:                     "v1",
		`{"features":{},"dispatch":null}`:                                          "v1",
		`{"features":{},"dispatch":{"other":1}}`:                                   "v1",
		`{"features":{"dispatch":{"forcedGeneration":"v2.1"}}}`:                    "v1", // a feature
	} {
		if got := served(t, s.post(t, "classify/predict", body)); got != want {
			t.Errorf("%s: served by %s, want %s", body, got, want)
		}
	}
	for body, want := range map[string]int{
		`{"features":{},"dispatch":{"forcedGeneration":"v9"}}`: 404,
		`{"features":{},"dispatch":{"forcedGeneration":""}}`:   404,
		`{"features":{},"dispatch":{"forcedGeneration":1}}`:    400,
		`{"features":{},"dispatch":{"dispatchKey":[]}}`:        400,
		`{"features":{},"dispatch":"v2.1"}`:                    400,
		`{"features":{},"dispatch":{},"dispatch":{}}`:          400,
		`{"features":{},"dispatch":{"forcedGeneration":`:       400,
	} {
		errorType := map[int]string{404: "NotFound", 400: "IllegalArgument"}[want]
		checkError(t, body, s.post(t, "classify/predict", body), want, errorType)
	}
	multi := s.post(t, "classify/predict-multi", `{"items":[{"features":{}}],"dispatch":{"forcedGeneration":"v2.1"}}`)
	if !strings.Contains(multi.body, `"serviceGeneration":"v2.1"`) {
		t.Errorf("predict-multi: %s", multi.body)
	}
}

// In a function call a key named dispatch is an argument like any other.
func TestDispatchIsAnArgumentOfRun(t *testing.T) {
	s := startWith(t, Config{Registry: generations(t, nil, "v1", "v2")})
	const body = `{"dispatch":{"forcedGeneration":"v2"}}`
	got := s.post(t, "echo/run", body)
	if !strings.HasPrefix(got.body, `{"response":`+body+`,`) || !strings.Contains(got.body, `"serviceGeneration":"v1"`) {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestDispatchKey(t *testing.T) {
	r := generations(t, service.Mapping{{Generation: "v1", Weight: 0.5}, {Generation: "v2", Weight: 0.5}}, "v1", "v2")
	s := startWith(t, Config{Registry: r})
	seen := map[string]int{}
	for i := range 50 {
		body := fmt.Sprintf(`{"features":{},"dispatch":{"dispatchKey":"ü%d"}}`, i)
		first := served(t, s.post(t, "classify/predict", body))
		if want := r.Lookup([]byte("docs")).ForKey(fmt.Appendf(nil, "ü%d", i)).ID; first != want {
			t.Errorf("key %d: served by %s, want %s", i, first, want)
		}
		if again := served(t, s.post(t, "classify/predict", body)); again != first {
			t.Errorf("key %d is served by %s and by %s", i, first, again)
		}
		seen[first]++
	}
	if len(seen) != 2 {
		t.Errorf("50 keys are served by %v", seen)
	}
}

// Probabilities hold within 6 standard deviations.
func TestDispatchByWeight(t *testing.T) {
	s := startWith(t, Config{Registry: generations(t,
		service.Mapping{{Generation: "v1", Weight: 0.25}, {Generation: "v2", Weight: 0.75}, {Generation: "v3", Weight: 0}},
		"v1", "v2", "v3")})
	const n, p = 2000, 0.25
	one := request("POST", "/public/api/v1/docs/classify/predict", `{"features":{}}`)
	seen := map[string]float64{}
	for _, got := range s.parse(t, s.raw(t, strings.Repeat(one, n)), strings.Split(strings.Repeat("POST,", n), ",")[:n]...) {
		seen[served(t, got)]++
	}
	if deviation := math.Abs(seen["v1"]-n*p) / math.Sqrt(n*p*(1-p)); deviation > 6 || seen["v3"] > 0 {
		t.Errorf("%v of %d", seen, n)
	}
	// What has no weight can still be asked for.
	got := s.post(t, "classify/predict", `{"features":{},"dispatch":{"forcedGeneration":"v3"}}`)
	if served(t, got) != "v3" {
		t.Errorf("%s", got.body)
	}
}

// An endpoint's limit is that of the generation that answers, and a body beyond all limits is not even looked into.
func TestBodyLimitOfGenerations(t *testing.T) {
	r := generations(t, nil, "v1", "v2")
	docs := r.Lookup([]byte("docs"))
	docs.Active.Endpoints["classify"].MaxBody, docs.Others[0].Endpoints["classify"].MaxBody = 60, 200
	s := startWith(t, Config{Registry: r})
	body := func(generation string, size int) string {
		head := `{"dispatch":{"forcedGeneration":"` + generation + `"},"features":{"x":"`
		return head + strings.Repeat("x", size-len(head)-3) + `"}}`
	}
	checkError(t, "v1", s.post(t, "classify/predict", body("v1", 100)), 413, "PayloadTooLarge")
	if got := s.post(t, "classify/predict", body("v2", 100)); served(t, got) != "v2" {
		t.Errorf("v2: %s", got.body)
	}
	checkError(t, "beyond both", s.post(t, "classify/predict", body("v2", 201)), 413, "PayloadTooLarge")
	checkError(t, "beyond both, no JSON", s.post(t, "classify/predict", strings.Repeat(`\u`, 101)), 413, "PayloadTooLarge")
	checkError(t, "no such endpoint", s.post(t, "nope/predict", body("v2", 201)), 404, "NotFound")
}
