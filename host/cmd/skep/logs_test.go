package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// logServer answers requests for the log of demo/greet.
func logServer(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Skep-Api", "admin")
		if r.Header.Get("Authorization") != "Bearer k" || r.URL.Path != "/admin/api/services/demo/endpoints/greet/logs" {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"errorType":"NotFound","message":"not found: endpoint"}`)
			return
		}
		fmt.Fprint(w, `{"time":"2026-01-02T03:04:05.678Z","level":"INFO","generation":"v1","requestId":"r1",`+
			`"message":"one\nand \u001b[2J"}`,
			"\n\n", `{"time":"2026-01-02T03:04:06Z","level":"WARN","generation":"v2","message":"two","extra":1}`, "\n")
		if r.URL.Query().Get("follow") == "true" {
			fmt.Fprintln(w, `{"time":"2026-01-02T03:04:07Z","level":"ERROR","generation":"v2","requestId":"r3","message":"three"}`)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func TestLogs(t *testing.T) {
	t.Setenv("SKEP_HOST", logServer(t).URL)
	t.Setenv("SKEP_KEY", "k")
	const kept = "2026-01-02T03:04:05.678Z INFO  v1 r1 one\n  and \uFFFD[2J\n2026-01-02T03:04:06Z WARN  v2 - two\n"
	for args, want := range map[string]string{
		"logs demo/greet":          kept,
		"logs demo/greet --follow": kept + "2026-01-02T03:04:07Z ERROR v2 r3 three\n",
	} {
		if code, stdout, stderr := skep(t, strings.Fields(args)...); code != exitOK || stdout != want || stderr != "" {
			t.Errorf("%s: code %d, stderr %q, got %q, want %q", args, code, stderr, stdout, want)
		}
	}
	code, stdout, _ := skep(t, "logs", "demo/greet", "--json")
	if lines := strings.Split(stdout, "\n"); code != exitOK || len(lines) != 3 || !strings.HasSuffix(lines[1], `"extra":1}`) {
		t.Errorf("--json: code %d, got %q", code, stdout)
	}
	code, stdout, stderr := skep(t, "logs", "demo/other")
	if code != exitFailure || stdout != "" || stderr != "skep: not found: endpoint (404 NotFound)\n" {
		t.Errorf("an unknown endpoint: code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}
