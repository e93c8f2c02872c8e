package codec

import (
	"errors"
	"strconv"
)

// Why a Go value has no place in a frame.
var (
	// ErrNotFinite says that a float is NaN or infinite.
	ErrNotFinite = errors.New("NaN and infinity have no JSON form")
	// ErrBytes says that a value is a byte slice.
	ErrBytes = errors.New("bytes have no JSON form; return a string, or skep.Binary for a body of bytes")
	// ErrUTF8 says that a string is not text.
	ErrUTF8 = errors.New("the string is not UTF-8; return skep.Binary for a body of bytes")
	// ErrDepth says that a value is nested too deeply, which a cycle is always.
	ErrDepth = errors.New("nested more than 64 levels deep, or in a cycle")
	// ErrForeign says that an AppendMsgpack method did not append exactly one valid value.
	ErrForeign = errors.New("AppendMsgpack must append one MessagePack value, or the value is used after its call")
)

// Error is a value that cannot be encoded.
type Error struct {
	Path string // from the outermost value: ".name" and "[3]" in turn, empty for the value itself
	Err  error
}

// Error is "value.name[3]: reason".
func (e *Error) Error() string { return "value" + e.Path + ": " + e.Err.Error() }

// Unwrap is the reason.
func (e *Error) Unwrap() error { return e.Err }

// within puts a step in front of an error's path.
func within(step string, err error) error {
	if e, ok := err.(*Error); ok {
		e.Path = step + e.Path
		return e
	}
	return &Error{Path: step, Err: err}
}

func withinKey(key string, err error) error { return within("."+key, err) }

func withinIndex(i int, err error) error { return within("["+strconv.Itoa(i)+"]", err) }

// BindError is a value that does not fit the place it should go to.
type BindError struct {
	Path string // the name of the argument, with the steps to the part that does not fit
	Want string // "a number", …
	Got  string // "a string", …; empty: there is no such argument
}

// Error is the text of the error.
func (e *BindError) Error() string {
	if e.Got == "" {
		return e.Path + " is missing"
	}
	return e.Path + " must be " + e.Want + ", got " + e.Got
}

func bindWithin(step string, err error) error {
	if e, ok := err.(*BindError); ok {
		e.Path = step + e.Path
	}
	return err
}
