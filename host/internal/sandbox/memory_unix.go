//go:build unix

package sandbox

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// reserve takes addresses, not memory.
func reserve(size int) ([]byte, error) {
	return unix.Mmap(-1, 0, size, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON)
}

// commit makes the bytes from..to usable; they are zero.
func commit(b []byte, from, to int) error {
	if from >= to {
		return nil
	}
	return unix.Mprotect(b[from:to], unix.PROT_READ|unix.PROT_WRITE)
}

// decommit gives the bytes from..to back: fresh addresses take their place.
func decommit(b []byte, from, to int) error {
	_, err := unix.MmapPtr(-1, 0, unsafe.Pointer(&b[from]), uintptr(to-from),
		unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_FIXED)
	return err
}

func release(b []byte) {
	if b != nil {
		_ = unix.Munmap(b) // fails only for a range that was never reserved
	}
}
