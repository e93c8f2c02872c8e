// Package abi is the contract between a skep host and a guest module: names, frames, tags and limits, version 1.
//
// It holds what both sides must agree on, and a small MessagePack codec that a guest can afford: appends and reads on
// byte slices, without reflection and without package fmt. It knows nothing of WebAssembly engines, HTTP or JSON, and
// it needs the standard library only. README.md beside this file is the specification.
package abi

// Version is the number in every export's name: a module of another version has other exports.
const Version = 1

// ImportModule is the module name of every function that a host offers.
const ImportModule = "skep_v1"

// ImportLog is the host function log(level i32, ptr i32, len i32): one line for the endpoint's log. The level is a
// [Level]; the text is UTF-8 of at most [MaxLogLine] bytes, the rest of a longer one is cut.
const ImportLog = "log"

// ImportCall is the host function call(ptr i32, len i32) → i64: has another endpoint of the service answer a call frame,
// see [Call]. The result, packed as by [Pack], is the HTTP status that a client would get and the length of a result
// frame, in bytes, which the host keeps for ImportCallResult.
const ImportCall = "call"

// ImportCallResult is the host function call_result(ptr i32, len i32): copies the result frame of the last call, which
// has that length, to ptr. It can be fetched once.
const ImportCallResult = "call_result"

// Exports of a module.
const (
	// ExportMemory is the linear memory that every pointer refers to. Required.
	ExportMemory = "memory"
	// ExportAlloc is skep_v1_alloc(len i32) → ptr i32: room for one request frame, 0 when there is none. Required.
	ExportAlloc = "skep_v1_alloc"
	// ExportCall is skep_v1_call(ptr i32, len i32) → i64: answers one request frame with the packed place of a result
	// frame. Required.
	ExportCall = "skep_v1_call"
	// ExportInit is skep_v1_init(ptr i32, len i32) → i64: takes the init frame, answers with a result frame. Optional.
	ExportInit = "skep_v1_init"
	// ExportSettle is skep_v1_settle(): called after the warm-up; collect garbage, drop caches. Optional.
	ExportSettle = "skep_v1_settle"
	// ExportInitialize is run before everything else where a module has it, as WASI reactors expect.
	ExportInitialize = "_initialize"
)

// ManifestSection is the custom section that carries the text of endpoint.toml.
const ManifestSection = "skep.manifest"

// Pack makes the result of [ExportCall] and [ExportInit] from the place of a frame, in bytes:
//
//	63           32 31            0
//	[ ptr        ] [ len          ]
func Pack(ptr, length uint32) uint64 { return uint64(ptr)<<32 | uint64(length) }

// Unpack is the reverse of [Pack].
func Unpack(p uint64) (ptr, length uint32) { return uint32(p >> 32), uint32(p) }

// Level is the importance of a log line. The numbers are those of package log/slog.
type Level int32

// Levels of a log line.
const (
	LevelDebug Level = -4
	LevelInfo  Level = 0
	LevelWarn  Level = 4
	LevelError Level = 8
)
