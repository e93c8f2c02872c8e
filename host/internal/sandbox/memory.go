package sandbox

import (
	"fmt"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"skep/abi"
	"skep/host/internal/manifest"
	"skep/host/internal/service"
)

// pageSize is the unit in which linear memory grows, in bytes.
const pageSize = 64 << 10

// linearMemory is the memory of one instance. It is reserved whole, so that it never moves, and taken from the operating
// system only as it grows. Unlike the engine's own it can be cut back to the size of the image.
type linearMemory struct {
	reserved []byte // as long as the limit
	size     int    // what the guest has
	most     int    // what it may have: the limit, or less where the module says so
	refused  error  // why a grow was refused in this call
	asked    bool   // room was asked for in this call
	cutting  bool   // Reallocate is called to cut, not to grow
	place           // in the budget, for more than size

	// fresh is how many bytes the call that runs may never have written to: writing there costs it a page fault.
	fresh int
	// populated is how many bytes of what has grown were written to by the host, so that they are not fresh.
	populated int
	// goesOn says why the call that runs has to end, after it has waited for its turn; nil: the kernel finds pages only
	// when the guest writes to them.
	goesOn func() error

	// What a rollback knows of the pages.
	private  []pages // pages that are not the image's own any more
	faults   int64   // of the thread when the call began
	shedding shedding
	restored service.Rollback // how that was done last
}

var _ experimental.LinearMemory = (*linearMemory)(nil)

// newMemory is the memory of a new instance. It is there before the engine asks for it, which cannot be told that there
// is none.
func (e *Engine) newMemory(m *module, limit int64, img *image, at *place) (*linearMemory, error) {
	size, mapped := int64(m.code.ExportedMemories()[abi.ExportMemory].Min())*pageSize, (*frozen)(nil)
	if img != nil {
		size = int64(img.size)
		if e.rollback.maps() {
			mapped = img.frozen
		}
	}
	memory, err := newMemory(size, e.off.memory(limit), instanceOverhead+m.rewritten.Beside, mapped, at)
	if err == nil {
		memory.most = int(min(e.off.memory(limit), int64(m.rewritten.MaxMemory)*pageSize))
	}
	return memory, err
}

// newMemory reserves memory of at most limit bytes, and makes the first of them usable: as zeros, or as the image that is
// to be mapped. The place is charged for them, and for what the instance takes beside, as far as it has not been yet, and
// taken over where there is room. An error of which the budget is the cause is an ErrNoRoom.
func newMemory(size, limit, beside int64, mapped *frozen, at *place) (*linearMemory, error) {
	if more := size + beside - at.charged; !at.charge(more) {
		return nil, at.budget.exhausted(more)
	}
	m := &linearMemory{place: *at}
	at.charged = 0
	var err error
	if m.reserved, err = reserve(int(limit)); err == nil {
		if mapped != nil {
			err = mapped.mapTo(m.reserved)
		} else {
			err = commit(m.reserved, 0, int(size))
		}
	}
	if err != nil {
		m.Free()
		return nil, err
	}
	m.size, m.most = int(size), int(limit)
	return m, nil
}

// begin is called before a call.
func (m *linearMemory) begin() {
	m.refused, m.asked = nil, false
	m.fresh = m.size - m.shedding.bytes - m.populated
}

// Reallocate gives the memory a new size; nil makes the guest's memory.grow answer -1. The engine takes whatever
// length comes back: that is how a new memory has the size of its image, and how a memory gets smaller again.
func (m *linearMemory) Reallocate(size uint64) []byte {
	if !m.cutting && size > uint64(m.size) {
		if m.refused = m.grow(size); m.refused != nil {
			return nil
		}
	}
	return m.reserved[:m.size:m.size]
}

func (m *linearMemory) grow(size uint64) error {
	if size > uint64(m.most) {
		return fmt.Errorf("it grew to its limit of %s", manifest.FormatSize(int64(m.most)))
	}
	more := int64(size) - int64(m.size)
	if !m.budget.fits(more) && !m.askFor(more) {
		return m.budget.exhausted(more)
	}
	m.charged += more
	if err := commit(m.reserved, m.size, int(size)); err != nil {
		m.uncharge(more)
		return err
	}
	reached := m.populate(m.size, int(size))
	m.populated += reached - m.size
	m.fresh += int(size) - reached
	m.size = int(size)
	return nil
}

// askFor takes from the budget what does not fit as it is, once a call: to look for room takes longer than the guest is
// charged for.
func (m *linearMemory) askFor(n int64) bool {
	if m.asked {
		return false
	}
	m.asked = true
	return m.budget.take(n)
}

// populatePiece is how much memory is made resident until the call is looked at, in about the time of a slice.
const populatePiece = 256 << 10

// populate makes the memory that a guest gets resident where it would have too much that is fresh, as far as it gets before
// the call has to end, and says up to where it got: in system calls the world can be stopped, in page faults it cannot.
func (m *linearMemory) populate(from, to int) int {
	if m.goesOn == nil || m.fresh+to-from <= littleFresh {
		return from
	}
	for from < to && m.goesOn() == nil {
		piece := min(to, from+populatePiece)
		if !populate(m.reserved[from:piece]) {
			break
		}
		from = piece
	}
	return from
}

// Free gives the memory back.
func (m *linearMemory) Free() {
	release(m.reserved)
	m.reserved, m.size = nil, 0
	m.leave()
}

// bytes is the memory that the guest has.
func (m *linearMemory) bytes() []byte { return m.reserved[:m.size] }

// cut gives back what lies above size bytes and tells the engine. What grows there again is zero. It reports false when
// the memory cannot be cut: the system does not do it, or the memory has the 4 GiB that there can be, so that the engine
// refuses to grow it by the page that would make it look again.
func (m *linearMemory) cut(engine api.Memory, size int) bool {
	if m.size == size {
		return true
	}
	if err := decommit(m.reserved, size, m.size); err != nil {
		return false
	}
	m.uncharge(int64(m.size - size))
	m.size, m.populated, m.cutting = size, 0, true
	_, ok := engine.Grow(1)
	m.cutting = false
	return ok
}

// copyPieces copies src to dst, which is as long, in pieces: nothing can interrupt a copy, and the collector stops the
// world only between two.
func copyPieces(dst, src []byte) {
	for len(src) > hostPiece {
		copyPiece(dst[:hostPiece], src)
		dst, src = dst[hostPiece:], src[hostPiece:]
	}
	copyPiece(dst, src)
}

// copyPiece is a function of its own, since the call of one is where a goroutine can be stopped.
//
//go:noinline
func copyPiece(dst, src []byte) { copy(dst, src) }
