package auth

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"skep/host/internal/manifest"
)

// keyServer is an issuer's server of keys. Its answer can be changed while it runs.
type keyServer struct {
	*httptest.Server
	answer atomic.Pointer[http.HandlerFunc]
	asked  atomic.Int64
}

func startKeyServer(t *testing.T, tls bool) *keyServer {
	t.Helper()
	s := &keyServer{}
	s.broken(http.StatusInternalServerError)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		(*s.answer.Load())(w, r)
	})
	if tls {
		s.Server = httptest.NewUnstartedServer(handler)
		s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
		s.StartTLS()
	} else {
		s.Server = httptest.NewServer(handler)
	}
	t.Cleanup(s.Close)
	return s
}

func (s *keyServer) handle(h http.HandlerFunc) { s.answer.Store(&h) }
func (s *keyServer) serve(text string) {
	s.handle(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
}
func (s *keyServer) broken(status int) {
	s.handle(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
}

// fetching is a verifier that gets its keys from url. Its log is kept.
func fetching(t *testing.T, url string, insecure bool) (*verifier, *logBuffer) {
	t.Helper()
	o, log := oauth2(), new(logBuffer)
	o.JWKSFile, o.JWKSURL, o.InsecureSkipVerify = "", url, insecure
	v, err := newVerifier(o, "", "", nil, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.issuer.close)
	return v, log
}

type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// fetched waits for the fetch that runs, and gives what the next one could find at once.
func (v *verifier) fetched() {
	v.issuer.mu.Lock()
	running := v.issuer.running
	v.issuer.mu.Unlock()
	if running != nil {
		<-running
	}
}

// again fetches keys now, whenever that was done before.
func (v *verifier) again() {
	v.fetched()
	v.issuer.begin()
	v.fetched()
}

func TestIssuerOverHTTP(t *testing.T) {
	s := signers()
	server := startKeyServer(t, false)
	v, log := fetching(t, server.URL, false)
	check := func(what string, by signer, alg string, want error) {
		t.Helper()
		if _, err := v.authorize(t.Context(), headers("Bearer "+by.sign(t, alg, claims()))); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	v.fetched()
	check("no keys yet", s.rsa, "RS256", ErrKeysUnavailable)

	server.serve(jwks(t, s.rsa.jwk(t)))
	v.again()
	check("first key", s.rsa, "RS256", nil)
	check("unknown key", s.ec, "ES256", ErrNotAuthenticated)

	elsewhere := startKeyServer(t, true)
	elsewhere.serve(jwks(t, s.foreign.jwk(t)))
	for what, outage := range map[string]func(){
		"error":                 func() { server.broken(http.StatusServiceUnavailable) },
		"no content":            func() { server.broken(http.StatusNoContent) },
		"a page":                func() { server.serve("<html>") },
		"an object":             func() { server.serve(`{"message": "down"}`) },
		"endless":               func() { server.serve(`{"keys": [` + strings.Repeat(" ", maxJWKS)) },
		"cut off":               func() { server.handle(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }) },
		"redirect to a scheme":  func() { server.handle(http.RedirectHandler(elsewhere.URL, 302).ServeHTTP) },
		"redirects without end": func() { server.handle(http.RedirectHandler(server.URL, 302).ServeHTTP) },
	} {
		outage()
		v.again()
		check(what, s.rsa, "RS256", nil)
	}
	if n := strings.Count(log.String(), "cannot be fetched"); n != 2 { // once for each outage, not for each failure
		t.Errorf("%d lines of two outages: %s", n, log)
	}

	server.serve(jwks(t, s.ec.jwk(t)))
	v.again()
	check("new key", s.ec, "ES256", nil)
	check("withdrawn key", s.rsa, "RS256", ErrNotAuthenticated)
	if !strings.Contains(log.String(), "fetched again") {
		t.Errorf("the end of the outage is not logged: %s", log)
	}
}

func TestIssuerCertificate(t *testing.T) {
	s := signers()
	server := startKeyServer(t, true)
	server.serve(jwks(t, s.ec.jwk(t)))
	token := headers("Bearer " + s.ec.sign(t, "ES256", claims()))
	for insecure, want := range map[bool]error{false: ErrKeysUnavailable, true: nil} {
		v, _ := fetching(t, server.URL, insecure)
		v.fetched()
		if _, err := v.authorize(t.Context(), token); !errors.Is(err, want) {
			t.Errorf("insecure_skip_verify = %v: %v, want %v", insecure, err, want)
		}
	}
}

// roundTrip answers requests without a network, so that a test can have its own time.
type roundTrip func() (text string, err error)

func (f roundTrip) RoundTrip(*http.Request) (*http.Response, error) {
	text, err := f()
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(text))}, nil
}

