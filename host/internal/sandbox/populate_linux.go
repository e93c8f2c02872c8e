package sandbox

import "golang.org/x/sys/unix"

// populate makes memory resident and the process's own. It reports false where the kernel does not do that (before Linux
// 5.14), or has none left.
func populate(b []byte) bool { return unix.Madvise(b, unix.MADV_POPULATE_WRITE) == nil }
