package host_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"skep/host"
	"skep/host/hosttest"
)

const (
	hostileDir = "testdata/hostile"
	// hostileTimeout is the deadline in short.toml.
	hostileTimeout = 200 * time.Millisecond
	// hostileLimit is how long a call may take that is to end at once or at its deadline. It is no figure of quality: a
	// machine that is busy must not fail the test. BenchmarkHostile says how long it takes.
	hostileLimit = time.Minute
)

// TestHostile serves all hostile guests and a good one, and calls them one after the other while another process calls
// the good one all the time, and the collector runs.
func TestHostile(t *testing.T) {
	s := serveHostiles(t)
	endpoints := map[string]host.Endpoint{}
	for _, e := range s.Endpoints() {
		endpoints[e.ID] = e
	}
	before := resident(t)
	for _, h := range hostiles {
		t.Run(h.name, func(t *testing.T) {
			if h.refused != "" {
				h.testRefused(t, endpoints[h.name])
				return
			}
			if e := endpoints[h.name]; e.State != "ready" {
				t.Fatalf("%s: %v", e.State, e.Reason)
			}
			h.testCalls(t, s)
		})
	}
	after := resident(t)
	t.Logf("resident memory: %d MB before, %d MB after", before>>20, after>>20)
	// touch-borders keeps the 60 MB that it wrote to, as pages of its idle instance, and its image as much.
	if grown := after - before; grown > (128+2*60)<<20 {
		t.Errorf("%d MB have not been given back", grown>>20)
	}
	if text := s.log.String(); strings.ContainsAny(text, "\x1b\x00\r") || strings.Contains(text, "\nlevel=") {
		t.Error("guests have written to the log what is no text")
	}
}

// BenchmarkHostile measures what TestHostile does not judge, of the guests that a deadline ends: how late they end, how
// long the collector stops the world meanwhile, and how long a neighbour waits. Each figure is the worst of its runs; a
// machine that does other work makes all of them worse.
func BenchmarkHostile(b *testing.B) {
	s := serveHostiles(b)
	quiet := s.neighbour.report(b, 200)
	b.Logf("quiet: a neighbour's p50 is %v, the longest of %d calls %v", quiet.P50, quiet.Calls, quiet.Most)
	for _, h := range hostiles {
		if h.errorType != "GuestTimeout" {
			continue
		}
		b.Run(h.name, func(b *testing.B) {
			var late, half, longest time.Duration
			var pause float64
			for b.Loop() {
				m := h.measure(b, s)
				late, pause = max(late, m.took-hostileTimeout), max(pause, m.pause)
				half, longest = max(half, m.neighbour.P50), max(longest, m.neighbour.Most)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(late.Seconds()*1000, "ms-late")
			b.ReportMetric(pause*1000, "ms-paused")
			b.ReportMetric(half.Seconds()*1000, "ms-neighbour-p50")
			b.ReportMetric(longest.Seconds()*1000, "ms-neighbour-max")
		})
	}
}

// hostileServer serves all hostile guests as endpoints of the service "hostile", and the good one.
type hostileServer struct {
	*hosttest.Server
	log       *journal
	neighbour *client // calls the good one
}

func serveHostiles(tb testing.TB) *hostileServer {
	tb.Helper()
	if raceDetector || testing.Short() {
		tb.Skip("it takes its time, and needs that of a build without the race detector: make hostile")
	}
	root := tb.TempDir()
	place := func(service, guest, settings string) {
		at := filepath.Join(root, service, guest)
		hosttest.Copy(tb, filepath.Join(hostileDir, guest+".wasm"), at+".wasm")
		hosttest.Copy(tb, filepath.Join(hostileDir, settings+".toml"), at+".toml")
	}
	place("good", "good", "custom")
	for _, h := range hostiles {
		place("hostile", h.name, h.settings())
		if strings.HasPrefix(h.name, "file-") {
			placeFiles(tb, filepath.Join(root, "hostile", "resources", h.name))
		}
	}
	s := &hostileServer{log: new(journal)}
	s.Server = hosttest.Start(tb, host.Config{Root: root, Log: s.log.logger()})
	s.neighbour = startClient(tb, s.URL+"/public/api/v1/good/good/run")
	return s
}

// placeFiles makes a folder with a file, and with what leads out of it.
func placeFiles(tb testing.TB, dir string) {
	tb.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		tb.Fatal(err)
	}
	for _, err := range []error{
		os.WriteFile(filepath.Join(dir, "large"), make([]byte, 1<<20), 0o644),
		os.Symlink("/etc/passwd", filepath.Join(dir, "out")),
		os.Symlink("/", filepath.Join(dir, "up")),
		syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644),
	} {
		if err != nil {
			tb.Fatal(err)
		}
	}
}

