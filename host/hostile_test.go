package host_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"skep/host"
	"skep/host/hosttest"
)

const (
	hostileDir = "testdata/hostile"
	// hostileLimit is how long a call may take whose deadline is 200 ms, or a load whose is 300 ms. It is no figure of
	// quality: a machine that is busy must not fail the test. What was measured is logged.
	hostileLimit = 10 * time.Second
)

// A hostile row is what one guest of testdata/hostile must come to.
type hostile struct {
	name    string
	defence string // what keeps the host safe from it
	custom  bool   // served with custom.toml
	atOnce  int    // calls at the same time; 0 is 1

	// Either: why it is refused when it is loaded.
	refused string
	// Or: the answer to a long request.
	status    int
	errorType string
	says      string // part of the body
	check     func(*testing.T, hosttest.Response)
}

// Defences, by the word that the table names them by.
const (
	byMeter    = "meter" // fuel is charged and the deadline checked in all code
	byGuard    = "guard of host functions"
	byStack    = "stack budget"
	byMemory   = "memory limit"
	byTables   = "table limit"
	byBudget   = "memory budget"
	byCheck    = "check of the module" // wasmbin.Check
	byABI      = "check of the ABI"    // imports, exports, signatures
	byEngine   = "engine"              // the engine traps
	byExchange = "check of places"     // of frames in memory
	byFrame    = "check of the result" // package frame
	byLog      = "log limits"
	byRollback = "rollback"
)

const fullHostile = 1100 // bytes of a request that is long

