package ingress

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/auth"
	"skep/host/internal/manifest"
	"skep/host/internal/observe"
	"skep/host/internal/service"
)

// recorded is a server that writes an access log and an audit log.
type recorded struct {
	*running
	dir    string
	access *observe.AccessLog
	audit  *observe.Audit
}

func record(t *testing.T, config Config) *recorded {
	t.Helper()
	dir := t.TempDir()
	sink, err := observe.OpenSink(filepath.Join(dir, "access.log"), observe.AccessRotation, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	r := &recorded{dir: dir, access: observe.NewAccessLog(sink)}
	if r.audit, err = observe.OpenAudit(dir, 1000, slog.Default()); err != nil {
		t.Fatal(err)
	}
	config.AccessLog, config.Audit = r.access, r.audit
	r.running = startWith(t, config)
	return r
}

// lines ends the records, and gives the lines of a file.
func (r *recorded) lines(t *testing.T, file string) []string {
	t.Helper()
	_, _ = r.access.Close(), r.audit.Close()
	text, err := os.ReadFile(filepath.Join(r.dir, file))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// TestRefusedUnreadIsRecorded: who guesses keys leaves a trace, also by requests whose bodies nobody reads.
func TestRefusedUnreadIsRecorded(t *testing.T) {
	o := newObserver()
	e := endpoint("e", guest(echoArgs))
	r := record(t, Config{Registry: watch(o, e), Observer: o,
		Access: access(func(string, [][]byte) (auth.Principal, error) {
			return auth.Principal{Method: manifest.AuthAPIKeys}, auth.ErrNotAuthenticated
		})})
	for i, head := range []string{"Expect: 100-continue\r\nContent-Length: 2", "Content-Length: 2000000"} {
		conn := r.dial(t)
		if _, err := fmt.Fprintf(conn, "POST /public/api/v1/docs/e/run HTTP/1.1\r\nHost: x\r\nX-Request-Id: r%d\r\n%s\r\n\r\n", i,
			head); err != nil {
			t.Fatal(err)
		}
		if answer, _ := io.ReadAll(conn); !strings.HasPrefix(string(answer), "HTTP/1.1 401 ") {
			t.Errorf("%s: %q", head, answer)
		}
	}
	for file, parts := range map[string][]string{
		"access.log": {`"status":401`, `"path":"/public/api/v1/docs/e/run"`, `"errorType":"NotAuthenticated"`},
		"audit.log":  {`"dku.audit.authfail"`, `"serviceId":"docs"`, `"authMethod":"API_KEYS"`},
	} {
		lines := r.lines(t, file)
		if len(lines) != 2 {
			t.Fatalf("%s: %q", file, lines)
		}
		for i, line := range lines {
			for _, part := range append(parts, fmt.Sprintf(`"requestId":"r%d"`, i)) {
				if !strings.Contains(line, part) {
					t.Errorf("%s: %s is missing in %s", file, part, line)
				}
			}
		}
	}
	metrics := httptest.NewRecorder()
	o.Handler().ServeHTTP(metrics, httptest.NewRequest("GET", "/metrics", nil))
	if want := `skep_unrouted_requests_total{code="4xx"} 2`; !strings.Contains(metrics.Body.String(), want+"\n") {
		t.Errorf("%s is missing in the metrics", want)
	}
}

// TestSelfFailureIsNotTheRequests: a call of another endpoint may fail, and the request be answered all the same.
func TestSelfFailureIsNotTheRequests(t *testing.T) {
	calling := asking(func(ctx context.Context, self service.Self) []byte {
		_, _ = self.CallSelf(ctx, callFrame("other"))
		return abi.AppendResult(nil, value(abi.AppendInt(nil, 3)))
	})
	r := record(t, Config{Registry: registry(endpoint("self", calling),
		endpoint("other", guest(func([]byte) ([]byte, error) { return nil, service.ErrGuestTrap })))})
	if status, body := r.ask(t, "self/run"); status != 200 {
		t.Errorf("%d %s", status, body)
	}
	for _, file := range []string{"access.log", "queries.log"} {
		if line := r.lines(t, file)[0]; !strings.Contains(line, `"status":200`) || strings.Contains(line, "errorType") {
			t.Errorf("%s: %s", file, line)
		}
	}
}

// TestAdminIsNotRecordedTwice: what the admin API refuses is its own to tell of.
func TestAdminIsNotRecordedTwice(t *testing.T) {
	r := record(t, Config{Registry: registry(), Admin: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(401)
	})})
	r.send(t, "GET", AdminPrefix+"/services", "")
	if lines := r.lines(t, "audit.log"); lines[0] != "" {
		t.Errorf("%q", lines)
	}
	if lines := r.lines(t, "access.log"); !strings.Contains(lines[0], `"status":401`) {
		t.Errorf("%q", lines)
	}
}

// TestPreflightIsRecorded: the line of a browser's question says what it was about.
func TestPreflightIsRecorded(t *testing.T) {
	r := record(t, Config{Registry: registry(), Wire: Wire{CORS: CORS{Origins: []string{"*"}}}})
	r.send(t, "OPTIONS", echoPath+"?x=1", "", "Origin: https://a.example", "Access-Control-Request-Method: POST")
	if line := r.lines(t, "access.log")[0]; !strings.Contains(line, `"path":"`+echoPath+`","status":204`) {
		t.Error(line)
	}
}

// TestStreamIsRecorded: an answer without an end is sent while it is made.
func TestStreamIsRecorded(t *testing.T) {
	r := record(t, Config{Registry: registry(), Admin: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "first\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})})
	conn := r.dial(t)
	if _, err := io.WriteString(conn, request("GET", AdminPrefix+"/logs", "")); err != nil {
		t.Fatal(err)
	}
	got := ""
	for buf := make([]byte, 512); !strings.Contains(got, "first"); {
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatalf("%q, then %v", got, err)
		}
		got += string(buf[:n])
	}
}
