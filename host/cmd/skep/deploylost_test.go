package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDeployLosesHost has a host end while it is to activate a generation. Whether it has done so is not known, and not
// said.
func TestDeployLosesHost(t *testing.T) {
	answer := func(status int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Skep-Api", "admin")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(text))
		}
	}
	mux := http.NewServeMux()
	mux.Handle("GET /admin/api/services/demo", answer(404, `{"errorType":"NotFound","message":"no"}`))
	mux.Handle("POST /admin/api/services", answer(200, `{"ok":true}`))
	mux.Handle("POST /admin/api/services/demo/generations", answer(200, `{"ok":true,"generation":"v1"}`))
	mux.HandleFunc("POST /admin/api/services/demo/actions/switchTo/v1", func(http.ResponseWriter, *http.Request) {
		panic(http.ErrAbortHandler)
	})
	host := httptest.NewServer(mux)
	defer host.Close()
	module := filepath.Join(t.TempDir(), "a.wasm")
	if err := os.WriteFile(module, guests["answer"], 0o644); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := skep(t, "deploy", module, "--service", "demo", "--host", host.URL)
	const want = "generation v1 of demo is there; skep generations demo shows whether it serves, skep switch demo v1 has it " +
		"serve\n"
	if code != exitFailure || stdout != "" || !strings.Contains(stderr, want) || strings.Contains(stderr, "does not serve") ||
		!strings.Contains(stderr, "cannot be reached: EOF; does a host run there?") {
		t.Errorf("exit code %d, stdout %q, stderr %q, want 1 and %q", code, stdout, stderr, want)
	}
}
