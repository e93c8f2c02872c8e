package host_test

import (
	"strings"
	"testing"

	"skep/host/hosttest"
)

// A hostile row is what one guest of testdata/hostile must come to.
type hostile struct {
	name    string
	defence string // what keeps the host safe from it
	custom  bool   // it answers with custom responses
	large   bool   // it has 64 MB
	atOnce  int    // calls at the same time; 0 is 1

	// Either: why it is refused when it is loaded.
	refused string
	// Or: the answer to a long request.
	status    int
	errorType string
	says      string // part of the body
	check     func(*testing.T, hosttest.Response)
}

// ends says whether the guest is ended by a deadline.
func (h *hostile) ends() bool {
	return h.errorType == "GuestTimeout" || strings.Contains(h.refused, "deadline")
}

// settings names the manifest beside the guest. Only those that a deadline is to end have a short one: a machine that is
// busy must not end the others.
func (h *hostile) settings() string {
	switch {
	case h.custom:
		return "custom"
	case h.large:
		return "large"
	case h.ends():
		return "short"
	}
	return "plain"
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
	byRoot     = "folder of files"
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
	{name: "grow-once", defence: byMeter, status: 200, says: `"response":1,`},
	{name: "grow-borders", defence: byMeter, large: true, status: 200, says: `"response":1,`},
	{name: "touch-borders", defence: byMeter, large: true, status: 200, says: `"response":1,`},
	{name: "return-long", defence: byMeter, status: 504, errorType: "GuestTimeout"},
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
	{name: "file-read", defence: byGuard, status: 504, errorType: "GuestTimeout"},
	{name: "file-open", defence: byGuard, status: 504, errorType: "GuestTimeout", atOnce: 4},
	{name: "file-close", defence: byGuard, status: 504, errorType: "GuestTimeout"},
	{name: "file-list", defence: byGuard, status: 504, errorType: "GuestTimeout"},
	{name: "file-escape", defence: byRoot, status: 200, says: `"response":1,`},
	{name: "descriptor", defence: byGuard, status: 200, says: `"response":1,`},

	// What does not end, or fails, before there is an image.
	{name: "start-loop", defence: byMeter, refused: "start (limits.init = 2s): guest ran past its deadline"},
	{name: "start-trap", defence: byEngine, refused: "start: guest trapped"},
	{name: "initialize-loop", defence: byMeter, refused: "_initialize (limits.init = 2s): guest ran past its deadline"},
	{name: "initialize-exit", defence: byEngine, refused: "_initialize: guest ended itself"},
	{name: "init-loop", defence: byMeter, refused: "init (limits.init = 2s): guest ran past its deadline"},
	{name: "init-grow", defence: byMemory, refused: "init: guest had no memory"},
	{name: "init-outside", defence: byExchange, refused: "init: guest broke the protocol"},
	{name: "settle-loop", defence: byMeter, refused: "settle (limits.init = 2s): guest ran past its deadline"},

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
