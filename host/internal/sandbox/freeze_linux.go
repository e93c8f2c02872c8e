package sandbox

import (
	"bytes"
	"fmt"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// frozen is memory that cannot change any more, and that instances map: those that are idle share it.
type frozen struct {
	fd     int
	source []byte // the same bytes, to be copied from; not on the Go heap
}

// freeze keeps a copy of memory.
func freeze(memory []byte) (frozen, error) {
	fd, err := unix.MemfdCreate("skep-image", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return frozen{}, fmt.Errorf("image: %w", err)
	}
	f := frozen{fd: fd}
	if err = f.fill(memory); err != nil {
		f.release()
		return frozen{}, fmt.Errorf("image: %w", err)
	}
	return f, nil
}

// zeros are the pages that need not be written, as most of a fresh guest's need not: nobody has memory for them then,
// until somebody reads them.
var zeros [64 << 10]byte

func (f *frozen) fill(memory []byte) error {
	if err := unix.Ftruncate(f.fd, int64(len(memory))); err != nil {
		return err
	}
	page := min(os.Getpagesize(), len(zeros))
	zero := func(at int) bool {
		end := min(at+page, len(memory))
		return bytes.Equal(memory[at:end], zeros[:end-at])
	}
	for at := 0; at < len(memory); {
		if zero(at) {
			at += page
			continue
		}
		end := at + page
		for end < len(memory) && !zero(end) {
			end += page
		}
		for end = min(end, len(memory)); at < end; {
			n, err := unix.Pwrite(f.fd, memory[at:end], int64(at))
			if err != nil {
				return err
			}
			at += n
		}
	}
	if err := f.seal(); err != nil {
		return err
	}
	if len(memory) == 0 {
		return nil
	}
	var err error
	f.source, err = unix.Mmap(f.fd, 0, len(memory), unix.PROT_READ, unix.MAP_SHARED)
	return err
}

// seal makes the image one that nobody can change. The kernel refuses that while something of its own holds a page, such as
// what looks for memory to reclaim, which passes.
func (f *frozen) seal() error {
	const seals = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE | unix.F_SEAL_SEAL
	for pause := time.Millisecond; ; pause *= 2 {
		_, err := unix.FcntlInt(uintptr(f.fd), unix.F_ADD_SEALS, seals)
		if err != unix.EBUSY || pause > time.Second {
			return err
		}
		time.Sleep(pause)
	}
}

// mapTo puts the image at the start of reserved memory. What is written there stays private to it.
func (f *frozen) mapTo(reserved []byte) error {
	if len(f.source) == 0 {
		return nil
	}
	_, err := unix.MmapPtr(f.fd, 0, unsafe.Pointer(&reserved[0]), uintptr(len(f.source)),
		unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_FIXED|unix.MAP_NORESERVE)
	if err == nil {
		err = unix.Madvise(reserved[:len(f.source)], unix.MADV_NOHUGEPAGE)
	}
	if err == unix.EINVAL { // a kernel without huge pages
		err = nil
	}
	return err
}

// release gives the image back, when no instance maps it any more.
func (f *frozen) release() {
	if f.source != nil {
		_ = unix.Munmap(f.source)
	}
	_ = unix.Close(f.fd)
}
