package skep

import (
	"errors"
	"runtime"
	"strconv"
	"strings"

	"skep/abi"
)

// Error types of replies that the SDK makes.
const (
	typeIllegalArgument = "IllegalArgument" // an argument is missing or of the wrong type
	typeError           = "Error"           // any other error of a handler
	typePanic           = "Panic"
	typeInvalidResult   = "InvalidResult" // what the handler returned cannot be sent
	typeProtocol        = "GuestProtocol" // the host sent a frame that the module cannot take
	typeNoHandler       = "NoHandler"
)

var errErrorAsValue = invalidResult(errors.New("the handler returned an error as its value: return it as the second result"))

var errNilResponse = invalidResult(errors.New("the handler returned a pointer to an answer that is nil, and no error"))

// invalidResult makes an error that says what is wrong with a handler's result.
func invalidResult(err error) error {
	if err == nil {
		return nil
	}
	return &Error{Status: 500, Message: "the result cannot be sent: " + err.Error(), Type: typeInvalidResult}
}

// refuse leaves a handler's error in m.result.
func (m *module) refuse(err error) {
	if e, ok := errors.AsType[*Error](err); ok && e != nil {
		m.fail(e.Status, e.Message, e.Type)
	} else if e, ok := errors.AsType[Error](err); ok {
		m.fail(e.Status, e.Message, e.Type)
	} else if e, ok := errors.AsType[*ArgError](err); ok && e != nil {
		m.fail(400, e.Error(), typeIllegalArgument)
	} else {
		m.fail(500, err.Error(), typeError)
	}
}

// rescue answers for a handler that did not return. What it panicked with and where goes to the log only: it may hold
// what a client must not see. When nothing was recovered the handler called runtime.Goexit: its goroutine, which is the
// host's call, is about to end, and the answer is never read in WebAssembly.
func (m *module) rescue(recovered any) {
	if recovered == nil {
		writeLog(abi.LevelError, "the endpoint called runtime.Goexit; a handler must return")
		m.fail(500, "the endpoint ended without an answer", typePanic)
		return
	}
	writeLog(abi.LevelError, text("panic: "+panicText(recovered), abi.MaxLogLine))
	writeLog(abi.LevelError, stack())
	m.fail(500, "the endpoint panicked", typePanic)
}

// panicText is what a handler panicked with, as text. Its methods are the handler's code and may panic in turn.
func panicText(v any) (s string) {
	defer func() {
		if recover() != nil {
			s = "(its text panicked too)"
		}
	}()
	switch v := v.(type) {
	case error:
		return v.Error()
	case interface{ String() string }:
		return v.String()
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	}
	return "(a value that is neither an error nor a string)"
}

// stack is the trace of the goroutine that panics, from the place where it did, as far as 4 KiB reach.
func stack() string {
	buf := make([]byte, 4<<10)
	trace := string(buf[:runtime.Stack(buf, false)])
	if _, after, ok := strings.Cut(trace, "\npanic("); ok {
		if _, after, ok = strings.Cut(after, "\n"); ok { // the line with the place of panic itself
			if _, after, ok = strings.Cut(after, "\n"); ok {
				return after
			}
		}
	}
	return trace
}
