package host_test

import (
	"archive/zip"
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

	"skep/abi"
	"skep/host"
	"skep/host/hosttest"
	"skep/host/internal/auth"
	"skep/host/internal/manifest"
	"skep/host/internal/store"
)

// administered is a host with an admin listener.
type administered struct {
	*hosttest.Server
	root, admin, key string
}

func administer(t *testing.T, config host.Config) *administered {
	t.Helper()
	a := &administered{root: t.TempDir()}
	s, err := store.Open(a.root)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.UpdateKeys("", func([]byte) ([]byte, error) {
		var key manifest.Key
		a.key, key = auth.GenerateKey(key.Created)
		return auth.FormatKeys([]manifest.Key{key})
	}); err != nil {
		t.Fatal(err)
	}
	config.Root = a.root
	a.open(t, config)
	return a
}

// open starts the host.
func (a *administered) open(t *testing.T, config host.Config) {
	t.Helper()
	a.Server = hosttest.Start(t, config)
	h := a.Server
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a.admin = "http://" + ln.Addr().String()
	served := make(chan error, 1)
	go func() { served <- h.ServeAdmin(ln) }()
	t.Cleanup(func() {
		_ = h.Close()
		if err := <-served; err != nil {
			t.Errorf("serving the admin API: %v", err)
		}
	})
}

// ask makes a request of the admin API and wants a status.
func (a *administered) ask(t *testing.T, status int, method, path, body string) (answer map[string]any) {
	t.Helper()
	text := a.raw(t, status, method, path, body, "Bearer "+a.key)
	if err := json.Unmarshal([]byte(text), &answer); err != nil && !strings.HasPrefix(text, "[") {
		t.Fatalf("%s %s: %q is not JSON: %v", method, path, text, err)
	}
	return answer
}

func (a *administered) raw(t *testing.T, status int, method, path, body, authorization string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, a.admin+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	res, err := http.DefaultTransport.RoundTrip(r) // follows no redirect
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != status {
		t.Fatalf("%s %s: %d %s, want %d", method, path, res.StatusCode, text, status)
	}
	if res.Header.Get("DSS-API-Version") != "1" || res.Header.Get("DSS-Version") != host.Version {
		t.Errorf("%s %s: version headers are %v", method, path, res.Header)
	}
	if status >= 400 {
		var e struct{ ErrorType, Message, DetailedMessage string }
		if json.Unmarshal(text, &e) != nil || e.ErrorType == "" || e.Message == "" || e.DetailedMessage == "" {
			t.Errorf("%s %s: %s is no error that a client can show", method, path, text)
		}
	}
	return string(text)
}

// says is a module that answers with a text.
func says(text string) string {
	return string(hosttest.GuestWith(abi.AppendResult(nil, abi.Result{Tag: abi.TagValue, Value: abi.AppendString(nil, text)})))
}

