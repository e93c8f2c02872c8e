package ingress

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"testing"

	"skep/host/internal/service"
)

// TestExpectRefused shows that a client which asks before it sends its body is refused without being asked for it.
func TestExpectRefused(t *testing.T) {
	loading := endpoint("loading", nil)
	loading.State, loading.MaxBody = service.StateLoading, 0
	s := start(t, endpoint("echo", guest(echoArgs)), loading)
	for _, test := range []struct {
		method, path, header string
		size, status         int
		errorType            string
	}{
		{"POST", echoPath, "", 1<<20 + 1, 413, "PayloadTooLarge"},
		{"POST", echoPath, "", 1 << 40, 413, "PayloadTooLarge"},
		{"POST", "/nope", "", 1, 404, "NotFound"},
		{"POST", "/public/api/v1/docs/nope/run", "", 1, 404, "NotFound"},
		{"POST", "/public/api/v1/docs/echo/predict", "", 1, 404, "NotFound"},
		{"POST", "/public/api/v1/docs/loading/run", "", 1, 503, "EndpointUnavailable"},
		{"PUT", echoPath, "", 1, 405, "MethodNotAllowed"},
		{"POST", echoPath, "Content-Encoding: br\r\n", 1, 415, "UnsupportedMediaType"},
		{"POST", echoPath, "Content-Length: 1\r\n", 1, 400, "IllegalArgument"},
	} {
		what := fmt.Sprintf("%s %s of %d", test.method, test.path, test.size)
		conn := s.dial(t)
		if _, err := fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\n%sContent-Length: %d\r\n\r\n", test.method,
			test.path, test.header, test.size); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(conn) // the server closes, since a body may come or not
		if err != nil {
			t.Fatal(err)
		}
		got := s.parse(t, string(answer), test.method)[0] // 100 would be the first
		checkError(t, what, got, test.status, test.errorType)
		if id := got.header["X-Request-Id"]; !got.closes || len(id) != 1 {
			t.Errorf("%s: closes %v, request id %q", what, got.closes, id)
		}
	}
}

// What was accepted may still be refused, and then the headers of the first judgement are gone.
func TestExpectAccepted(t *testing.T) {
	s := start(t, endpoint("echo", guest(echoArgs)))
	conn := s.dial(t)
	in := bufio.NewReader(conn)
	for i, body := range []string{`{"a":1}`, `{"a":2}`, `{"a":,}`} {
		if _, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", echoPath,
			len(body)); err != nil {
			t.Fatal(err)
		}
		if line, err := in.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
			t.Fatalf("%q, %v", line, err)
		}
		if _, err := in.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, body); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		if want := []int{200, 200, 400}[i]; res.StatusCode != want || len(res.Header["X-Request-Id"]) != 1 ||
			len(res.Header["Dss-Version"]) != 1 {
			t.Errorf("request %d: %d, %v", i, res.StatusCode, res.Header)
		}
	}
}

// TestExpectOfAnotherGeneration: an endpoint that the active generation has refused may answer from another one.
func TestExpectOfAnotherGeneration(t *testing.T) {
	refused, ready := endpoint("echo", nil), endpoint("echo", guest(echoArgs))
	refused.State, refused.MaxBody = service.StateRefused, 0
	ready.Generation = "v2"
	r := registry(refused)
	docs := *r.Lookup([]byte("docs"))
	docs.Others = []*service.Generation{{ID: "v2", Endpoints: map[string]*service.Endpoint{"echo": ready}}}
	docs.Mapping = service.Mapping{{Generation: "v2", Weight: 1}}
	r.Put(&docs)
	s := startWith(t, Config{Registry: r})
	conn := s.dial(t)
	if _, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", echoPath); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Errorf("%q, %v", line, err)
	}
}
