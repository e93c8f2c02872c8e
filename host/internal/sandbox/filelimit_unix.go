//go:build unix

package sandbox

import "golang.org/x/sys/unix"

// maxSystemFiles is how many files all guests together may have open: a part of what this process may.
func maxSystemFiles() int64 {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return fewFiles
	}
	return int64(min(max(limit.Cur/4, fewFiles), manyFiles))
}
