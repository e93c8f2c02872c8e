package admin

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"skep/host/internal/observe"
)

// TestSlowFollower has a client follow a log and read nothing of it. Nobody who logs waits for it; it is told and let go.
func TestSlowFollower(t *testing.T) {
	o := observe.New(func() observe.Snapshot { return observe.Snapshot{} })
	lines := o.Endpoint("docs", "a").Lines("v1")
	s := &Server{Config: Config{Observer: o}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{service}/{endpoint}", func(w http.ResponseWriter, r *http.Request) {
		if _, err := s.logs(w, r); err != nil {
			t.Error(err)
		}
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /docs/a?follow=true HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || res.StatusCode != 200 {
		t.Fatalf("%v %v", res, err)
	}
	defer res.Body.Close()
	const n = 2000 // more than the system's buffers hold
	text := strings.Repeat("x", 16<<10)
	for range n {
		lines.Line(slog.LevelInfo, "", text)
	}
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSuffix(string(answer), "\n"), "\n")
	if last := got[len(got)-1]; !strings.Contains(last, "too slow") || len(got) > n {
		t.Errorf("%d lines, the last is %.200s", len(got), last)
	}
}
