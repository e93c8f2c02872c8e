//go:build !wasip1

package abi

import "embed"

// Sources are the files of this package, for a tool that writes them beside a guest that is built offline. Guests do
// not carry them.
//
//go:embed *.go *.s
var Sources embed.FS
