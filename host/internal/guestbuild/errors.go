package guestbuild

import "errors"

// Why a build fails.
var (
	// ErrLanguage says that there is no such guest language, or none was found in the folder.
	ErrLanguage = errors.New("no guest language")
	// ErrCompiler says that the language's compiler is not installed.
	ErrCompiler = errors.New("compiler not found")
	// ErrCompile says that the compiler refused the sources; the text holds what it said.
	ErrCompile = errors.New("compilation failed")
	// ErrExports says that the module lacks what a host calls.
	ErrExports = errors.New("module lacks required exports")
)
