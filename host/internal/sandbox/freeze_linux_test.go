package sandbox

import (
	"errors"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// An image is sealed as soon as nobody can write to its pages any more.
func TestSealWaits(t *testing.T) {
	fd, err := unix.MemfdCreate("skep-test", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		t.Fatal(err)
	}
	f := frozen{fd: fd}
	defer f.release()
	if err := unix.Ftruncate(fd, pageSize); err != nil {
		t.Fatal(err)
	}
	writable, err := unix.Mmap(fd, 0, pageSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(20*time.Millisecond, func() {
		if err := unix.Munmap(writable); err != nil {
			t.Error(err)
		}
	})
	if err := f.seal(); err != nil {
		t.Fatal(err)
	}
	if _, err := unix.Pwrite(fd, []byte{1}, 0); !errors.Is(err, unix.EPERM) {
		t.Errorf("a sealed image takes writes: %v", err)
	}
}
