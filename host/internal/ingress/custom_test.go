package ingress

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"skep/abi"
)

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return []byte(strings.ReplaceAll(strings.TrimSpace(b.String()), `\u2028`, "\u2028"))
}

// lines are the header lines of an answer with one of these names, as they stand there.
func lines(raw string, names ...string) (list []string) {
	head, _, _ := strings.Cut(raw, "\r\n\r\n")
	for _, line := range strings.Split(head, "\r\n")[1:] {
		name, _, _ := strings.Cut(line, ":")
		if slices.Contains(names, name) {
			list = append(list, line)
		}
	}
	return list
}

func TestCustomVerbatim(t *testing.T) {
	body := "\x89PNG\r\n\x00\xff" + strings.Repeat("x", 100_000)
	s := start(t, custom("image", answers(abi.Result{Tag: abi.TagCustom, Status: 201, ContentType: "image/jpg; Q=1",
		Body: []byte(body), Headers: []abi.Header{
			{Name: "Machin", Value: "Truc"},
			{Name: "Set-Cookie", Value: "chocolate"},
			{Name: "x-lower-CASE", Value: " a  b\t"},
			{Name: "Set-Cookie", Value: "pecan"},
			{Name: "Machin", Value: "Bidule"},
			{Name: "Content-Encoding", Value: "utf-8"},
			{Name: "Server", Value: "mine"},
			{Name: "Location", Value: "/elsewhere"},
			{Name: "Empty", Value: ""},
		}})))
	raw := s.raw(t, request("POST", "/public/api/v1/docs/image/run", "{}"))
	if !strings.HasPrefix(raw, "HTTP/1.1 201 ") {
		t.Errorf("status line %q", raw[:min(len(raw), 30)])
	}
	for _, want := range [][]string{
		{"Content-Type: image/jpg; Q=1"},
		{"Machin: Truc", "Machin: Bidule"},
		{"Set-Cookie: chocolate", "Set-Cookie: pecan"},
		{"x-lower-CASE:  a  b\t"},
		{"Content-Encoding: utf-8"},
		{"Server: mine"},
		{"Location: /elsewhere"},
		{"Empty: "},
		{fmt.Sprintf("Content-Length: %d", len(body))},
		{"X-Service-Generation: v1"},
		{"X-Timing-Wait: 3"},
		{"DSS-API-Version: 1"},
		{"DSS-Version: 9.9.9"},
	} {
		name, _, _ := strings.Cut(want[0], ":")
		if got := lines(raw, name); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if execution := lines(raw, "X-Timing-Execution"); len(execution) != 1 || strings.Contains(execution[0], "-0") {
		t.Errorf("X-Timing-Execution: %q", execution)
	}
	if _, got, _ := strings.Cut(raw, "\r\n\r\n"); got != body {
		t.Errorf("the body differs: %d bytes", len(got))
	}
}

// The HTTP server would sort the headers that it knows, and keep one of each only.
func TestCustomOrder(t *testing.T) {
	headers := []abi.Header{
		{Name: "Set-Cookie", Value: "a=1"}, {Name: "X-One", Value: "1"}, {Name: "Content-Encoding", Value: "utf-8"},
		{Name: "Server", Value: "mine"}, {Name: "set-cookie", Value: "b"}, {Name: "x-one", Value: ""},
		{Name: "content-encoding", Value: "other"}, {Name: "SERVER", Value: "yours"}, {Name: "Set-Cookie", Value: "a=1"},
		{Name: "Vary", Value: "  x "}, {Name: "Trailers", Value: "x"}, {Name: "Connections", Value: "x"},
		{Name: "Location", Value: "/"}, {Name: "WWW-Authenticate", Value: "Basic"}, {Name: "X-One", Value: "1"},
	}
	var want []string
	for _, h := range headers {
		want = append(want, h.Name+": "+h.Value)
	}
	for _, status := range []int{200, 204, 304, 599} {
		s := start(t, custom("text", answers(abi.Result{Tag: abi.TagCustom, Status: status, ContentType: "text/plain",
			Body: []byte("Hello"), Headers: headers})))
		raw := s.raw(t, request("POST", "/public/api/v1/docs/text/run", ""))
		head, body, _ := strings.Cut(raw, "\r\n\r\n")
		got := strings.Split(head, "\r\n")
		first := slices.IndexFunc(got, func(line string) bool { return strings.HasPrefix(line, "X-Timing-Fuel: ") })
		if got := got[first+1:]; !slices.Equal(got, want) {
			t.Errorf("%d: got %q, want %q", status, got, want)
		}
		var own []string
		for _, line := range got[1 : first+1] {
			name, _, _ := strings.Cut(line, ":")
			own = append(own, name)
		}
		expected := []string{"Date", "Content-Type", "Content-Length", "DSS-API-Version", "DSS-Version", "X-Request-Id",
			"X-Service-Generation", "X-Timing-PreProcessing", "X-Timing-Wait", "X-Timing-Execution", "X-Timing-FunctionInternal", "X-Timing-Fuel"}
		if status == 204 || status == 304 {
			expected = slices.Delete(expected, 2, 3)
		}
		if !slices.Equal(own, expected) {
			t.Errorf("%d: the host's own headers are %q, want %q", status, own, expected)
		}
		if (body == "Hello") == bodiless(status) {
			t.Errorf("%d: body %q", status, body)
		}
	}
}

// What is dropped is told to the log, whoever drops it.
func TestCustomDropsAreLogged(t *testing.T) {
	for _, name := range []string{"Connection", "Transfer-Encoding", "Host", "Date", "Proxy-Authenticate", "DSS-Version",
		"X-Timing-Wait"} {
		s := start(t, custom("text", answers(abi.Result{Tag: abi.TagCustom, Status: 200, ContentType: "text/plain",
			Headers: []abi.Header{{Name: name, Value: "guest's"}, {Name: "Kept", Value: "1"}}})))
		raw := s.raw(t, request("POST", "/public/api/v1/docs/text/run", ""))
		if strings.Contains(raw, "guest's") || !strings.Contains(raw, "\r\nKept: 1\r\n") {
			t.Errorf("%s: %q", name, raw)
		}
		if log := s.log.String(); !strings.Contains(log, "header "+name+": dropped") {
			t.Errorf("%s: the log is %q", name, log)
		}
	}
}

// An endpoint that passes on the answer of another host must not forge who answered, nor how its answer is framed.
func TestCustomKeepsOwnHeaders(t *testing.T) {
	s := start(t, custom("proxy", answers(abi.Result{Tag: abi.TagCustom, Status: 200, ContentType: "a/b",
		Body: []byte("body"), Headers: []abi.Header{
			{Name: "dss-version", Value: "0"},
			{Name: "DSS-API-Version", Value: "0"},
			{Name: "x-service-generation", Value: "0"},
			{Name: "X-Timing-Wait", Value: "0"},
			{Name: "x-timing-fuel", Value: "0"},
			{Name: "Content-Length", Value: "0"},
			{Name: "Transfer-Encoding", Value: "chunked"},
			{Name: "Connection", Value: "close"},
			{Name: "Content-Type", Value: "c/d"},
		}})))
	one := request("POST", "/public/api/v1/docs/proxy/run", "{}")
	for i, got := range s.parse(t, s.raw(t, one+one), "POST", "POST") {
		checkVersions(t, "proxy", got)
		if got.body != "body" || got.header.Get("Content-Type") != "a/b" {
			t.Errorf("answer %d: %q, content type %q", i, got.body, got.header.Get("Content-Type"))
		}
		for name, want := range map[string]string{"X-Service-Generation": "v1", "X-Timing-Wait": "3", "X-Timing-Fuel": "7"} {
			if values := got.header.Values(name); !slices.Equal(values, []string{want}) {
				t.Errorf("answer %d: %s is %q", i, name, values)
			}
		}
	}
}

func TestCustomStatuses(t *testing.T) {
	const body = "twelve bytes"
	for _, status := range []int{200, 201, 204, 205, 299, 300, 302, 304, 399, 400, 404, 418, 451, 499, 500, 503, 599} {
		s := start(t, custom("status", answers(abi.Result{Tag: abi.TagCustom, Status: status, ContentType: "text/plain",
			Body: []byte(body)})), endpoint("text", guest(echoEndpoint)))
		what := fmt.Sprint("status ", status)
		got := s.parse(t, s.raw(t, request("POST", "/public/api/v1/docs/status/run", "{}")+
			request("POST", "/public/api/v1/docs/text/run", "{}")), "POST", "POST")
		want := body
		if status == 204 || status == 205 || status == 304 {
			want = ""
		}
		if got[0].status != status || got[0].body != want {
			t.Errorf("%s: %d %q, want body %q", what, got[0].status, got[0].body, want)
		}
		checkVersions(t, what, got[0])
		if got[1].status != 200 || !strings.Contains(got[1].body, `"response":"text"`) {
			t.Errorf("%s: the next answer on the connection is %d %q", what, got[1].status, got[1].body)
		}
	}
}

func TestCustomDefaults(t *testing.T) {
	for _, test := range []struct {
		name    string
		headers []abi.Header
		want    string
	}{
		{"no type", nil, "application/octet-stream"},
		{"type among the headers", []abi.Header{{Name: "content-type", Value: "text/xml"}}, "text/xml"},
	} {
		s := start(t, custom("text", answers(abi.Result{Tag: abi.TagCustom, Status: 200, Headers: test.headers})))
		got := s.post(t, "text/run", "")
		if types := got.header.Values("Content-Type"); !slices.Equal(types, []string{test.want}) || got.body != "" {
			t.Errorf("%s: content type %q, body %q", test.name, types, got.body)
		}
	}
}

func TestCustomNotEnabled(t *testing.T) {
	s := start(t, endpoint("text", answers(abi.Result{Tag: abi.TagCustom, Status: 200, ContentType: "text/plain",
		Body: []byte("Hello")})))
	got := s.post(t, "text/run", "")
	checkError(t, "custom response", got, 500, "CustomResponseNotEnabled")
	if !strings.Contains(got.body, "returns_custom_response") {
		t.Errorf("%s does not name the setting", got.body)
	}
	log := s.log.String()
	if !strings.Contains(log, "endpoint=text") || !strings.Contains(log, "returns_custom_response") {
		t.Errorf("the log does not name endpoint and setting:\n%s", log)
	}
}
