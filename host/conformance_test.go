package host_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"skep/host"
	"skep/host/hosttest"
	"skep/host/internal/auth"
	"skep/host/internal/manifest"
	"skep/host/internal/store"
)

// The conformance tests have two halves that share their tables. In one, the requests that the Python client of the API
// node is recorded to send go to a host as they are, and what it would make of the answers is worked out here, by the
// rules of its code. In the other, the client itself is the judge; it needs Python.

// conformance is a call and what it must come to. Calls are those of testdata/client/calls.py.
type conformance struct {
	name   string
	status int
	// want is the result as JSON, an example of those that are as good by the rules of blur, or the exception.
	want string
	read reader // what the client does with an answer
}

// recorded gives the requests of testdata/client/requests.txt.
func recorded(t *testing.T) map[string]string {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/client/requests.txt")
	if err != nil {
		t.Fatal(err)
	}
	requests := map[string]string{}
	for _, f := range archive.Files {
		head, body, ok := strings.Cut(strings.TrimSuffix(string(f.Data), "\n"), "\n\n")
		if !ok || requests[f.Name] != "" {
			t.Fatalf("%s is not one request: %q", f.Name, f.Data)
		}
		requests[f.Name] = strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n" + body
	}
	return requests
}

// conforming is a host with an endpoint of every kind: service docs is for everybody, keyed is for who has user-key.
func conforming(t *testing.T) *hosttest.Server {
	t.Helper()
	root := t.TempDir()
	sources := []string{"testdata/client/untouched", "../guest-sdk/go/skep/testdata/guests/faults"}
	for _, kind := range []string{"forecast", "effect", "lookup", "query"} {
		sources = append(sources, "../guest-sdk/go/skep/testdata/guests/"+kind)
	}
	for _, page := range []string{"plain", "json", "text", "xml", "image", "direct", "headers", "exception", "classify",
		"regress"} {
		sources = append(sources, "../modules/docs/"+page)
	}
	for _, src := range sources {
		hosttest.Build(t, src, root, "docs")
	}
	at := func(service string) string { return filepath.Join(root, service, "generations", "v1", "plain.wasm") }
	hosttest.Copy(t, at("docs"), at("keyed"))
	settings := []byte("[auth]\nmethod = \"API_KEYS\"\n")
	if err := os.WriteFile(filepath.Join(root, "keyed", "service.toml"), settings, 0o644); err != nil {
		t.Fatal(err)
	}
	setKey(t, root, "keyed", "user-key")
	setKey(t, root, "", "admin-key")
	return hosttest.Start(t, host.Config{Root: root, RequestMetadata: true})
}

// setKey makes a text the only key of a service, or of the administrators.
func setKey(t *testing.T, root, service, key string) {
	t.Helper()
	s, err := store.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	hash := sha256.Sum256([]byte(key))
	if _, err := s.UpdateKeys(service, func([]byte) ([]byte, error) {
		return auth.FormatKeys([]manifest.Key{{ID: "only", Hash: manifest.KeyHashPrefix + hex.EncodeToString(hash[:])}})
	}); err != nil {
		t.Fatal(err)
	}
}

// wire is a connection that is kept, as the client keeps one.
type wire struct {
	net.Conn
	r *bufio.Reader
}

func dial(t *testing.T, address string) *wire {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &wire{c, bufio.NewReader(c)}
}

// answer is what came back for a request.
type answer struct {
	*http.Response
	body []byte
}

func (w *wire) send(t *testing.T, request string) answer {
	t.Helper()
	if _, err := io.WriteString(w, request); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(w.r, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res, body}
}

