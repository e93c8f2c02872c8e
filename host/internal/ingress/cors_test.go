package ingress

import (
	"slices"
	"testing"

	"skep/abi"
)

func TestCORS(t *testing.T) {
	own := custom("own", answers(abi.Result{Tag: abi.TagCustom, Status: 200, ContentType: "text/plain",
		Headers: []abi.Header{{Name: "Access-Control-Allow-Origin", Value: "https://evil.example"}}}))
	serve := func(c CORS) *running {
		return startWith(t, Config{Registry: registry(endpoint("echo", guest(echoArgs)), own), Wire: Wire{CORS: c}})
	}
	const ownPath, app = "/public/api/v1/docs/own/run", "https://app.example"
	one := serve(CORS{Origins: []string{"http://other.example:8080", app}, Headers: []string{"X-A", "X-B"}, Methods: []string{"POST"}})
	every, off := serve(CORS{Origins: []string{"*"}}), serve(CORS{})

	for _, test := range []struct {
		name, method, path, origin string
		status                     int
		one, every, off            string // Access-Control-Allow-Origin
	}{
		{"answer", "POST", echoPath, app, 200, app, "*", ""},
		{"other origin", "POST", echoPath, "https://evil.example", 200, "", "*", ""},
		{"other port", "POST", echoPath, app + ":81", 200, "", "*", ""},
		{"null", "POST", echoPath, "null", 200, "", "*", ""},
		{"error", "POST", "/nope", app, 404, app, "*", ""},
		{"custom response", "POST", ownPath, app, 200, app, "*", "https://evil.example"},
		{"custom response, other origin", "POST", ownPath, "https://evil.example", 200, "", "*", "https://evil.example"},
		{"no preflight", "OPTIONS", echoPath, app, 405, app, "*", ""},
	} {
		for s, want := range map[*running]string{one: test.one, every: test.every, off: test.off} {
			got := s.send(t, test.method, test.path, "", "origin: "+test.origin)
			if values := got.header.Values("Access-Control-Allow-Origin"); got.status != test.status ||
				(want == "") != (len(values) == 0) || want != "" && !slices.Equal(values, []string{want}) {
				t.Errorf("%s: %d, Access-Control-Allow-Origin %q, want %d, %q", test.name, got.status, values, test.status, want)
			}
			if vary := got.header.Get("Vary"); (vary == "Origin") != (s == one) {
				t.Errorf("%s: Vary is %q", test.name, vary)
			}
		}
	}
	// Also what is refused before it is read.
	if got := every.parse(t, every.raw(t, "nonsense\r\n\r\n"), "GET")[0]; got.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("broken request: %v", got.header)
	}
}

func TestPreflight(t *testing.T) {
	s := startWith(t, Config{Registry: registry(endpoint("echo", guest(echoArgs))), Wire: Wire{CORS: CORS{
		Origins: []string{"https://app.example"}, Headers: []string{"X-A", "X-B"}}}})
	got := s.send(t, "OPTIONS", echoPath, "", "Origin: https://app.example", "Access-Control-Request-Method: POST",
		"Access-Control-Request-Headers: x-a")
	for name, want := range map[string]string{"Access-Control-Allow-Origin": "https://app.example",
		"Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "X-A, X-B", "Access-Control-Max-Age": corsAge} {
		if got.header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.header.Get(name), want)
		}
	}
	if got.status != 204 || got.body != "" {
		t.Errorf("%d %q", got.status, got.body)
	}
	got = s.send(t, "OPTIONS", echoPath, "", "Origin: https://evil.example", "Access-Control-Request-Method: POST")
	if values := got.header.Values("Access-Control-Allow-Origin"); got.status != 204 || len(values) > 0 {
		t.Errorf("another origin: %d, %q", got.status, values)
	}
	off := start(t, endpoint("echo", guest(echoArgs)))
	got = off.send(t, "OPTIONS", echoPath, "", "Origin: https://app.example", "Access-Control-Request-Method: POST")
	checkError(t, "without origins", got, 405, "MethodNotAllowed")
}