var hostiles = []hostile{
	// What does not end.
	{name: "loop", defence: byMeter, status: 504, errorType: "GuestTimeout"},
	{name: "loop-table", defence: byMeter, status: 504, errorType: "GuestTimeout"},
	{name: "exponential", defence: byMeter, status: 504, errorType: "GuestTimeout"},
	{name: "exponential-indirect", defence: byMeter, status: 504, errorType: "GuestTimeout"},
	{name: "leaf-loop", defence: byMeter, status: 504, errorType: "GuestTimeout"},
	{name: "straight-line", defence: byMeter, status: 504, errorType: "GuestTimeout"},
	{name: "fill", defence: byMeter, status: 504, errorType: "GuestTimeout"},
	{name: "copy", defence: byMeter, status: 504, errorType: "GuestTimeout"},
	{name: "fill-wraps", defence: byMeter, status: 500, errorType: "GuestTrap"},
	{name: "grow-loop", defence: byMeter, status: 504, errorType: "GuestTimeout"},
	{name: "grow-wraps", defence: byMeter, status: 504, errorType: "GuestTimeout"},
	{name: "grow-touch", defence: byMeter, status: 504, errorType: "GuestTimeout"},
	{name: "table-loop", defence: byMeter, status: 504, errorType: "GuestTimeout"},
	{name: "reference-loop", defence: byMeter, status: 504, errorType: "GuestTimeout"},
	{name: "sleep", defence: byGuard, status: 504, errorType: "GuestTimeout", atOnce: 4},
	{name: "sleep-loop", defence: byGuard, status: 504, errorType: "GuestTimeout"},
	{name: "poll-many", defence: byGuard, status: 500, errorType: "GuestTrap"},
	{name: "poll-wraps", defence: byGuard, status: 500, errorType: "GuestTrap"},
	{name: "random", defence: byGuard, status: 504, errorType: "GuestTimeout"},
	{name: "random-wraps", defence: byGuard, status: 200, says: `"response":1,`},
	{name: "write-many", defence: byGuard, status: 504, errorType: "GuestTimeout"},
	{name: "write-lines", defence: byGuard, status: 504, errorType: "GuestTimeout"},
	{name: "write-vector", defence: byGuard, status: 500, errorType: "GuestTrap"},
	{name: "path-long", defence: byGuard, status: 500, errorType: "GuestTrap"},
	{name: "path-loop", defence: byGuard, status: 504, errorType: "GuestTimeout"},
	{name: "wasi-loop", defence: byMeter, status: 504, errorType: "GuestTimeout"},
	{name: "read-many", defence: byGuard, status: 504, errorType: "GuestTimeout"},
	{name: "poll-input", defence: byGuard, status: 504, errorType: "GuestTimeout"},
	{name: "descriptor", defence: byGuard, status: 200, says: `"response":1,`},

	// What does not end, or fails, before there is an image.
	{name: "start-loop", defence: byMeter, refused: "start: guest ran past its deadline"},
	{name: "start-trap", defence: byEngine, refused: "start: guest trapped"},
	{name: "initialize-loop", defence: byMeter, refused: "_initialize: guest ran past its deadline"},
	{name: "initialize-exit", defence: byEngine, refused: "_initialize: guest ended itself"},
	{name: "init-loop", defence: byMeter, refused: "init: guest ran past its deadline"},
	{name: "init-grow", defence: byMemory, refused: "init: guest had no memory"},
	{name: "init-outside", defence: byExchange, refused: "init: guest broke the protocol"},
	{name: "settle-loop", defence: byMeter, refused: "settle: guest ran past its deadline"},

	// Memory and tables.
	{name: "grow", defence: byMemory, status: 500, errorType: "GuestMemory", atOnce: 4},
	{name: "grow-huge", defence: byMemory, status: 200, says: `"response":1,`},
	{name: "grow-keep", defence: byMemory, status: 200, says: `"response":1,`, atOnce: 4},
	{name: "memory-min", defence: byMemory, refused: "limits.memory"},
	{name: "table-grow", defence: byTables, status: 200, says: `"response":1,`},
	{name: "table-many", defence: byTables, status: 200, says: `"response":1,`},
	{name: "table-min", defence: byCheck, refused: "elements in a table"},
	{name: "table-hoard", defence: byBudget, status: 200, says: `"response":1,`},

	// Stack.
	{name: "recurse", defence: byStack, status: 500, errorType: "GuestStack", atOnce: 16},
	{name: "recurse-wide", defence: byStack, status: 500, errorType: "GuestStack", atOnce: 16},
	{name: "recurse-two", defence: byStack, status: 500, errorType: "GuestStack"},
	{name: "recurse-table", defence: byStack, status: 500, errorType: "GuestStack"},
	{name: "tail-call", defence: byCheck, refused: "tail call proposal"},

	// Traps and ends.
	{name: "trap", defence: byEngine, status: 500, errorType: "GuestTrap"},
	{name: "trap-divide", defence: byEngine, status: 500, errorType: "GuestTrap"},
	{name: "trap-memory", defence: byEngine, status: 500, errorType: "GuestTrap"},
	{name: "trap-null", defence: byEngine, status: 500, errorType: "GuestTrap"},
	{name: "trap-type", defence: byEngine, status: 500, errorType: "GuestTrap"},
	{name: "name-long", defence: byLog, status: 500, errorType: "GuestTrap"},
	{name: "exit", defence: byEngine, status: 500, errorType: "GuestExit"},
	{name: "exit-zero", defence: byEngine, status: 500, errorType: "GuestExit"},

	// The allocation of a request.
	{name: "alloc-trap", defence: byEngine, status: 500, errorType: "GuestTrap"},
	{name: "alloc-loop", defence: byMeter, status: 504, errorType: "GuestTimeout"},
	{name: "alloc-grow", defence: byMemory, status: 500, errorType: "GuestMemory"},
	{name: "alloc-zero", defence: byExchange, status: 500, errorType: "GuestMemory"},
	{name: "alloc-minus", defence: byExchange, status: 502, errorType: "GuestProtocol"},
	{name: "alloc-end", defence: byExchange, status: 502, errorType: "GuestProtocol"},
	{name: "alloc-edge", defence: byExchange, status: 502, errorType: "GuestProtocol"},
	{name: "alloc-data", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "alloc-same", defence: byExchange, status: 200, says: `"response":1,`},

	// The place of a result.
	{name: "result-outside", defence: byExchange, status: 502, errorType: "GuestProtocol"},
	{name: "result-edge", defence: byExchange, status: 502, errorType: "GuestProtocol"},
	{name: "result-wraps", defence: byExchange, status: 502, errorType: "GuestProtocol"},
	{name: "result-huge", defence: byExchange, status: 502, errorType: "GuestProtocol"},
	{name: "result-zero", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "result-long", defence: byExchange, status: 502, errorType: "GuestProtocol"},
	{name: "result-over-request", defence: byFrame, status: 200, says: `"response":2,`},
	{name: "result-grown", defence: byFrame, status: 200, says: `"response":2,`},

	// Custom responses.
	{name: "status-negative", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "status-zero", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "status-42", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "status-99", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "status-100", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "status-101", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "status-103", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "status-600", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "status-wide", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "status-float", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "status-text", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "body-204", defence: byFrame, custom: true, status: 204, check: noBody},
	{name: "body-205", defence: byFrame, custom: true, status: 205, check: noBody},
	{name: "body-304", defence: byFrame, custom: true, status: 304, check: noBody},
	{name: "header-crlf", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "header-nul", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "header-delete", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "header-space", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "header-colon", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "header-empty", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "header-latin", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "header-hop", defence: byFrame, custom: true, status: 200, says: "twelve bytes", check: noHop},
	{name: "header-many", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "header-flood", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "header-wide", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "header-cookies", defence: byFrame, custom: true, status: 200, check: inOrder},
	{name: "header-own", defence: byFrame, custom: true, status: 200, check: notForged},
	{name: "content-type-crlf", defence: byFrame, custom: true, status: 502, errorType: "GuestProtocol"},
	{name: "custom-off", defence: byFrame, status: 500, errorType: "CustomResponseNotEnabled"},

	// Values.
	{name: "utf8", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "deep", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "deep-65", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "claims-array", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "claims-map", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "claims-bytes", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "trailing", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "unused", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "extension", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "timestamp", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "nan", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "infinity", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "integers", defence: byFrame, status: 200,
		says: `"response":[9007199254740993,9223372036854775808,18446744073709551615,-9223372036854775808],`},
	{name: "key-number", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "key-bytes", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "key-twice", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "markup", defence: byFrame, status: 200, says: `"response":"</script>` + "\u2028" + `\"\\\u0000",`},
	{name: "tag-none", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "tag-zero", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "tag-unknown", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "tag-fields", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "json-broken", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "json-second", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "json-utf8", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "json-twice", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "json-deep", defence: byFrame, status: 502, errorType: "GuestProtocol"},
	{name: "error-status", defence: byFrame, status: 500, errorType: "DkuCustomApiException", says: `"message":"fine?"`},
	{name: "error-markup", defence: byFrame, status: 400, says: `"message":"a\"}\r\n\u001b[31m\u0000"`},
	{name: "error-long", defence: byFrame, status: 502, errorType: "GuestProtocol"},

	// The log.
	{name: "log-flood", defence: byLog, status: 200, says: `"response":1,`},
	{name: "log-endless", defence: byLog, status: 504, errorType: "GuestTimeout"},
	{name: "log-long", defence: byLog, status: 200, says: `"response":1,`},
	{name: "log-escape", defence: byLog, status: 200, says: `"response":1,`},
	{name: "log-level", defence: byLog, status: 200, says: `"response":1,`},
	{name: "log-outside", defence: byLog, status: 500, errorType: "GuestTrap"},

	// What a call leaves for the next one.
	{name: "state-memory", defence: byRollback, status: 200, says: `"response":1,`},
	{name: "state-global", defence: byRollback, status: 200, says: `"response":1,`},
	{name: "state-pages", defence: byRollback, status: 200, says: `"response":1,`},
	{name: "state-grown", defence: byRollback, status: 200, says: `"response":1,`},
	{name: "state-table", defence: byRollback, status: 200, says: `"response":1,`},
	{name: "state-drop", defence: byRollback, status: 200, says: `"response":1,`},
	{name: "state-all", defence: byRollback, status: 200, says: `"response":1,`},

	// What keeps to no ABI.
	{name: "abi-memory-kind", defence: byABI, refused: `does not export its memory as "memory"`},
	{name: "abi-memory-none", defence: byABI, refused: `does not export its memory as "memory"`},
	{name: "abi-memory-two", defence: byCheck, refused: "multiple memories"},
	{name: "abi-memory-64", defence: byCheck, refused: "memory64"},
	{name: "abi-memory-shared", defence: byCheck, refused: "threads"},
	{name: "abi-memory-import", defence: byCheck, refused: "only functions can be imported"},
	{name: "abi-table-import", defence: byCheck, refused: "only functions can be imported"},
	{name: "abi-global-import", defence: byCheck, refused: "only functions can be imported"},
	{name: "abi-import-unknown", defence: byABI, refused: "it imports env.system"},
	{name: "abi-import-wasi", defence: byABI, refused: "wasi_snapshot_preview1.fork, which this host does not offer"},
	{name: "abi-import-type", defence: byABI, refused: "it imports skep_v1.log with the signature (i64)"},
	{name: "abi-reexport", defence: byABI, refused: "its export skep_v1_alloc is the imported function"},
	{name: "abi-signature", defence: byABI, refused: "its export skep_v1_call has the signature"},
	{name: "abi-call-none", defence: byABI, refused: "does not export the function skep_v1_call"},
	{name: "abi-version", defence: byABI, refused: "ABI version 2"},
	{name: "abi-command", defence: byABI, refused: "it is a command"},
	{name: "reserved-export", defence: byCheck, refused: "the host's own"},
	{name: "reserved-import", defence: byCheck, refused: "the host's own"},
	{name: "index-global", defence: byCheck, refused: "global 0 is named, and there are 0"},
	{name: "index-function", defence: byCheck, refused: "function 2 is named, and there are 2"},
	{name: "invalid-type", defence: byEngine, refused: "module refused"},
	{name: "exceptions", defence: byCheck, refused: "exception handling"},
	{name: "atomics", defence: byCheck, refused: "threads"},
}

