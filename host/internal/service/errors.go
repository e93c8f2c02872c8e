package service

import (
	"errors"
	"strings"
)

// Why a call got no answer from its endpoint. Each has one row in the data plane's table of statuses.
var (
	ErrUnavailable   = errors.New("endpoint not available")
	ErrPoolFull      = errors.New("too many requests wait for this endpoint")
	ErrPoolTimeout   = errors.New("no instance became free in time")
	ErrGuestExit     = errors.New("guest ended itself")
	ErrGuestFuel     = errors.New("guest used up its fuel")
	ErrGuestStack    = errors.New("guest used up its stack")
	ErrGuestTrap     = errors.New("guest trapped")
	ErrGuestTimeout  = errors.New("guest ran past its deadline")
	ErrGuestMemory   = errors.New("guest had no memory for the request")
	ErrGuestProtocol = errors.New("guest broke the protocol")
	ErrCustomOff     = errors.New("custom response not enabled")
)

// Error says what failed, where and why. Its text is for the log, never for a client.
type Error struct {
	Op         string // what was done: "call", "load", …
	Service    string
	Generation string
	Endpoint   string
	Err        error
}

// Error is "op service/generation/endpoint: cause", with the parts that are set.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	sep := " "
	for _, part := range []string{e.Service, e.Generation, e.Endpoint} {
		if part != "" {
			b.WriteString(sep)
			b.WriteString(part)
			sep = "/"
		}
	}
	b.WriteString(": ")
	b.WriteString(e.Err.Error())
	return b.String()
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }
