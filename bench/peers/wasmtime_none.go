//go:build !cgo

package main

import "errors"

const cgo = false

var errNoCgo = errors.New("built without cgo, which wasmtime needs")

func openWasmtimeFresh([]byte) (guest, error)   { return nil, errNoCgo }
func openWasmtimePooling([]byte) (guest, error) { return nil, errNoCgo }
func openWasmtimeReused([]byte) (guest, error)  { return nil, errNoCgo }
