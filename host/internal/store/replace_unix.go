//go:build unix

package store

import (
	"os"
	"syscall"

	"github.com/google/renameio/v2"
)

// lock waits until no other process has locked the folder. Closing the folder unlocks it.
func lock(dir *os.File) error { return syscall.Flock(int(dir.Fd()), syscall.LOCK_EX) }

// replace writes a file in one step. Its permissions stay as they are, or are what the umask leaves of 0644.
func replace(path string, data []byte) error { return renameio.WriteFile(path, data, 0o644) }
