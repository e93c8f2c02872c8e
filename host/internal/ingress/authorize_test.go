package ingress

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/valyala/fasthttp"

	"skep/host/internal/auth"
	"skep/host/internal/service"
	"skep/host/internal/store"
)

// public lets everybody pass.
type public struct{}

func (public) Authorize(context.Context, string, [][]byte) (auth.Principal, error) {
	return auth.Principal{}, nil
}

// guarded is a server whose service docs asks for the key "secret", service open for nothing, and service broken for
// what nobody knows. Called counts the calls of guests.
func guarded(t *testing.T, called *atomic.Int64) *running {
	t.Helper()
	hash := sha256.Sum256([]byte("secret"))
	root := t.TempDir()
	for id, text := range map[string]string{
		"docs": "[auth]\nmethod = \"API_KEYS\"\n[[auth.key]]\nid = \"k1\"\nhash = \"sha256:" +
			hex.EncodeToString(hash[:]) + "\"",
		"broken": "[auth]",
	} {
		dir := filepath.Join(root, id)
		err := errors.Join(os.Mkdir(dir, 0o777),
			os.WriteFile(filepath.Join(dir, "service.toml"), []byte(text), 0o666))
		if err != nil {
			t.Fatal(err)
		}
	}
	s, err := store.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	policies := auth.NewPolicies(s, func(string) bool { return true }, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		policies.Close()
		_ = s.Close()
	})
	answer := answers(value([]byte{1}))
	counted := guest(func(request []byte) ([]byte, error) {
		called.Add(1)
		return answer(request)
	})
	var list []*service.Endpoint
	for _, id := range []string{"docs", "open", "broken"} {
		e := endpoint("text", counted)
		e.Service = id
		list = append(list, e)
	}
	loading := endpoint("loading", nil)
	loading.State = service.StateLoading
	return startWith(t, Config{Registry: registry(append(list, loading)...), Access: policies})
}

func TestAuthorize(t *testing.T) {
	const basic, bearer = "Authorization: Basic c2VjcmV0Og==", "authorization: bearer secret"
	var called atomic.Int64
	s := guarded(t, &called)
	for _, test := range []struct {
		path      string
		headers   []string
		status    int
		errorType string
	}{
		{"docs/text/run", []string{basic}, 200, ""},
		{"docs/text/run", []string{bearer}, 200, ""},
		{"docs/missing/run", []string{bearer}, 404, "NotFound"},
		{"docs/loading/run", []string{bearer}, 503, "EndpointUnavailable"},
		{"docs/text/predict", []string{bearer}, 404, "NotFound"},
		{"open/text/run", nil, 200, ""},
		{"open/text/run", []string{"Authorization: Bearer x", "Authorization: !"}, 200, ""},
		{"missing/text/run", nil, 404, "NotFound"},
		{"missing/text/run", []string{bearer}, 404, "NotFound"},
		{"broken/text/run", []string{bearer}, 503, "ServiceUnavailable"},

		{"docs/text/run", nil, 401, "NotAuthenticated"},
		{"docs/text/run", []string{"Authorization: Bearer wrong"}, 401, "NotAuthenticated"},
		{"docs/text/run", []string{basic, basic}, 401, "NotAuthenticated"},
		{"docs/text/run", []string{bearer, "AUTHORIZATION: Bearer wrong"}, 401, "NotAuthenticated"},
		{"docs/text/run", []string{"X-Authorization: Bearer secret"}, 401, "NotAuthenticated"},
		{"docs/text/run?Authorization=Bearer%20secret", nil, 401, "NotAuthenticated"},
		{"docs/missing/run", nil, 401, "NotAuthenticated"}, // as for an endpoint that is there
		{"docs/loading/run", nil, 401, "NotAuthenticated"},
		{"docs/text/predict", nil, 401, "NotAuthenticated"},
		{"/docs//text/run/", nil, 401, "NotAuthenticated"},

		{"open/../docs/text/run", nil, 404, "NotFound"},     // routes are authorised by the names they are called by:
		{"open%2f..%2fdocs/text/run", nil, 404, "NotFound"}, // no other spelling reaches docs
		{"d%6fcs/text/run", nil, 404, "NotFound"},
		{"d%6fcs/text/run", []string{bearer}, 404, "NotFound"},
		{"DOCS/text/run", nil, 404, "NotFound"},
		{"docs%00/text/run", nil, 404, "NotFound"},
		{"docs;/text/run", nil, 404, "NotFound"},
	} {
		before := called.Load()
		got := s.send(t, "POST", "/public/api/v1/"+test.path, "{}", test.headers...)
		what := test.path + " " + strings.Join(test.headers, ", ")
		if passed := called.Load() > before; passed != (test.status == 200) {
			t.Errorf("%s: the endpoint was called: %v", what, passed)
		}
		if test.status == 200 {
			if got.status != 200 {
				t.Errorf("%s: %d %s", what, got.status, got.body)
			}
			continue
		}
		checkError(t, what, got, test.status, test.errorType)
		var challenges []string
		if test.status == 401 {
			challenges = []string{`Basic realm="docs", charset="UTF-8"`, `Bearer realm="docs"`}
		}
		if given := got.header["Www-Authenticate"]; strings.Join(given, ";") != strings.Join(challenges, ";") {
			t.Errorf("%s: challenges are %q, want %q", what, given, challenges)
		}
		if wait := got.header.Get("Retry-After"); test.errorType == "ServiceUnavailable" && wait != "5" {
			t.Errorf("%s: Retry-After is %q", what, wait)
		}
	}
	log := s.log.String()
	if strings.Contains(log, "secret") || strings.Contains(log, "wrong") {
		t.Errorf("the log tells credentials: %s", log)
	}
	if n := strings.Count(log, "errorType=NotAuthenticated"); n == 0 || n > lineBurst+1 {
		t.Errorf("%d lines of requests that were refused: %s", n, log)
	}
}

