// Package wasmbin reads and rewrites the bytes of WebAssembly modules, before an engine sees them.
//
// All of it but Straighten takes hostile bytes: memory and time grow with the length of a module, never with the counts that
// it declares. It does not validate code, and it knows no engine.
package wasmbin

import (
	"errors"
	"fmt"
)

// ReservedPrefix begins the names of exports that a host adds to a module for itself.
const ReservedPrefix = "skep.private."

// What can be wrong with a module.
var (
	// ErrMalformed says that the bytes are not a module.
	ErrMalformed = errors.New("not a valid WebAssembly module")
	// ErrLimit says that the module is beyond one of this package's limits.
	ErrLimit = errors.New("WebAssembly module over a limit")
	// ErrFeature says that the module needs a proposal that is not supported, or imports what cannot be given to it.
	ErrFeature = errors.New("WebAssembly module needs a feature that is not supported")
	// ErrReserved says that the module exports or imports a name that begins with [ReservedPrefix].
	ErrReserved = errors.New("WebAssembly module uses a reserved name")
	// ErrGlobal says that the module has a mutable global of a type that cannot be set back.
	ErrGlobal = errors.New("WebAssembly module has a mutable global that is no number")
	// ErrRepeated says that a custom section of which there must be one is there twice.
	ErrRepeated = errors.New("WebAssembly module repeats a custom section")
)

// Error says where a module is wrong.
type Error struct {
	Offset int    // of the wrong byte, from the start of the module
	Text   string // what is wrong there
	Err    error  // one of this package's sentinels
}

// Error is "wasm: byte 37: …".
func (e *Error) Error() string { return fmt.Sprintf("wasm: byte %d: %s", e.Offset, e.Text) }

// Unwrap is the sentinel.
func (e *Error) Unwrap() error { return e.Err }
