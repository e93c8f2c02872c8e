package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"skep/host/internal/wasmbin"
)

// frozen is memory that cannot change any more, and that instances map: those that are idle share it.
type frozen struct {
	size   int     // in bytes
	own    []pages // that are in a file; all other pages are zero
	data   *frozen // which has some of the pages, so that they are there once for all images of a module; nil: none
	shared []pages // of data

	mu     sync.Mutex
	users  int    // who need what follows
	fd     int    // of the file, sealed
	source []byte // the same bytes, to be copied from; not on the Go heap
	packed []byte // in place of file and source, see pack
}

// freeze keeps a copy of memory. Data are pages that it may have in common with others, or nil.
func freeze(memory []byte, data *frozen) (*frozen, error) {
	f := &frozen{size: len(memory), data: data}
	if data != nil {
		if err := data.use(); err != nil {
			return nil, err
		}
		f.share(memory)
	}
	from := 0
	for _, p := range append(f.shared[:len(f.shared):len(f.shared)], pages{f.size, f.size}) {
		f.keep(memory, from, p.from)
		from = p.to
	}
	if err := f.open(bytesOf(memory, f.own)); err != nil {
		if data != nil {
			data.unuse()
		}
		return nil, err
	}
	return f, nil
}

// bytesOf reads these pages of memory, one after the other.
func bytesOf(memory []byte, runs []pages) io.Reader {
	parts := make([]io.Reader, len(runs))
	for i, p := range runs {
		parts[i] = bytes.NewReader(memory[p.from:p.to])
	}
	return io.MultiReader(parts...)
}

// open makes the file, of which own gives the pages, and maps it.
func (f *frozen) open(own io.Reader) error {
	fd, err := unix.MemfdCreate("skep-image", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return fmt.Errorf("image: %w", err)
	}
	f.fd = fd
	if err := f.fill(own); err != nil {
		f.shut()
		return fmt.Errorf("image: %w", err)
	}
	return nil
}

// zeros are the pages that need not be written, as most of a fresh guest's need not: nobody has memory for them then,
// until somebody reads them.
var zeros [64 << 10]byte

// leastShared is how long a run of pages has to be to be shared, in bytes: each takes two more mappings in each instance.
const leastShared = 64 << 10

func (f *frozen) fill(own io.Reader) error {
	if err := unix.Ftruncate(f.fd, int64(f.size)); err != nil {
		return err
	}
	var piece [hostPiece]byte
	for _, p := range f.own {
		for at := p.from; at < p.to; {
			n := min(p.to-at, len(piece))
			if _, err := io.ReadFull(own, piece[:n]); err != nil {
				return err
			}
			n, err := unix.Pwrite(f.fd, piece[:n], int64(at))
			if err != nil {
				return err
			}
			at += n
		}
	}
	if err := f.seal(); err != nil {
		return err
	}
	if f.size == 0 {
		return nil
	}
	var err error // before Linux 6.7, nobody can map a sealed file shared, be it only to read
	if f.source, err = unix.Mmap(f.fd, 0, f.size, unix.PROT_READ, unix.MAP_PRIVATE); err != nil {
		return err
	}
	return f.mapShared(f.source, unix.PROT_READ, unix.MAP_PRIVATE)
}

// share finds the pages that are as those of data.
func (f *frozen) share(memory []byte) {
	page := os.Getpagesize()
	for _, p := range f.data.own {
		for at := p.from; at < min(p.to, len(memory)); at += page {
			from := at
			for at+page <= min(p.to, len(memory)) && bytes.Equal(memory[at:at+page], f.data.source[at:at+page]) {
				at += page
			}
			if at-from >= leastShared {
				f.shared = append(f.shared, pages{from, at})
			}
		}
	}
}

// keep finds the pages between from and to that are not zero.
func (f *frozen) keep(memory []byte, from, to int) {
	page := min(os.Getpagesize(), len(zeros))
	zero := func(at int) bool {
		end := min(at+page, to)
		return bytes.Equal(memory[at:end], zeros[:end-at])
	}
	for at := from; at < to; at += page {
		if zero(at) {
			continue
		}
		first := at
		for at += page; at < to && !zero(at); {
			at += page
		}
		f.own = append(f.own, pages{first, min(at, to)})
	}
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
	if f.size == 0 {
		return nil
	}
	const prot, flags = unix.PROT_READ | unix.PROT_WRITE, unix.MAP_PRIVATE | unix.MAP_NORESERVE
	_, err := unix.MmapPtr(f.fd, 0, unsafe.Pointer(&reserved[0]), uintptr(f.size), prot, flags|unix.MAP_FIXED)
	if err == nil {
		err = f.mapShared(reserved, prot, flags)
	}
	if err == nil {
		err = unix.Madvise(reserved[:f.size], unix.MADV_NOHUGEPAGE)
	}
	if err == unix.EINVAL { // a kernel without huge pages
		err = nil
	}
	return err
}

// mapShared puts the pages that data has into their places.
func (f *frozen) mapShared(memory []byte, prot, flags int) error {
	for _, p := range f.shared {
		if _, err := unix.MmapPtr(f.data.fd, int64(p.from), unsafe.Pointer(&memory[p.from]), uintptr(p.to-p.from),
			prot, flags|unix.MAP_FIXED); err != nil {
			return err
		}
	}
	return nil
}

// freezeData keeps what a module has in its memory before anything of it runs, nil where that is little. Segments that
// do not lie within size bytes are left out.
func freezeData(module []byte, size int) (*frozen, error) {
	var end, sum int64
	for segment, err := range wasmbin.Segments(module) {
		if err != nil {
			return nil, err
		}
		if last := int64(segment.Offset) + int64(len(segment.Bytes)); last <= int64(size) {
			end, sum = max(end, last), sum+int64(len(segment.Bytes))
		}
	}
	if sum < leastShared {
		return nil, nil
	}
	page := int64(os.Getpagesize())
	memory, err := unix.Mmap(-1, 0, int((end+page-1)/page*page), unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, fmt.Errorf("data of the module: %w", err)
	}
	defer unix.Munmap(memory)
	for segment := range wasmbin.Segments(module) {
		if int64(segment.Offset)+int64(len(segment.Bytes)) <= end {
			copyPieces(memory[segment.Offset:][:len(segment.Bytes)], segment.Bytes)
		}
	}
	return freeze(memory, nil)
}

// sizeOf is how many bytes pages have.
func sizeOf(runs []pages) (size int64) {
	for _, p := range runs {
		size += int64(p.to - p.from)
	}
	return size
}

func (f *frozen) ownSize() int64    { return sizeOf(f.own) }
func (f *frozen) sharedSize() int64 { return sizeOf(f.shared) }

// release gives the image back, when no instance maps it any more.
func (f *frozen) release() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.packed == nil {
		f.shut()
		f.leaveData()
	}
}

// shut gives up file and source.
func (f *frozen) shut() {
	if f.source != nil {
		_ = unix.Munmap(f.source)
	}
	_ = unix.Close(f.fd)
	f.source, f.fd = nil, -1
}

func (f *frozen) leaveData() {
	if f.data != nil {
		f.data.unuse()
	}
}
