package admin

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"skep/host/internal/store"
)

// A probe asks every few seconds: what it is told is no news, while other refusals are.
func TestProbesAreNotLogged(t *testing.T) {
	var log bytes.Buffer
	folder, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	s := New(Config{Store: folder, Ready: func() bool { return false }, Log: slog.New(slog.NewTextHandler(&log, nil))})
	defer s.http.Close()
	ask := func(path string) int {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w.Code
	}
	if code := ask("/readyz"); code != http.StatusServiceUnavailable || log.Len() > 0 {
		t.Errorf("/readyz answers %d and logs %q, want 503 and nothing", code, log.String())
	}
	if code := ask("/nothing"); code != http.StatusUnauthorized || !strings.Contains(log.String(), "path=/nothing") {
		t.Errorf("/nothing answers %d and logs %q, want 401 and a line", code, log.String())
	}
}
