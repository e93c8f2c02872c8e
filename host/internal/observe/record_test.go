package observe

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// sample is a request whose endpoint answered.
func sample() *Request {
	return &Request{ID: []byte("r1"), Start: time.Date(2030, 1, 2, 3, 4, 5, 6e6, time.UTC), Took: 9 * time.Millisecond,
		Remote: "127.0.0.1:1", Method: []byte("POST"), Path: []byte("/public/api/v1/docs/a/run"), Status: 200, In: 2, Out: 3,
		Service: "docs", Generation: "v1", Endpoint: "a", KeyID: "k1", Auth: "API_KEYS", Called: true,
		Kind: MsgTypeFunction, Wait: time.Millisecond, Guest: 2 * time.Millisecond, Fuel: 7,
		Query: []byte(`{"p1": 1}`), Result: []byte("a text")}
}

func lines(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func TestAccessLog(t *testing.T) {
	name := filepath.Join(t.TempDir(), "new", "access.log")
	sink, err := OpenSink(name, AccessRotation, quiet())
	if err != nil {
		t.Fatal(err)
	}
	a := NewAccessLog(sink)
	a.Record(sample())
	refused := &Request{ID: []byte("r2"), Start: sample().Start, Remote: "127.0.0.1:1", Method: []byte("GET"),
		Path: []byte("/a\n\xff\"" + strings.Repeat("é", maxText)), Status: 404}
	a.Record(refused)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	got := lines(t, name)
	if want := `{"time":"2030-01-02T03:04:05.006Z","requestId":"r1","remote":"127.0.0.1:1","method":"POST",` +
		`"path":"/public/api/v1/docs/a/run","status":200,"bytesIn":2,"bytesOut":3,"ms":9,"service":"docs",` +
		`"generation":"v1","endpoint":"a","keyId":"k1","waitMs":1,"guestMs":2,"fuel":7}`; got[0] != want {
		t.Errorf("got  %s\nwant %s", got[0], want)
	}
	var second struct{ Path string }
	if err := json.Unmarshal([]byte(got[1]), &second); err != nil || len(got) != 2 || len(second.Path) > maxText+10 ||
		!strings.HasPrefix(second.Path, "/a\n\uFFFD\"é") || strings.HasSuffix(second.Path, "\uFFFD") {
		t.Errorf("%v: %q", err, got[1:])
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%v: others may read it: %v", err, info.Mode())
	}
}

func TestAudit(t *testing.T) {
	for _, test := range []struct {
		name   string
		bodies int
		change func(r *Request)
		file   string
		want   string
	}{
		{"a call", 0, func(*Request) {}, queriesFile, `{"severity":"INFO","logger":"dku.audit.apinode-query","message":{` +
			`"msgType":"function-query","serviceId":"docs","generation":"v1","endpointId":"a","apiKeyId":"k1",` +
			`"authMethod":"API_KEYS","status":200,"timing":{"wait":1,"guest":2,"total":9},"fuel":7},` +
			`"mdc":{"requestId":"r1","remote":"127.0.0.1:1"},"callTime":9,"timestamp":"2030-01-02T03:04:05.006Z"}`},
		{"bodies", 100, func(*Request) {}, queriesFile, `"fuel":7,"query":{"p1":1},"result":"a text"}`},
		{"long bodies", 4, func(*Request) {}, queriesFile, `"fuel":7,"query":"{\"p1","result":"a te"}`},
		{"a failure", 0, func(r *Request) { r.Status, r.ErrorType = 500, "GuestTrap" }, queriesFile,
			`"status":500,"errorType":"GuestTrap"`},
		{"a refusal", 0, func(r *Request) {
			*r = Request{ID: r.ID, Start: r.Start, Remote: r.Remote, Path: r.Path, Status: 401, ErrorType: "NotAuthenticated",
				Service: "docs", Auth: "API_KEYS"}
		}, auditFile, `{"severity":"WARN","logger":"dku.audit.authfail","message":{"msgType":"authfail","serviceId":"docs",` +
			`"authMethod":"API_KEYS","status":401,"reason":"NotAuthenticated","path":"/public/api/v1/docs/a/run"},` +
			`"mdc":{"requestId":"r1","remote":"127.0.0.1:1"},"callTime":0,"timestamp":"2030-01-02T03:04:05.006Z"}`},
		{"not found", 0, func(r *Request) { r.Called, r.Status = false, 404 }, auditFile, ""},
	} {
		dir := t.TempDir()
		a, err := OpenAudit(dir, test.bodies, quiet())
		if err != nil {
			t.Fatal(err)
		}
		r := sample()
		test.change(r)
		a.Record(r)
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		got := lines(t, filepath.Join(dir, test.file))
		if len(got) != 1 || !strings.Contains(got[0], test.want) || test.want == "" && got[0] != "" {
			t.Errorf("%s: got  %s\nwant %s", test.name, got, test.want)
		}
		if test.want != "" && !json.Valid([]byte(got[0])) {
			t.Errorf("%s: %s is not JSON", test.name, got[0])
		}
	}
}

func TestAuditOfAPICalls(t *testing.T) {
	dir := t.TempDir()
	a, err := OpenAudit(dir, 0, quiet())
	if err != nil {
		t.Fatal(err)
	}
	a.APICalls().Info("admin", "method", "POST", "keyId", "k1", slog.Duration("took", 12*time.Millisecond))
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	got := lines(t, filepath.Join(dir, auditFile))[0]
	if want := `{"severity":"INFO","logger":"dku.audit.apicalls","message":{"msgType":"admin","method":"POST","keyId":"k1"},` +
		`"mdc":{},"callTime":12,"timestamp":"`; !strings.HasPrefix(got, want) {
		t.Errorf("got %s, want %s…", got, want)
	}
}

// A file that was moved away is written anew by its name; no line is lost.
func TestReopen(t *testing.T) {
	dir := t.TempDir()
	name, old := filepath.Join(dir, "access.log"), filepath.Join(dir, "old")
	sink, err := OpenSink(name, AccessRotation, quiet())
	if err != nil {
		t.Fatal(err)
	}
	put(sink, "one\n")
	for done := false; !done; { // it is written in the background
		text, err := os.ReadFile(name)
		done = string(text) == "one\n" || err != nil
	}
	if err := errors.Join(os.Rename(name, old), sink.Reopen()); err != nil {
		t.Fatal(err)
	}
	put(sink, "two\n")
	if err := sink.Close(); err != nil {
		t.Fatal(err)
	}
	if one, two := lines(t, old)[0], lines(t, name)[0]; one != "one" || two != "two" {
		t.Errorf("%q, %q", one, two)
	}
}

func put(s *Sink, line string) { _, _ = s.Write([]byte(line)) }

// stuck is a disk that does not answer until it is freed.
type stuck struct {
	free chan struct{}
	mu   sync.Mutex
	got  bytes.Buffer
}

func (d *stuck) Write(p []byte) (int, error) {
	<-d.free
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.got.Write(p)
}

// Nobody waits for a disk that is stuck: lines beyond the bound are dropped and counted, the others are written whole
// and in order when it goes on.
func TestSinkNeverBlocks(t *testing.T) {
	disk := &stuck{free: make(chan struct{})}
	s := newSink(&output{Writer: disk}, quiet())
	line := strings.Repeat("x", 1<<20-1) + "\n"
	const n = 3*maxPending>>20 + 1
	for range n {
		put(s, line)
	}
	dropped := int(s.Dropped())
	close(disk.free)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if dropped < n-2*maxPending>>20 || disk.got.String() != strings.Repeat(line, n-dropped) {
		t.Errorf("%d of %d lines dropped, %d bytes written", dropped, n, disk.got.Len())
	}
	put(s, line)
	if int(s.Dropped()) != dropped+1 {
		t.Error("a line after Close is not counted")
	}
}

// broken is a disk that is full.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestSinkCountsWhatCannotBeWritten(t *testing.T) {
	var log bytes.Buffer
	s := newSink(&output{Writer: broken{}}, slog.New(slog.NewTextHandler(&log, nil)))
	for range 5 {
		put(s, "one\ntwo\n"[:4])
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s.Dropped() != 5 || strings.Count(log.String(), "cannot be written") != 1 {
		t.Errorf("%d dropped, log %s", s.Dropped(), &log)
	}
}

func TestCutLines(t *testing.T) {
	long := strings.Repeat("x", maxWrite) + "\n"
	for text, want := range map[string]int{"a\nb\n": 4, "a\n" + long: 2, long + "b\n": len(long), long: len(long)} {
		part, rest := cutLines([]byte(text))
		if len(part) != want || string(part)+string(rest) != text {
			t.Errorf("%d bytes: cut at %d, want %d", len(text), len(part), want)
		}
	}
}

func BenchmarkAccessLog(b *testing.B) {
	a := NewAccessLog(newSink(&output{Writer: discard{}}, quiet()))
	r := sample()
	b.ReportAllocs()
	for b.Loop() {
		a.Record(r)
	}
	_ = a.Close()
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
