package abi

import "errors"

// What can be wrong with a frame.
var (
	// ErrShort says that a value announces more than the bytes that are left.
	ErrShort = errors.New("abi: frame ends too early")
	// ErrTrailing says that bytes follow where the frame should end.
	ErrTrailing = errors.New("abi: bytes after the end of the frame")
	// ErrType says that a value has another type than the place asks for.
	ErrType = errors.New("abi: value of an unexpected type")
	// ErrRange says that a number does not fit or lies outside what is allowed.
	ErrRange = errors.New("abi: number out of range")
	// ErrDepth says that arrays and maps lie deeper in each other than [MaxDepth].
	ErrDepth = errors.New("abi: value nested too deeply")
	// ErrUTF8 says that a string is not UTF-8.
	ErrUTF8 = errors.New("abi: string is not UTF-8")
	// ErrFormat says that a byte starts no value: the unused 0xc1 or an extension type.
	ErrFormat = errors.New("abi: byte that starts no value")
	// ErrTag says that a result frame has no known tag or not the fields of its tag.
	ErrTag = errors.New("abi: result with an unknown tag or the wrong number of fields")
	// ErrField says that a map lacks a required key, repeats one or has an unknown kind.
	ErrField = errors.New("abi: frame with a missing, repeated or wrong field")
	// ErrSize says that something is longer than its limit.
	ErrSize = errors.New("abi: over a size limit")
)