// TestUnknownEndpointsLookAlike shows that a client without a key learns nothing of the endpoints.
func TestUnknownEndpointsLookAlike(t *testing.T) {
	s := guarded(t, new(atomic.Int64))
	want := s.raw(t, request("POST", "/public/api/v1/docs/text/run", "{}", "X-Request-Id: same", "Connection: close"))
	for _, path := range []string{"missing/run", "loading/run", "text/predict"} {
		got := s.raw(t, request("POST", "/public/api/v1/docs/"+path, "{}", "X-Request-Id: same", "Connection: close"))
		if withoutDate(got) != withoutDate(want) {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func withoutDate(answer string) string {
	before, after, _ := strings.Cut(answer, "\r\nDate: ")
	_, after, _ = strings.Cut(after, "\r\n")
	return before + after
}

// access answers as it is told.
type access func(service string, headers [][]byte) (auth.Principal, error)

func (a access) Authorize(_ context.Context, service string, headers [][]byte) (auth.Principal, error) {
	return a(service, headers)
}

func TestAccessErrors(t *testing.T) {
	var refusal error
	s := startWith(t, Config{Registry: registry(endpoint("text", answers(value([]byte{1})))),
		Access: access(func(service string, headers [][]byte) (auth.Principal, error) {
			if service != "docs" || len(headers) != 1 || !bytes.Equal(headers[0], []byte("x")) {
				t.Errorf("asked for %q with %q", service, headers)
			}
			return auth.Principal{}, refusal
		})})
	for _, test := range []struct {
		err               error
		status            int
		errorType, demand string
	}{
		{auth.ErrNotAuthenticated, 401, "NotAuthenticated", `Bearer realm="docs"`},
		{auth.ErrForbidden, 403, "Unauthorized", `Bearer realm="docs", error="insufficient_scope"`},
		{auth.ErrKeysUnavailable, 503, "ServiceUnavailable", ""},
		{errors.New("secret"), 500, "InternalError", ""},
	} {
		refusal = test.err
		got := s.post(t, "text/run", "{}", "Authorization: x")
		checkError(t, test.errorType, got, test.status, test.errorType)
		if demand := got.header.Get("WWW-Authenticate"); demand != test.demand {
			t.Errorf("%s: WWW-Authenticate is %q", test.errorType, demand)
		}
	}
	// Credentials of one request are not those of the next one, though its exchange is.
	refusal = nil
	if got := s.post(t, "text/run", "{}", "Authorization: x"); got.status != 200 {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// TestAuthorizeAllocates shows that a request with a valid key costs no memory for it.
func TestAuthorizeAllocates(t *testing.T) {
	s := guarded(t, new(atomic.Int64))
	x := &exchange{ctx: requestContext{Context: t.Context()}, names: namesUnknown}
	var ctx fasthttp.RequestCtx
	ctx.Request.Header.Set("Authorization", "Basic c2VjcmV0Og==")
	pass := func() {
		if !s.authorize(&ctx, x, "docs") || x.account.caller.ID != "k1" {
			t.Errorf("refused, or passed as %q", x.account.caller.ID)
		}
	}
	if n := testing.AllocsPerRun(100, pass); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