// measured is what a long request to a guest came to.
type measured struct {
	answers   []hosttest.Response
	took      time.Duration // until the last of them
	pause     float64       // the longest that the collector stopped the world, in seconds
	neighbour clientReport
}

// measure has the guest misbehave, as often at once as its row says, while the collector runs.
func (h *hostile) measure(tb testing.TB, s *hostileServer) (m measured) {
	tb.Helper()
	s.neighbour.report(tb, 0)
	stopped, stop := gcPauses(), collecting()
	body := `{"pad":"` + strings.Repeat("x", fullHostile) + `"}`
	m.answers = make([]hosttest.Response, max(1, h.atOnce))
	start := time.Now()
	var all sync.WaitGroup
	for i := range m.answers {
		all.Go(func() { m.answers[i] = s.Post(tb, "hostile/"+h.name+"/run", body, "X-Request-Id: "+h.name) })
	}
	all.Wait()
	m.took = time.Since(start)
	stop()
	m.neighbour = s.neighbour.report(tb, 1)
	m.pause = longestPause(stopped, gcPauses())
	return m
}

func (h *hostile) testRefused(t *testing.T, e host.Endpoint) {
	if e.State != "refused" {
		t.Fatalf("the endpoint is %s", e.State)
	}
	if reason := e.Reason.Error(); !strings.Contains(reason, h.refused) {
		t.Errorf("refused because of %q, want %q", reason, h.refused)
	}
}

// testCalls has the guest answer a short request, misbehave, and answer again.
func (h *hostile) testCalls(t *testing.T, s *hostileServer) {
	works := func(when string) {
		t.Helper()
		got := s.Post(t, "hostile/"+h.name+"/run", "{}")
		for range 4 { // a busy machine may give it no time for that
			if got.Status == 504 {
				got = s.Post(t, "hostile/"+h.name+"/run", "{}")
			}
		}
		if got.Status != 200 || !strings.Contains(got.Body, `"response":1,`) {
			t.Errorf("%s: %d %s", when, got.Status, got.Body)
		}
	}
	works("first call")
	m := h.measure(t, s)
	for _, got := range m.answers {
		h.judge(t, got)
	}
	if m.took > hostileLimit {
		t.Errorf("it took %v to end", m.took)
	}
	if h.ends() && m.took < hostileTimeout {
		t.Errorf("it was ended after %v, before its deadline", m.took)
	}
	if seen := m.neighbour; seen.Wrong > 0 {
		t.Errorf("a neighbour got %d wrong answers of %d: %s", seen.Wrong, seen.Calls, seen.FirstBad)
	}
	h.checkLog(t, s.log)
	works("next call")
}

// judge compares the answer to a long request.
func (h *hostile) judge(t *testing.T, got hosttest.Response) {
	if got.Status != h.status {
		t.Errorf("%d %.300s, want %d", got.Status, got.Body, h.status)
	}
	if h.errorType != "" && !strings.Contains(got.Body, `"errorType":"`+h.errorType+`"`) {
		t.Errorf("%.300s, want errorType %s", got.Body, h.errorType)
	}
	if !strings.Contains(got.Body, h.says) {
		t.Errorf("%.300s, want %s in it", got.Body, h.says)
	}
	for _, secret := range []string{"wasm", "wazero", ".go:", "goroutine", "stack trace"} {
		if got.Status >= 500 && strings.Contains(got.Body, secret) {
			t.Errorf("the client is told of the engine: %s", got.Body)
		}
	}
	if h.check != nil {
		h.check(t, got)
	}
}