// checkHead wants what every answer must have, and of an answer in JSON what the client needs to read it.
func checkHead(t *testing.T, a answer) {
	t.Helper()
	if a.Header.Get("DSS-API-Version") != "1" || a.Header.Get("DSS-Version") != host.Version {
		t.Errorf("version headers: %v", a.Header)
	}
	if a.Close {
		t.Error("the connection is not kept")
	}
	envelope := bytes.Contains(a.body, []byte(`"apiContext":`))
	if got := a.Header.Get("Content-Type"); got != "application/json;charset=utf-8" && (envelope || a.StatusCode >= 400) {
		t.Errorf("content type %q", got)
	}
	if a.StatusCode < 400 {
		return
	}
	var e map[string]any
	if err := json.Unmarshal(a.body, &e); err != nil {
		t.Errorf("an error is no object: %s", a.body)
	}
	for _, name := range []string{"errorType", "message", "detailedMessage"} {
		if text, ok := e[name].(string); !ok || text == "" {
			t.Errorf("an error has no text %s: %s", name, a.body)
		}
	}
	if asked := a.Header.Get("WWW-Authenticate"); (asked == "") == (e["errorType"] == "NotAuthenticated") {
		t.Errorf("%s: WWW-Authenticate is %q", a.body, asked)
	}
}

// agrees compares the outcome of a call with what it must be.
func (c conformance) agrees(t *testing.T, got string) {
	t.Helper()
	want := c.want
	if text, err := canonical([]byte(want)); err == nil {
		want = text
	}
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestConformance makes the calls of the user API. All of it is one test, as the endpoints take long to build.
func TestConformance(t *testing.T) {
	s := conforming(t)
	t.Run("recorded", func(t *testing.T) { recordedAgrees(t, s) })
	t.Run("same", func(t *testing.T) { sameAnswer(t, s) })
	t.Run("client", func(t *testing.T) {
		out := runClient(t, "call", "--group", "user", "--user", s.URL, "--admin-key", "admin-key")
		clientAgrees(t, userConformance, out, "/packages")
	})
}

func recordedAgrees(t *testing.T, s *hosttest.Server) {
	address := strings.TrimPrefix(s.URL, "http://")
	w, requests := dial(t, address), recorded(t)
	for _, c := range userConformance {
		t.Run(c.name, func(t *testing.T) {
			a := w.send(t, strings.ReplaceAll(requests[c.name], "127.0.0.1:12000", address))
			if a.StatusCode != c.status {
				t.Errorf("status %d, want %d", a.StatusCode, c.status)
			}
			checkHead(t, a)
			c.agrees(t, c.outcome(t, a))
		})
	}
}

// TestConformanceIsWhole says that there is a row for every call, in the order of the calls.
func TestConformanceIsWhole(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/client/requests.txt")
	if err != nil {
		t.Fatal(err)
	}
	rows := append(append([]conformance{}, userConformance...), adminConformance...)
	if len(rows) != len(archive.Files) {
		t.Errorf("%d rows for %d calls", len(rows), len(archive.Files))
	}
	for i := range min(len(rows), len(archive.Files)) {
		if rows[i].name != archive.Files[i].Name {
			t.Fatalf("the row of call %s is that of %s", archive.Files[i].Name, rows[i].name)
		}
	}
}

// sameAnswer changes what must not matter: the type of the body, slashes, how a key is sent, the case of names.
func sameAnswer(t *testing.T, s *hosttest.Server) {
	address := strings.TrimPrefix(s.URL, "http://")
	w := dial(t, address)
	request := strings.ReplaceAll(recorded(t)["predict"], "127.0.0.1:12000", address)
	predict := conformance{read: asJSON}
	want := predict.outcome(t, w.send(t, request))
	if !strings.HasPrefix(want, `{"apiContext":`) {
		t.Fatal(want)
	}
	for name, change := range map[string][2]string{
		"JSON":              {"\r\nAccept: */*", "\r\nContent-Type: application/json"},
		"a form":            {"\r\nAccept: */*", "\r\nContent-Type: application/x-www-form-urlencoded"},
		"text":              {"\r\nAccept: */*", "\r\nContent-Type: text/plain; charset=iso-8859-1"},
		"one slash":         {"//public", "/public"},
		"slashes":           {"//public/api", "///public//api"},
		"a Bearer":          {"Basic dXNlci1rZXk6", "Bearer user-key"},
		"names in capitals": {"Content-Length", "CONTENT-LENGTH"},
	} {
		changed := strings.Replace(request, change[0], change[1], 1)
		if changed == request {
			t.Fatalf("%s: nothing to change", name)
		}
		if got := predict.outcome(t, w.send(t, changed)); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
