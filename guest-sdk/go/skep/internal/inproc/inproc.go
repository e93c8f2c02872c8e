// Package inproc joins package skep, compiled for the machine itself, with skeptest, which plays the host. Endpoints
// cannot import it.
package inproc

import "skep/abi"

// Module is a registered handler behind the two entries that a host has.
type Module interface {
	// Init answers an init frame with a result frame.
	Init(frame []byte) (result []byte)
	// Call answers a request frame with a result frame, which stays valid until the next call.
	Call(frame []byte) (result []byte)
}

// What package skep offers and takes. Each is nil where it is compiled for WebAssembly.
var (
	// Open is the module that is registered.
	Open func() Module
	// Log takes the log lines of handlers.
	Log func(level abi.Level, text string)
	// Self answers the call frames of handlers with result frames.
	Self func(call []byte) (result []byte)
)
