//go:build !unix

package store

import "os"

// lockFile locks nothing here: one process at a time may change the folder.
func lockFile(*os.Root, string) (release func(), err error) { return func() {}, nil }

// links is not known here.
func links(os.FileInfo) uint64 { return 0 }

// identity is not known here.
func identity(os.FileInfo) string { return "" }