// TestHostile serves all hostile guests and a good one, and calls them one after the other while another process calls
// the good one all the time, and the collector runs.
func TestHostile(t *testing.T) {
	if raceDetector || testing.Short() {
		t.Skip("it takes its time, and needs that of a build without the race detector: make hostile")
	}
	root := t.TempDir()
	place := func(service, guest, settings string) {
		at := filepath.Join(root, service, guest)
		hosttest.Copy(t, filepath.Join(hostileDir, guest+".wasm"), at+".wasm")
		hosttest.Copy(t, filepath.Join(hostileDir, settings+".toml"), at+".toml")
	}
	place("good", "good", "custom")
	for _, h := range hostiles {
		settings := "plain"
		if h.custom {
			settings = "custom"
		}
		place("hostile", h.name, settings)
	}
	log := new(journal)
	start := time.Now()
	s := hosttest.Start(t, host.Config{Root: root, Log: log.logger()})
	t.Logf("%d guests loaded or refused in %v", len(hostiles), time.Since(start).Round(time.Millisecond))
	neighbour := startClient(t, s.URL+"/public/api/v1/good/good/run")
	quiet := neighbour.report(t, 200)
	t.Logf("quiet: a neighbour's p50 is %v, the longest of %d calls %v", quiet.P50, quiet.Calls, quiet.Most)

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
			h.testCalls(t, s, neighbour, log)
		})
	}
	after := resident(t)
	t.Logf("resident memory: %d MB before, %d MB after", before>>20, after>>20)
	if grown := after - before; grown > 128<<20 {
		t.Errorf("%d MB have not been given back", grown>>20)
	}
	if text := log.String(); strings.ContainsAny(text, "\x1b\x00\r") || strings.Contains(text, "\nlevel=") {
		t.Error("guests have written to the log what is no text")
	}
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
func (h *hostile) testCalls(t *testing.T, s *hosttest.Server, neighbour *client, log *journal) {
	path := "hostile/" + h.name + "/run"
	works := func(when string) {
		t.Helper()
		if got := s.Post(t, path, "{}"); got.Status != 200 || !strings.Contains(got.Body, `"response":1,`) {
			t.Errorf("%s: %d %s", when, got.Status, got.Body)
		}
	}
	works("first call")
	neighbour.report(t, 0)
	stopped, stop := gcPauses(), collecting()

	body := `{"pad":"` + strings.Repeat("x", fullHostile) + `"}`
	var all sync.WaitGroup
	var mu sync.Mutex
	var longest time.Duration
	for range max(1, h.atOnce) {
		all.Go(func() {
			start := time.Now()
			got := s.Post(t, path, body, "X-Request-Id: "+h.name)
			took := time.Since(start)
			mu.Lock()
			defer mu.Unlock()
			longest = max(longest, took)
			h.judge(t, got)
		})
	}
	all.Wait()
	stop()
	seen := neighbour.report(t, 1)
	t.Logf("%s: %d after %v; neighbour: %d calls, p50 %v, longest %v; longest pause %.1f ms", h.defence, h.status,
		longest.Round(100*time.Microsecond), seen.Calls, seen.P50.Round(10*time.Microsecond),
		seen.Most.Round(10*time.Microsecond), 1000*longestPause(stopped, gcPauses()))
	if longest > hostileLimit {
		t.Errorf("it took %v to end", longest)
	}
	if seen.Wrong > 0 {
		t.Errorf("a neighbour got %d wrong answers of %d: %s", seen.Wrong, seen.Calls, seen.FirstBad)
	}
	h.checkLog(t, log)
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