// zipped is a package of files, given as name and content in turn.
func zipped(t *testing.T, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err == nil {
			_, err = io.WriteString(f, files[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// answers wants the endpoint a of docs to answer a text, as one of a generation.
func (a *administered) answers(t *testing.T, text, generation string) {
	t.Helper()
	got := a.Post(t, "docs/a/run", "{}")
	if got.Status != 200 || !strings.Contains(got.Body, `"response":"`+text+`"`) ||
		!strings.Contains(got.Body, `"serviceGeneration":"`+generation+`"`) {
		t.Errorf("got %d %s, want %s of %s", got.Status, got.Body, text, generation)
	}
}

const services = "/admin/api/services"

func TestAdminDeployments(t *testing.T) {
	a := administer(t, host.Config{})
	a.ask(t, 200, "POST", services+"/", `{"serviceId":"docs"}`)
	a.ask(t, 409, "POST", services, `{"serviceId":"docs"}`)
	a.ask(t, 400, "POST", services, `{"serviceId":"../docs"}`)
	if got := a.Post(t, "docs/a/run", "{}"); got.Status != 503 || !strings.Contains(got.Body, "ServiceUnavailable") {
		t.Errorf("a service without generation: %d %s", got.Status, got.Body)
	}

	upload := services + "/docs/generations?generation="
	got := a.ask(t, 200, "POST", upload+"v1&activate=true", zipped(t, "a.wasm", says("one")))
	if got["generation"] != "v1" {
		t.Errorf("upload: %v", got)
	}
	a.answers(t, "one", "v1")
	a.ask(t, 200, "POST", upload+"v2", zipped(t, "a.wasm", says("two")))
	a.answers(t, "one", "v1") // an import activates nothing
	a.ask(t, 409, "POST", upload+"v2", zipped(t, "a.wasm", says("two")))
	a.ask(t, 200, "POST", services+"/docs/generations/v2/preload", "")
	a.ask(t, 200, "POST", "//admin/api/services/docs/actions/switchToNewest/", "")
	a.answers(t, "two", "v2")
	if got := a.ask(t, 200, "POST", services+"/docs/actions/rollback", ""); got["generation"] != "v1" {
		t.Errorf("rollback: %v", got)
	}
	a.answers(t, "one", "v1")
	a.ask(t, 200, "POST", services+"/docs/actions/switchTo/v2", "")
	a.answers(t, "two", "v2")

	a.ask(t, 422, "POST", upload+"v3&activate=true", zipped(t, "a.wasm", "not wasm"))
	a.ask(t, 422, "POST", upload+"v4", zipped(t, "../a.wasm", says("out")))
	a.ask(t, 422, "POST", upload+"v5", "not an archive")
	a.ask(t, 422, "POST", services+"/docs/actions/switchTo/v3", "")
	a.ask(t, 404, "POST", services+"/docs/actions/switchTo/v9", "")
	a.answers(t, "two", "v2")

	state := filepath.Join(a.root, "docs", "state.json")
	before, err := os.ReadFile(state)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{`{"entries":[{"generation":"v1","proba":0.5}]}`,
		`{"entries":[{"generation":"v1","proba":-1},{"generation":"v2","proba":2}]}`,
		`{"entries":[{"generation":"v9","proba":1}]}`, `{}`, ``, `[1`, `{"entries":"x"}`} {
		a.ask(t, 400, "POST", services+"/docs/actions/setMapping", bad)
		if after, err := os.ReadFile(state); err != nil || string(after) != string(before) {
			t.Errorf("after the mapping %s the state is %s, %v; want %s", bad, after, err, before)
		}
	}
	a.answers(t, "two", "v2")
	a.ask(t, 200, "POST", services+"/docs/actions/setMapping",
		`{"entries":[{"generation":"v1","proba":0.5},{"generation":"v2","proba":0.5}]}`)
	seen := map[string]bool{}
	for range 200 {
		body := a.Post(t, "docs/a/run", "{}").Body
		for _, text := range []string{"one", "two"} {
			seen[text] = seen[text] || strings.Contains(body, text)
		}
	}
	if len(seen) != 2 || !seen["one"] || !seen["two"] {
		t.Errorf("with two generations mapped, there answered %v", seen)
	}
	a.ask(t, 409, "DELETE", services+"/docs/generations/v1", "")
	a.ask(t, 200, "POST", services+"/docs/actions/switchTo/v2", "")
	a.ask(t, 200, "DELETE", services+"/docs/generations/v1", "")
	a.ask(t, 400, "DELETE", "/admin/api/services-clean-unused?keep=-1", "")
	a.ask(t, 200, "DELETE", "/admin/api/services-clean-unused?keep=0", "")
	all := a.raw(t, 200, "GET", services, "", "Bearer "+a.key)
	digest := sha256.Sum256([]byte(says("two")))
	one := a.raw(t, 200, "GET", services+"/docs", "", "Bearer "+a.key)
	for text, want := range map[string]string{all: `"mode":"pinned","generations":[{"generation":"v3","active":false,`,
		one: `"kind":"function","sha256":"` + hex.EncodeToString(digest[:]) + `"`} {
		if !strings.Contains(text, want) {
			t.Errorf("%s does not hold %s", text, want)
		}
	}
	if reason := a.ask(t, 422, "POST", services+"/docs/actions/switchTo/v3", "")["message"].(string); !strings.HasPrefix(reason,
		"generation refused: endpoint a: ") {
		t.Errorf("a refused generation: %s", reason)
	}

	list := a.ask(t, 200, "GET", services+"/docs/generations", "")["generations"].([]any)
	names := ""
	for _, g := range list {
		item := g.(map[string]any)
		names += item["generation"].(string) + " "
		if item["active"] != (item["generation"] == "v2") {
			t.Errorf("%v", item)
		}
	}
	if names != "v3 v2 " { // v3 came after the one that serves
		t.Errorf("generations are %s", names)
	}

	a.ask(t, 200, "POST", services+"/docs/actions/disable", "")
	if got := a.Post(t, "docs/a/run", "{}"); got.Status != 503 || !strings.Contains(got.Body, "ServiceUnavailable") {
		t.Errorf("a disabled service: %d %s", got.Status, got.Body)
	}
	a.ask(t, 200, "POST", services+"/docs/actions/enable", "")
	a.answers(t, "two", "v2")
	a.ask(t, 200, "DELETE", services+"/docs", "")
	if got := a.Post(t, "docs/a/run", "{}"); got.Status != 404 {
		t.Errorf("a deleted service: %d %s", got.Status, got.Body)
	}
	if left, err := filepath.Glob(filepath.Join(a.root, ".*"+".tmp")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestAdminImportsFromDisk(t *testing.T) {
	a := administer(t, host.Config{})
	a.ask(t, 200, "POST", services, `{"serviceId":"docs"}`)
	dir := t.TempDir()
	archive := filepath.Join(dir, "v1.zip")
	folder := filepath.Join(dir, "v2")
	if err := os.WriteFile(archive, []byte(zipped(t, "a.wasm", says("one"))), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "a.wasm"), []byte(says("two")), 0o644); err != nil {
		t.Fatal(err)
	}
	from := services + "/docs/generations/actions/importFromArchive?filePath="
	a.ask(t, 200, "POST", from+archive, "")
	a.ask(t, 200, "POST", from+folder, "")
	a.ask(t, 409, "POST", from+archive, "")
	a.ask(t, 404, "POST", from+filepath.Join(dir, "none.zip"), "")
	a.ask(t, 400, "POST", from+"v1.zip", "")
	a.ask(t, 400, "POST", strings.TrimSuffix(from, "?filePath="), "")
	a.ask(t, 200, "POST", services+"/docs/actions/switchTo/v1", "")
	a.answers(t, "one", "v1")
	a.ask(t, 200, "POST", services+"/docs/actions/switchToNewest", "")
	a.answers(t, "two", "v2")
}

func TestAdminKeys(t *testing.T) {
	a := administer(t, host.Config{})
	for _, authorization := range []string{"", "Bearer wrong", "Basic !", "Bearer"} {
		a.raw(t, 401, "GET", services, "", authorization)
		a.raw(t, 401, "GET", "/admin/api/nowhere", "", authorization)
	}
	made := a.ask(t, 200, "POST", "/admin/api/keys", `{"label":"ci","description":null,"createdBy":null,"expiry":null}`)
	second, id := made["key"].(string), made["id"].(string)
	a.raw(t, 200, "GET", services, "", "Bearer "+second)
	if list := a.raw(t, 200, "GET", "/admin/api/keys", "", "Bearer "+second); strings.Contains(list, second) ||
		!strings.Contains(list, id) || !strings.Contains(list, `"label":"ci"`) {
		t.Errorf("keys are %s", list)
	}
	a.ask(t, 404, "DELETE", "/admin/api/keys/none/key", "")
	a.ask(t, 404, "DELETE", "/admin/api/keys/none", "")
	a.ask(t, 200, "DELETE", "/admin/api/keys/"+id+"/key", "")
	a.raw(t, 401, "GET", services, "", "Bearer "+second)
	third := a.ask(t, 200, "POST", "/admin/api/keys", "")["key"].(string)
	a.ask(t, 200, "DELETE", "/admin/api/keys/"+third, "")
	a.raw(t, 401, "GET", services, "", "Bearer "+third)
	a.ask(t, 400, "POST", "/admin/api/keys", `{"expiry":"soon"}`)
	a.ask(t, 413, "POST", "/admin/api/keys", `{"label":"`+strings.Repeat("x", 2<<20)+`"}`)
}

// TestAdminPaths says what becomes of paths and methods that no route takes: nothing is ever redirected, as a client would
// follow without its body, and nobody without a key learns which paths there are.
func TestAdminPaths(t *testing.T) {
	a := administer(t, host.Config{})
	for _, test := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/admin/api//services//", 200, ""},
		{"PUT", "/admin/api/services", 405, "GET, HEAD, POST"},
		{"PATCH", "/admin/api/keys/x", 405, "DELETE"},
		{"GET", "/admin/api/services/docs/actions/enable", 405, "POST"},
		{"OPTIONS", "/admin/api/metrics", 405, "GET, HEAD"},
		{"GET", "/admin/api/./services", 404, ""},
		{"POST", "/admin/api/x/../services", 404, ""},
		{"PUT", "/admin/api/./services", 404, ""},
		{"GET", "/admin/api/services/%2E%2E/generations", 404, ""},
		{"GET", "/admin/api/services/a%2Fb/generations", 404, ""},
		{"GET", "/", 404, ""},
	} {
		w := dial(t, strings.TrimPrefix(a.admin, "http://"))
		request := test.method + " " + test.path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
		got := w.send(t, request+"Authorization: Bearer "+a.key+"\r\n\r\n")
		checkHead(t, got)
		if allow := got.Header.Get("Allow"); got.StatusCode != test.status || allow != test.allow {
			t.Errorf("%s %s: %d with Allow %q: %s", test.method, test.path, got.StatusCode, allow, got.body)
		}
		if got := w.send(t, request+"\r\n"); got.StatusCode != 401 || got.Header.Get("Allow") != "" {
			t.Errorf("%s %s without a key: %d %v %s", test.method, test.path, got.StatusCode, got.Header, got.body)
		}
	}
}

// TestAdminLogTellsNoKeys puts keys where they belong in paths, and where they do not.
func TestAdminLogTellsNoKeys(t *testing.T) {
	log := new(journal)
	a := administer(t, host.Config{Log: log.logger()})
	secret := a.ask(t, 200, "POST", "/admin/api/keys", "")["key"].(string)
	for _, test := range []struct {
		status                      int
		method, path, authorization string
	}{
		{401, "DELETE", "/admin/api/keys/" + secret, "Bearer wrong"},
		{404, "DELETE", "/admin/api/keys/" + secret + "/key", "Bearer " + a.key},
		{404, "DELETE", "/admin/api/keys/" + secret + "/more", "Bearer " + a.key},
		{405, "GET", "/admin/api//keys/" + secret + "/", "Bearer " + a.key},
		{200, "DELETE", "/admin/api/keys/" + secret, "Bearer " + a.key},
		{404, "DELETE", "/admin/api/keys/" + secret, "Bearer " + a.key},
		{404, "DELETE", "/admin/api/keys/kept/key", "Bearer " + a.key},
	} {
		a.raw(t, test.status, test.method, test.path, "", test.authorization)
	}
	text := log.String()
	if strings.Contains(text, secret) || strings.Contains(text, a.key) || strings.Contains(text, "wrong") {
		t.Errorf("the log tells a key:\n%s", text)
	}
	if !strings.Contains(text, "path=/admin/api/keys/kept/key") || strings.Count(text, "/admin/api/keys/…") < 6 {
		t.Errorf("the log does not tell what was asked for:\n%s", text)
	}
}

func TestAdminOperation(t *testing.T) {
	a := administer(t, host.Config{})
	a.raw(t, 200, "GET", "/healthz", "", "")
	a.raw(t, 200, "GET", "/readyz", "", "")
	a.ask(t, 200, "GET", "/admin/api/metrics", "")
	a.ask(t, 200, "DELETE", "/admin/api/model-cache", "")
	a.ask(t, 501, "POST", "/admin/api/register-global-code-env", "{}")
	a.ask(t, 404, "GET", "/admin/api/nowhere", "")
	a.ask(t, 200, "POST", services, `{"serviceId":"docs"}`)
	for _, path := range []string{services + "/docs/generations", "/admin/api/service/docs/generations"} { // both are documented
		if got := a.raw(t, 200, "GET", path, "", "Bearer "+a.key); got != "{\"generations\":[]}\n" {
			t.Errorf("%s: %s", path, got)
		}
	}
	for _, unknown := range []string{"GET /nobody", "GET /nobody/generations", "DELETE /nobody", "POST /nobody/actions/enable",
		"POST /nobody/actions/disable", "POST /nobody/actions/switchTo/v1", "POST /nobody/actions/switchToNewest",
		"POST /nobody/actions/rollback", "POST /nobody/generations/v1/preload", "DELETE /nobody/generations/v1",
		"GET /nobody/endpoints/a/logs", "POST /docs/actions/switchTo/v1", "POST /docs/generations/v1/preload",
		"DELETE /docs/generations/v1", "GET /docs/endpoints/a/logs"} {
		method, path, _ := strings.Cut(unknown, " ")
		a.ask(t, 404, method, services+path, "")
	}
	a.ask(t, 404, "POST", services+"/nobody/actions/setMapping", `{"entries":[{"generation":"v1","proba":1}]}`)
	a.ask(t, 404, "POST", services+"/nobody/actions/rollout", `{"generation":"v1"}`)
	a.ask(t, 404, "POST", services+"/nobody/generations?generation=v1", zipped(t, "a.wasm", says("one")))
}

// TestSharedAdmin asks for the admin API where requests of clients go.
func TestSharedAdmin(t *testing.T) {
	a := administer(t, host.Config{SharedAdmin: true})
	a.admin = a.URL
	a.ask(t, 200, "POST", "//admin/api/services/", `{"serviceId":"docs"}`)
	a.ask(t, 200, "POST", services+"/docs/generations?generation=v1&activate=true", zipped(t, "a.wasm", says("one")))
	a.answers(t, "one", "v1")
	a.raw(t, 401, "GET", services, "", "")
	res, err := http.Get(a.URL + services)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	for _, name := range []string{"DSS-API-Version", "DSS-Version", "X-Request-Id"} {
		if values := res.Header.Values(name); len(values) != 1 {
			t.Errorf("%s: %q", name, values)
		}
	}
	alone := administer(t, host.Config{})
	alone.admin = alone.URL
	alone.raw(t, 404, "GET", services, "", "Bearer "+alone.key)
}
