package auth

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"skep/host/internal/manifest"
	"skep/host/internal/store"
)

// watched are the policies of a folder whose files a test changes. Nobody looks at them but the test.
type watched struct {
	*Policies
	root   string
	log    *logBuffer
	served *atomic.Bool
}

func watch(t *testing.T) *watched {
	t.Helper()
	root, log, served := t.TempDir(), new(logBuffer), new(atomic.Bool)
	s, err := store.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	p := newPolicies(s, func(string) bool { return served.Load() }, slog.New(slog.NewTextHandler(log, nil)))
	t.Cleanup(func() {
		p.Close()
		_ = s.Close()
	})
	return &watched{p, root, log, served}
}

// write writes a file of service demo; "-" removes it.
func (w *watched) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(w.root, "demo", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	err := os.WriteFile(path, []byte(text), 0o666)
	if text == "-" {
		err = os.Remove(path)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// expect wants a request to service demo to be answered so.
func (w *watched) expect(t *testing.T, what, header, id string, want error) {
	t.Helper()
	who, err := w.Authorize(t.Context(), "demo", headers(header))
	if who.ID != id || !errors.Is(err, want) {
		t.Errorf("%s: %q gives %q, %v; want %q, %v", what, header, who.ID, err, id, want)
	}
}

// file is a file of keys.
func file(t *testing.T, keys ...manifest.Key) string {
	t.Helper()
	text, err := FormatKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const (
	apiKeys    = "[auth]\nmethod = \"API_KEYS\"\n"
	publicAuth = "[auth]\nmethod = \"PUBLIC\"\n"
)

func TestPoliciesFollowFiles(t *testing.T) {
	a, b := stored("a", "secretA"), stored("b", "secretB")
	w := watch(t)
	w.write(t, "service.toml", apiKeys+fmt.Sprintf("[[auth.key]]\nid = \"a\"\nhash = %q\n", a.Hash))
	w.expect(t, "start", "Bearer secretA", "a", nil)
	w.expect(t, "start", "Bearer secretB", "", ErrNotAuthenticated)
	if who, _ := w.Authorize(t.Context(), "demo", headers("Bearer secretA")); who.Method != manifest.AuthAPIKeys {
		t.Errorf("the method is %v", who.Method)
	}

	w.write(t, "keys.json", file(t, b))
	w.look()
	w.expect(t, "seen once", "Bearer secretB", "", ErrNotAuthenticated)
	w.look()
	w.expect(t, "seen twice", "Bearer secretB", "b", nil)
	w.expect(t, "seen twice", "Bearer secretA", "a", nil)

	for what, text := range map[string]string{"cut": `{"keys": [`, "same id": file(t, stored("a", "other"))} {
		w.write(t, "keys.json", text)
		w.look()
		w.look()
		w.expect(t, what, "Bearer secretB", "b", nil)
	}
	w.write(t, "keys.json", "-")
	w.look()
	w.look()
	w.expect(t, "revoked", "Bearer secretB", "", ErrNotAuthenticated)

	for _, text := range []string{"-", "", "# nothing\n", "[auth]", "[auth]\nmethod = \"NONE\""} {
		w.write(t, "service.toml", text)
		for range 3 {
			w.look()
		}
		w.expect(t, "not made public", "", "", ErrNotAuthenticated)
		w.expect(t, "not made public", "Bearer secretA", "a", nil)
		if got := w.Problem("demo"); !strings.Contains(got, "[auth]") && !strings.Contains(got, "auth.method") {
			t.Errorf("with %q the problem is %q", text, got)
		}
		if text == "-" {
			w.write(t, "service.toml", "")
		}
	}
	if n := strings.Count(w.log.String(), "service.toml has no [auth] any more"); n != 1 {
		t.Errorf("%d lines that [auth] is missing, want 1 for three looks at each of three texts: %s", n, w.log)
	}

	w.write(t, "service.toml", publicAuth)
	w.look()
	w.expect(t, "seen once", "", "", ErrNotAuthenticated)
	w.write(t, "service.toml", publicAuth+"# still being written")
	w.look()
	w.expect(t, "changes", "", "", ErrNotAuthenticated)
	w.look()
	w.expect(t, "made public", "", "", nil)
	if got := w.Problem("demo") + w.Problem("nobody"); got != "" {
		t.Errorf("settings that are in force are a problem: %s", got)
	}
	w.expect(t, "public", "Bearer wrong", "", nil)
	w.write(t, "service.toml", "-")
	w.look()
	w.look()
	w.expect(t, "public by default", "", "", nil)
	w.write(t, "service.toml", apiKeys)
	w.look()
	w.look()
	w.expect(t, "no keys", "Bearer secretA", "", ErrNotAuthenticated)
	log := w.log.String()
	if !strings.Contains(log, "it asks for API keys and has none") || strings.Contains(log, "secret") {
		t.Errorf("the log is %s", log)
	}
}

func TestPoliciesCannotBeRead(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"settings": {"service.toml": "auth = 1"},
		"keys":     {"service.toml": apiKeys, "keys.json": "{"},
		"no jwks":  {"service.toml": "[auth]\nmethod = \"OAUTH2\"\n[auth.oauth2]\nissuer = \"i\"\njwks_file = \"k.json\""},
		"jwks": {"service.toml": "[auth]\nmethod = \"OAUTH2\"\n[auth.oauth2]\nissuer = \"i\"\njwks_file = \"k.json\"",
			"k.json": "{}"},
	} {
		t.Run(name, func(t *testing.T) {
			w := watch(t)
			for name, text := range files {
				w.write(t, name, text)
			}
			w.Load("demo")
			w.expect(t, name, "Bearer x", "", ErrKeysUnavailable)
			w.look()
			w.look()
			w.expect(t, name, "Bearer x", "", ErrKeysUnavailable)
			if n := strings.Count(w.log.String(), "nobody may call"); n != 1 {
				t.Errorf("%d lines: %s", n, w.log)
			}
			w.write(t, "service.toml", publicAuth)
			w.look()
			w.look()
			w.expect(t, "mended", "", "", nil)
		})
	}
}

// TestPoliciesForgetServices: what opened a service that is gone does not open a new one of its name, and nobody follows
// it any more. While it still serves, or has its folder, it stays as it is.
func TestPoliciesForgetServices(t *testing.T) {
	w := watch(t)
	w.write(t, "service.toml", apiKeys)
	w.write(t, "keys.json", file(t, stored("a", "secretA")))
	w.expect(t, "start", "Bearer secretA", "a", nil)
	w.look()
	w.look()
	w.served.Store(true)
	if err := os.RemoveAll(filepath.Join(w.root, "demo")); err != nil {
		t.Fatal(err)
	}
	w.look()
	w.look()
	w.look()
	w.expect(t, "still serving", "", "", ErrNotAuthenticated)
	w.served.Store(false)
	w.look()
	w.expect(t, "just found", "", "", ErrNotAuthenticated)
	w.look()
	if known := *w.known.Load(); len(known) != 0 || len(w.gone) != 0 {
		t.Errorf("known are %v, gone %v", known, w.gone)
	}
	w.write(t, "service.toml", apiKeys)
	w.write(t, "keys.json", file(t, stored("b", "secretB")))
	w.expect(t, "old key", "Bearer secretA", "", ErrNotAuthenticated)
	w.expect(t, "new key", "Bearer secretB", "b", nil)
}

// TestPoliciesKeepFetchedKeys shows that a change of the settings does not forget keys that cannot be fetched again.
func TestPoliciesKeepFetchedKeys(t *testing.T) {
	s := signers()
	server := startKeyServer(t, false)
	server.serve(jwks(t, s.ec.jwk(t)))
	settings := "[auth]\nmethod = \"OAUTH2\"\n[auth.oauth2]\nissuer = \"https://issuer\"\n" +
		"jwks_url = \"" + server.URL + "\"\n"
	w := watch(t)
	w.write(t, "service.toml", settings)
	token := "Bearer " + s.ec.sign(t, "ES256", claims())
	w.expect(t, "start", token, "bea", nil)

	server.Close()
	w.write(t, "service.toml", settings+"audience = \"others\"\n")
	w.look()
	w.look()
	w.expect(t, "audience", token, "", ErrForbidden)
	w.write(t, "service.toml", settings+"client_id_claim = \"sub\"\n")
	w.look()
	w.look()
	w.expect(t, "claim", token, "", nil)
	w.write(t, "service.toml", strings.Replace(settings, server.URL, server.URL+"/other", 1))
	w.look()
	w.look()
	w.expect(t, "other place", token, "", ErrKeysUnavailable)
	w.write(t, "service.toml", publicAuth)
	w.look()
	w.look()
	w.expect(t, "public", token, "", nil)
}

// TestPoliciesHammer changes keys while requests come. The key that is there all the time always passes.
func TestPoliciesHammer(t *testing.T) {
	w := watch(t)
	w.write(t, "service.toml", apiKeys)
	always, now := stored("always", "always"), stored("now", "now")
	w.write(t, "keys.json", file(t, always))
	var writer, readers sync.WaitGroup
	done := make(chan struct{})
	writer.Go(func() {
		defer close(done)
		for i := range 21 {
			_, err := w.store.UpdateKeys("demo", func([]byte) ([]byte, error) {
				return FormatKeys([]manifest.Key{always, now}[:1+(i+1)%2])
			})
			if err != nil {
				t.Error(err)
			}
			w.look()
			w.look()
		}
	})
	for range 2 {
		readers.Go(func() {
			list := headers("Bearer always")
			for {
				if who, err := w.Authorize(t.Context(), "demo", list); who.ID != "always" || err != nil {
					t.Errorf("%+v, %v", who, err)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	writer.Wait()
	readers.Wait()
	w.expect(t, "in the end", "Bearer now", "now", nil)
}