// checkLog sees that a fault is one line, with what an operator needs, and that a guest cannot write what it likes.
func (h *hostile) checkLog(t *testing.T, log *journal) {
	faults, lines, size := 0, 0, 0
	for line := range strings.Lines(log.String()) {
		if !strings.Contains(line, "requestId="+h.name+" ") && !strings.Contains(line, "requestId="+h.name+"\n") {
			continue
		}
		lines++
		size += len(line)
		if strings.Contains(line, `msg="call failed"`) {
			faults++
			for _, want := range []string{"service=hostile ", "endpoint=" + h.name + " ", "generation=auto-",
				"errorType=" + h.errorType + " "} {
				if !strings.Contains(line, want) {
					t.Errorf("the log line has no %s: %s", want, line)
				}
			}
			switch h.errorType {
			case "GuestTrap", "GuestTimeout", "GuestStack", "GuestExit":
				if !strings.Contains(line, ` stack="`) || !strings.Contains(line, " fuel=") {
					t.Errorf("the log line does not say where that was: %s", line)
				}
			}
			if h.name == "trap" && !strings.Contains(line, `stack=".inner()\n\t.outer()\n\t`) {
				t.Errorf("the log line has no stack: %s", line)
			}
		}
	}
	want := 0
	if h.errorType != "" && h.errorType != "DkuCustomApiException" {
		want = max(1, h.atOnce)
	}
	if faults > want || faults < min(want, 10) { // there are no more than 10 lines at once
		t.Errorf("%d lines for %d faults", faults, want)
	}
	if calls := max(1, h.atOnce); lines > 70*calls || size > (64<<10)*calls {
		t.Errorf("%d lines of %d bytes in the log", lines, size)
	}
}

func noBody(t *testing.T, got hosttest.Response) {
	if got.Body != "" {
		t.Errorf("body %q", got.Body)
	}
}

func noHop(t *testing.T, got hosttest.Response) {
	for _, name := range []string{"Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "Host", "Trailer", "Te",
		"Proxy-Authenticate", "Http2-Settings"} {
		if v, ok := got.Header[name]; ok {
			t.Errorf("header %s: %q", name, v)
		}
	}
	if v := got.Header.Get("Content-Length"); v != "12" {
		t.Errorf("Content-Length: %s", v)
	}
}

func inOrder(t *testing.T, got hosttest.Response) {
	cookies := got.Header["Set-Cookie"]
	for i, c := range cookies {
		if want := fmt.Sprintf("n%d=v", i); c != want {
			t.Errorf("cookie %d is %q, want %q", i, c, want)
		}
	}
	if len(cookies) != 60 {
		t.Errorf("%d cookies", len(cookies))
	}
}

func notForged(t *testing.T, got hosttest.Response) {
	for name, values := range got.Header {
		for _, v := range values {
			if v == "evil" {
				t.Errorf("%s: %s", name, v)
			}
		}
	}
}

// TestHostileTable sees that every guest has a row, and no row is alone.
func TestHostileTable(t *testing.T) {
	rows := map[string]bool{"good": true}
	for _, h := range hostiles {
		if rows[h.name] {
			t.Errorf("%s is there twice", h.name)
		}
		rows[h.name] = true
		if (h.refused == "") == (h.status == 0) {
			t.Errorf("%s: a guest is either refused or answers", h.name)
		}
	}
	sources, err := filepath.Glob(filepath.Join(hostileDir, "*.wat"))
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range sources {
		if name := strings.TrimSuffix(filepath.Base(source), ".wat"); !rows[name] {
			t.Errorf("%s has no row", name)
		} else {
			delete(rows, name)
		}
	}
	for name := range rows {
		t.Errorf("%s has no source", name)
	}
}