// timed is an issuer whose keys come from f.
func timed(f roundTrip) *verifier {
	i := &issuer{url: "http://issuer", client: &http.Client{Transport: f, Timeout: fetchWithin},
		log: slog.New(slog.DiscardHandler)}
	i.ctx, i.cancel = context.WithCancel(context.Background())
	i.begin()
	o := oauth2()
	v, err := newVerifier(manifest.OAuth2{JWKSURL: i.url, Issuer: o.Issuer, ClientIDClaim: "client_id",
		Algorithms: o.Algorithms}, "", "", i, i.log)
	if err != nil {
		panic(err)
	}
	return v
}

// TestIssuerTimes shows when keys are fetched: on a new key at once but not at the rate of requests, again and again
// while that fails, and now and then while all is well.
func TestIssuerTimes(t *testing.T) {
	s := signers()
	synctest.Test(t, func(t *testing.T) {
		set, down, fetches := jwks(t, s.rsa.jwk(t)), false, 0
		v := timed(func() (string, error) {
			fetches++
			if down {
				return "", io.ErrUnexpectedEOF
			}
			return set, nil
		})
		defer v.issuer.close()
		synctest.Wait()
		expect := func(what string, n int, by signer, alg string, want error) {
			t.Helper()
			_, err := v.authorize(t.Context(), headers("Bearer "+by.sign(t, alg, claims())))
			synctest.Wait()
			if !errors.Is(err, want) || fetches != n {
				t.Errorf("%s: %v after %d fetches, want %v after %d", what, err, fetches, want, n)
			}
			fetches = 0
		}
		expect("start", 1, s.rsa, "RS256", nil)
		set = jwks(t, s.rsa.jwk(t), s.ec.jwk(t))
		expect("new key, too soon", 0, s.ec, "ES256", ErrNotAuthenticated)
		time.Sleep(renewLeast)
		expect("new key", 1, s.ec, "ES256", nil)
		expect("unknown key, too soon", 0, s.ec384, "ES384", ErrNotAuthenticated)
		time.Sleep(renewLeast)
		expect("unknown key", 1, s.ec384, "ES384", ErrNotAuthenticated)

		time.Sleep(renewEvery + time.Second)
		expect("renewed by itself", 1, s.rsa, "RS256", nil)
		down = true
		time.Sleep(renewEvery + 50*time.Second) // fails, and again 1, 2, 4, 8 and 16 s later each; the next one comes after 30 s
		expect("outage", 6, s.rsa, "RS256", nil)
		down, set = false, jwks(t, s.ec384.jwk(t))
		time.Sleep(retryMost)
		expect("over", 1, s.ec384, "ES384", nil)
		expect("withdrawn", 1, s.rsa, "RS256", ErrNotAuthenticated)
	})
}

// TestIssuerHangs shows that requests do not wait for long, and that closing does not wait at all.
func TestIssuerHangs(t *testing.T) {
	s := signers()
	synctest.Test(t, func(t *testing.T) {
		answer := make(chan struct{})
		v := timed(func() (string, error) {
			<-answer
			return jwks(t, s.ec.jwk(t)), nil
		})
		token := headers("Bearer " + s.ec.sign(t, "ES256", claims()))
		start := time.Now()
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if _, err := v.authorize(t.Context(), token); !errors.Is(err, ErrKeysUnavailable) {
					t.Errorf("while the issuer hangs: %v", err)
				}
			})
		}
		all.Wait()
		if waited := time.Since(start); waited != renewWait {
			t.Errorf("waited for %v, want %v", waited, renewWait)
		}
		all.Go(func() { // waits for the fetch that runs
			if _, err := v.authorize(t.Context(), token); err != nil {
				t.Errorf("after the issuer has answered: %v", err)
			}
		})
		synctest.Wait()
		close(answer)
		all.Wait()
		v.issuer.close()
		if v.issuer.renew(t.Context()) {
			t.Error("keys are fetched after close")
		}
		if _, err := v.authorize(t.Context(), token); err != nil {
			t.Errorf("after close: %v", err)
		}
	})
}
