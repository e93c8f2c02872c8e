package skep

import (
	"errors"
	"strconv"
)

var (
	// ErrNoRequestMetadata says that headers and path of the HTTP request are not told to endpoints. The operator
	// enables that for the host (skep serve --request-metadata).
	ErrNoRequestMetadata = errors.New("request metadata (headers, path) is not enabled on this host")
	// ErrMissing is what an [ArgError] is, by errors.Is, when the argument is not there or null.
	ErrMissing = errors.New("missing argument")
	// ErrJSONInput says that there are no arguments to read because the manifest says input = "json".
	ErrJSONInput = errors.New(`the manifest says input = "json": read the text with JSON()`)
)

// Error is an error with the HTTP status that the client gets. Returned inside another error it counts too; what is
// around it is not sent.
type Error struct {
	Status  int    // 400 to 599; 0 is 500
	Message string // sent to the client
	Type    string // the errorType of the reply; empty is the host's default
}

// NewError is an error with that HTTP status, 400 to 599, and that message for the client.
func NewError(status int, message string) *Error { return &Error{Status: status, Message: message} }

// Error is the message.
func (e Error) Error() string { return e.Message }

// ArgError is an argument that is missing or of another type than the handler needs. A handler that returns it answers
// with status 400 and the text of the error.
type ArgError struct {
	Name string // with the way to the part of it that does not fit: "points[3].x"
	Row  int    // number of the record, counted from 1; 0 for the arguments of a function
	Want string // "a number", …
	Got  string // "a string", "null", …; empty when there is no such argument
}

// Error is the text for the client.
func (e *ArgError) Error() string {
	subject := "argument "
	if e.Row > 0 {
		subject = "row " + strconv.Itoa(e.Row) + ": feature "
	}
	subject += strconv.Quote(e.Name)
	if e.Got == "" {
		return subject + " is missing"
	}
	return subject + " must be " + e.Want + ", got " + e.Got
}

// Is says whether target is [ErrMissing] and the argument missing or null.
func (e *ArgError) Is(target error) bool {
	return target == ErrMissing && (e.Got == "" || e.Got == "null")
}
