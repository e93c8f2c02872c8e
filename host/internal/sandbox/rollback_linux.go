package sandbox

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"

	"skep/host/internal/service"
)

// pages is a run of private pages, as offsets into the memory in bytes.
type pages struct{ from, to int }

// finder lists the pages of a mapped image that are private: written to since it was mapped.
type finder interface {
	find(dst []pages, memory []byte) ([]pages, error)
}

// gated copies back the pages that can differ from the image. A page goes private only by a page fault of the thread
// that runs the guest; where none happened during a call, the pages that can differ are those known to be private.
// They stay private and resident, so that the next call takes no fault on them.
type gated struct{ finder }

func (gated) maps() bool { return true }

func (gated) begin(m *linearMemory) { m.faults = threadFaults() }

func (g gated) restore(f *frozen, m *linearMemory) bool {
	m.restored = service.RollbackCopy
	if threadFaults() != m.faults {
		m.restored = service.RollbackScan
		var err error
		if m.private, err = g.find(m.private[:0], m.bytes()); err != nil {
			return false
		}
		m.shedding.bytes = 0
		for _, p := range m.private {
			m.shedding.bytes += p.to - p.from
		}
	}
	if m.shedding.due() {
		return discardPages(m) == nil
	}
	memory := m.bytes()
	for _, p := range m.private {
		copyPieces(memory[p.from:p.to], f.source[p.from:p.to])
	}
	return true
}

// discardPages gives up all private pages: what is read there next is the image.
func discardPages(m *linearMemory) error {
	m.private, m.restored = m.private[:0], service.RollbackDiscard
	if m.size == 0 {
		return nil
	}
	return unix.Madvise(m.bytes(), unix.MADV_DONTNEED)
}

// discarding gives up all private pages after every call.
type discarding struct{}

func (discarding) begin(*linearMemory)                     {}
func (discarding) maps() bool                              { return true }
func (discarding) restore(_ *frozen, m *linearMemory) bool { return discardPages(m) == nil }

// threadFaults is the number of page faults of this thread so far.
func threadFaults() int64 {
	var usage unix.Rusage
	unix.RawSyscall(unix.SYS_GETRUSAGE, unix.RUSAGE_THREAD, uintptr(unsafe.Pointer(&usage)), 0)
	return int64(usage.Minflt + usage.Majflt)
}

// scanner asks the kernel for the private pages (PAGEMAP_SCAN, since Linux 6.7).
type scanner struct{ pagemap *os.File }

// scanRegion is struct page_region of linux/fs.h.
type scanRegion struct{ start, end, _ uint64 } // the last holds the categories, which are not asked for

// scanArgument is struct pm_scan_arg of linux/fs.h. The vector is a pointer here, so that it stays right when the stack
// that holds it moves; where pointers have 32 bits the size is wrong, and the kernel refuses it.
type scanArgument struct {
	size, flags, start, end, walkEnd uint64
	vec                              *scanRegion
	vecLen, maxPages                 uint64
	inverted, mask, anyOf, returned  uint64
}

const (
	pagemapScan   = 0xc0606610 // _IOWR('f', 16, struct pm_scan_arg)
	pageIsFile    = 1 << 2
	pageIsPresent = 1 << 3
	pageIsSwapped = 1 << 4
)

func (s scanner) find(dst []pages, memory []byte) ([]pages, error) {
	if len(memory) == 0 {
		return dst, nil
	}
	var vec [64]scanRegion
	base := uint64(uintptr(unsafe.Pointer(&memory[0])))
	arg := scanArgument{size: uint64(unsafe.Sizeof(scanArgument{})), start: base, end: base + uint64(len(memory)),
		vec: &vec[0], vecLen: uint64(len(vec)),
		inverted: pageIsFile, mask: pageIsFile, anyOf: pageIsPresent | pageIsSwapped, returned: pageIsPresent}
	for arg.start < arg.end { // a full vector ends the walk early
		n, _, errno := unix.Syscall(unix.SYS_IOCTL, s.pagemap.Fd(), pagemapScan, uintptr(unsafe.Pointer(&arg)))
		if errno != 0 {
			return dst, errno
		}
		if arg.walkEnd <= arg.start {
			return dst, errors.New("PAGEMAP_SCAN stands still")
		}
		for _, r := range vec[:n] {
			dst = append(dst, pages{int(r.start - base), int(r.end - base)})
		}
		arg.start = arg.walkEnd
	}
	return dst, nil
}

// pagemapReader reads an entry of 64 bits for each page from /proc/self/pagemap.
type pagemapReader struct{ pagemap *os.File }

const (
	entryPresent = 1 << 63
	entrySwapped = 1 << 62
	entryFile    = 1 << 61
)

func (p pagemapReader) find(dst []pages, memory []byte) ([]pages, error) {
	size := os.Getpagesize()
	var entries [8 * 512]byte
	first := int64(uintptr(unsafe.Pointer(unsafe.SliceData(memory)))) / int64(size)
	for page, total := 0, len(memory)/size; page < total; {
		n := min(total-page, len(entries)/8)
		if _, err := p.pagemap.ReadAt(entries[:8*n], 8*(first+int64(page))); err != nil {
			return dst, err
		}
		for i := range n {
			entry := binary.NativeEndian.Uint64(entries[8*i:])
			if entry&(entryPresent|entrySwapped) == 0 || entry&entryFile != 0 {
				continue
			}
			from := (page + i) * size
			if last := len(dst) - 1; last >= 0 && dst[last].to == from {
				dst[last].to += size
			} else {
				dst = append(dst, pages{from, from + size})
			}
		}
		page += n
	}
	return dst, nil
}

func probeScan() (rollback, error) { return probeGated(func(f *os.File) finder { return scanner{f} }) }
func probePagemap() (rollback, error) {
	return probeGated(func(f *os.File) finder { return pagemapReader{f} })
}

// probeGated proves that a write to a page of an image is counted as a fault of this thread, and found.
func probeGated(make func(*os.File) finder) (rollback, error) {
	pagemap, err := os.Open("/proc/self/pagemap")
	if err != nil {
		return nil, err
	}
	how := gated{make(pagemap)}
	if err := tryOut(how); err != nil {
		pagemap.Close()
		return nil, err
	}
	return how, nil
}

func probeDiscard() (rollback, error) { return discarding{}, tryOut(discarding{}) }

// tryOut writes to single pages of a mapped image, several times over, and looks whether they come back.
func tryOut(how rollback) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const size = 16 * pageSize
	source := make([]byte, size)
	for i := range source {
		source[i] = byte(i>>12) + 1
	}
	f, err := freeze(source, nil)
	if err != nil {
		return err
	}
	defer f.release()
	m, err := newMemory(size, size, 0, f, new(place))
	if err != nil {
		return err
	}
	defer m.Free()
	m.Reallocate(size)
	memory := m.bytes()
	for round := range 8 {
		how.begin(m)
		for page := round; page < size>>12; page += 37 {
			memory[page<<12+round]++
		}
		if g, ok := how.(gated); ok && round == 0 {
			if threadFaults() == m.faults {
				return errors.New("writing to a page is not counted as a fault")
			}
			if found, err := g.find(nil, memory); err != nil || len(found) == 0 {
				return fmt.Errorf("pages that were written to are not found: %v", err)
			}
		}
		if !how.restore(f, m) || string(memory) != string(source) {
			return errors.New("the memory does not become what the image is")
		}
	}
	return nil
}
