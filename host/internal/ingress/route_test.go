package ingress

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/service"
)

// echoEndpoint is a guest that answers with the endpoint of the request frame.
func echoEndpoint(request []byte) ([]byte, error) {
	r, err := abi.ReadRequest(request)
	if err != nil {
		return nil, err
	}
	return abi.AppendResult(nil, value(abi.AppendString(nil, r.Endpoint))), nil
}

func TestRoutes(t *testing.T) {
	other := endpoint("text", guest(echoEndpoint))
	other.Service, other.ID = "other", "elsewhere"
	loading := endpoint("loading", nil)
	loading.State = service.StateLoading
	refused := endpoint("refused", nil)
	refused.State = service.StateRefused
	classify := endpoint("classify", answers(value([]byte{0x91, 0xc0}))) // one record, ignored
	classify.Kind = abi.KindClassification
	s := start(t, endpoint("text", guest(echoEndpoint)), endpoint("a-b_C9", guest(echoEndpoint)), classify, loading,
		refused, other)

	const text, predictBody = "/public/api/v1/docs/text/run", `{"features":{}}`
	for _, test := range []struct {
		method, target, body string
		status               int
		want                 string // errorType, or what the body must hold
	}{
		{"POST", text, "", 200, `"response":"text"`},
		{"POST", text + "?a=b", "", 200, `"response":"text"`},
		{"POST", text + "?a=/../../x", "", 200, `"response":"text"`},
		{"POST", text + "/", "", 200, `"response":"text"`},
		{"POST", text + "//?", "", 200, `"response":"text"`},
		{"POST", "/" + text, "", 200, `"response":"text"`},
		{"POST", "//public///api/v1//docs/text//run", "", 200, `"response":"text"`},
		{"POST", "/public/api/v1/docs/a-b_C9/run", "", 200, `"response":"a-b_C9"`},
		{"POST", "/public/api/v1/other/elsewhere/run", "", 200, `"response":"elsewhere"`},
		{"POST", "/public/api/v1/docs/classify/predict", predictBody, 200, `"result":{"ignored":true`},
		{"POST", "/public/api/v1/docs/classify/predict-multi", `{"items":[` + predictBody + `]}`, 200, `"results":[{`},

		{"GET", "/public/api/v1/docs/classify/predict-simple?x=%31", "", 200, `"result":{"ignored":true`},
		{"GET", "//public/api/v1//docs/classify/predict-simple/", "", 200, `"result":{"ignored":true`},
		{"GET", "/public/api/v1/docs/swagger", "", 200, `"swagger":"2.0"`},
		{"GET", "/public/api/v1/docs//swagger//", "", 200, `"swagger":"2.0"`},
		{"GET", "/public/api/v1/docs/text/predict-simple", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/classify/predict-simple", "", 405, "MethodNotAllowed"},
		{"GET", "/public/api/v1/docs/classify/predict", "", 405, "MethodNotAllowed"},
		{"POST", "/public/api/v1/docs/swagger", "", 405, "MethodNotAllowed"},
		{"GET", "/public/api/v1/docs/swagger/x", "", 404, "NotFound"},
		{"GET", "/public/api/v1/swagger", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/classify/forecast", `{"items":[]}`, 404, "NotFound"},
		{"POST", "/public/api/v1/docs/classify/lookup", `{"data":{}}`, 404, "NotFound"},
		{"POST", "/public/api/v1/docs/text/query", "", 404, "NotFound"},

		{"POST", "/", "", 404, "NotFound"},
		{"POST", "/public/api/v1", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/text", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/text/", "", 404, "NotFound"},
		{"POST", text + "/more", "", 404, "NotFound"},
		{"POST", "/public/api/v2/docs/text/run", "", 404, "NotFound"},
		{"POST", "/admin/api/services", "", 404, "NotFound"},
		{"POST", "/public/api/v1/nope/text/run", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/nope/run", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/elsewhere/run", "", 404, "NotFound"},
		{"POST", "/public/api/v1/DOCS/text/run", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/Text/run", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/text/RUN", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/text/stop", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/text/predict", predictBody, 404, "NotFound"},
		{"POST", "/public/api/v1/docs/text/predict-multi", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/classify/run", "", 404, "NotFound"},
		{"POST", "public/api/v1/docs/text/run", "", 400, "IllegalArgument"},
		{"POST", "http://x" + text, "", 400, "IllegalArgument"},
		{"POST", "*", "", 400, "IllegalArgument"},

		// Escapes and dots are part of a name, and no name has them: what is routed is what was sent.
		{"POST", "/public/api/v1/docs/nope/../text/run", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/./text/run", "", 404, "NotFound"},
		{"POST", "/x/.." + text, "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/%74ext/run", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/text/%72un", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs%2ftext/run", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/text%2frun", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/nope%2f..%2ftext/run", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/%252e%252e/text/run", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/text%00/run", "", 404, "NotFound"},
		{"POST", `/public/api/v1/docs\text/run`, "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/text/run;x=1", "", 404, "NotFound"},
		{"POST", text + "%3fa", "", 404, "NotFound"},
		{"POST", "/public/api/v1/docs/text /run", "", 400, "IllegalArgument"},

		{"GET", text, "", 405, "MethodNotAllowed"},
		{"PUT", text, "", 405, "MethodNotAllowed"},
		{"DELETE", text, "", 405, "MethodNotAllowed"},
		{"OPTIONS", text, "", 405, "MethodNotAllowed"},
		{"post", text, "", 405, "MethodNotAllowed"},
		{"POST", "/isAlive/", "", 405, "MethodNotAllowed"},

		{"POST", "/public/api/v1/docs/loading/run", "", 503, "EndpointUnavailable"},
		{"POST", "/public/api/v1/docs/refused/run", "", 503, "EndpointUnavailable"},

		{"GET", "/isAlive/", "", 200, `{"ok":true}`},
		{"GET", "/isAlive", "", 200, `{"ok":true}`},
		{"GET", "//isAlive//?x=1", "", 200, `{"ok":true}`},
		{"GET", "/isalive", "", 404, "NotFound"},
		{"GET", "/isAlive/x", "", 404, "NotFound"},
	} {
		what := test.method + " " + test.target
		got := s.send(t, test.method, test.target, test.body)
		if test.status >= 400 {
			checkError(t, what, got, test.status, test.want)
		} else if got.status != test.status || !strings.Contains(got.body, test.want) {
			t.Errorf("%s: %d %s, want %d with %s", what, got.status, got.body, test.status, test.want)
		}
		checkVersions(t, what, got)
		if allow := got.header.Values("Allow"); (test.status == 405) != (len(allow) == 1) {
			t.Errorf("%s: Allow is %q", what, allow)
		}
		if retry := got.header.Get("Retry-After"); (retry != "") != (test.target == "/public/api/v1/docs/loading/run") {
			t.Errorf("%s: Retry-After is %q", what, retry)
		}
	}
}

func TestAllow(t *testing.T) {
	s := start(t, endpoint("text", guest(echoEndpoint)))
	for target, want := range map[string]string{"/public/api/v1/docs/text/run": "POST", "/isAlive": "GET, HEAD"} {
		if got := s.send(t, "PATCH", target, "").header.Get("Allow"); got != want {
			t.Errorf("%s: Allow is %q, want %q", target, got, want)
		}
	}
}

// FuzzRoute: what is called is what stands in the path, byte for byte, but for repeated slashes and the query.
func FuzzRoute(f *testing.F) {
	for _, seed := range []string{"/public/api/v1/docs/text/run", "//public//api/v1/docs/text/run//?x", "/", "", "?", "//",
		"/public/api/v1/a/../b/run", "/public/api/v1//run", "/public/api/v1/a//run", "/public/api/v1/a%2fb/c/predict",
		"/public/api/v1/docs/swagger/", "/public/api/v1/docs/swagger/run", "/public/api/v1//swagger"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, target string) {
		path := canonical(nil, []byte(target))
		if again := canonical(nil, path); !bytes.Equal(again, path) {
			t.Fatalf("canonical(%q) = %q, and again %q", target, path, again)
		}
		if bytes.Contains(path, []byte("//")) || bytes.Contains(path, []byte("?")) {
			t.Fatalf("canonical(%q) = %q", target, path)
		}
		if appended := canonical([]byte("x/"), []byte(target)); string(appended) != "x/"+string(path) {
			t.Fatalf("appended to x/: %q", appended)
		}
		r, ok := parseRoute(path)
		if !ok {
			return
		}
		raw, _, _ := strings.Cut(target, "?")
		parts := slices.DeleteFunc(strings.Split(raw, "/"), func(s string) bool { return s == "" })
		want := []string{"public", "api", "v1", string(r.service), string(r.endpoint), r.action.String()}
		if r.endpoint == nil {
			want = append(want[:4], swaggerPage)
		}
		if !slices.Equal(parts, want) {
			t.Fatalf("%q is routed to %q", target, want)
		}
		if (r.action == 0) != (r.endpoint == nil) {
			t.Fatalf("%q has no action", target)
		}
	})
}
