//go:build unix

package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"skep/host/hosttest"
)

// endless is a guest whose calls end by their time limit.
var endless = hosttest.Guest([]byte{0x03, 0x40, 0x0c, 0, 0x0b, 0x00}) // loop, br 0, end, unreachable

// TestServeEnds sends SIGTERM to servers while a call runs: it is answered, unless the grace is over first, or a second
// signal comes.
func TestServeEnds(t *testing.T) {
	for _, test := range []struct {
		name, grace, limit string
		signals            int
		status             int // of the answer, 0 for none
		exit, log          string
	}{
		{"within the grace", "1m", "2s", 1, 504, "exit status 0", "closing: "},
		{"beyond the grace", "200ms", "1m", 1, 0, "exit status 0",
			`the grace is over: what still runs is cut off" grace=200ms requests=1`},
		{"a second signal", "1m", "1m", 2, 0, "signal: terminated", "a second signal ends at once"},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			d := deployer{dir: filepath.Join(root, "docs", "generations")}
			slow := filepath.Join(root, "slow")
			if err := d.deploy(); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(slow, 0o755); err != nil {
				t.Fatal(err)
			}
			limits := "[limits]\ntimeout = \"" + test.limit + "\""
			for name, text := range map[string]string{"a.wasm": string(endless), "a.toml": limits} {
				if err := os.WriteFile(filepath.Join(slow, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			server := serveChild(t, root, "--grace", test.grace)
			answered := make(chan int, 1)
			go func() {
				status := server.status("slow/a")
				for ; status == 503; status = server.status("slow/a") { // it is being loaded
					time.Sleep(10 * time.Millisecond)
				}
				answered <- status
			}()
			server.await(t, "the call to run", func() bool {
				return strings.Contains(server.metrics(), `skep_requests_in_flight{endpoint="a",service="slow"} 1`)
			})
			for sent := range test.signals {
				if sent > 0 {
					server.await(t, "the first signal", func() bool { return strings.Contains(server.log.String(), "closing") })
				}
				if err := server.cmd.Process.Signal(syscall.SIGTERM); err != nil {
					t.Fatal(err)
				}
			}
			if status := <-answered; status != test.status {
				t.Errorf("the call has the status %d, want %d", status, test.status)
			}
			_ = server.cmd.Wait() // the state says more
			<-server.logged
			if got := server.cmd.ProcessState.String(); got != test.exit {
				t.Errorf("the server has ended with %s, want %s", got, test.exit)
			}
			if !strings.Contains(server.log.String(), test.log) {
				t.Errorf("the log has no %q: %s", test.log, server.log.String())
			}
		})
	}
}

// status is that of the answer to a call, 0 for none.
func (c *child) status(endpoint string) int {
	res, err := http.Post(c.url+"/public/api/v1/"+endpoint+"/run", "application/json", strings.NewReader("{}"))
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	return res.StatusCode
}

// metrics are those of the server, "" while they cannot be had.
func (c *child) metrics() string {
	res, err := http.Get(c.admin + "/metrics")
	if err != nil {
		return ""
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(text)
}

// await returns when something has come about. Two minutes are for ever.
func (c *child) await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s; the log is %s", what, c.log.String())
		}
	}
}
