package skep

import (
	"runtime"
	"unsafe"
)

// A guest's memory never shrinks, so what is kept between calls is bounded, and what is dropped must be collected.
const (
	// readyBytes is the room for frames that is there before the first request, so that one of usual size takes no
	// new memory. With the rest of a module it makes an object of 24 KiB, which the allocator puts at the start of a
	// page: what a small request changes is then in one page, which is what a host copies back.
	readyBytes = 22 << 10
	// readyHeap is how much garbage the first request may make before memory grows.
	readyHeap = 1 << 20
	// spareBytes is the size of the pieces that readyHeap is made of: the runtime's pages, so that its own records of
	// them are there too.
	spareBytes = 8 << 10
	// largestOpen is the size of the largest objects that a span is opened for.
	largestOpen = 512
	// keepBytes is the most room for frames that is kept from one call to the next.
	keepBytes = 256 << 10
	// keepRows is the most records whose places are kept.
	keepRows = 32 << 10
	// maxRequest is the largest request frame that room is made for.
	maxRequest = 256 << 20
	// quietCalls is how many calls a module answers before it looks after the collector.
	quietCalls = 8
)

// memory is what a module keeps for the host's sake.
type memory struct {
	room   []byte // where the host writes frames, and answers follow; the collector does not see the host
	served uint8  // counts calls up to quietCalls
	ready  [readyBytes]byte
}

// reserve is room for a frame of n bytes and more, nil when there cannot be any.
func (m *memory) reserve(n uint32) []byte {
	if n > maxRequest {
		return nil
	}
	if int(n) > len(m.room) || m.room == nil {
		m.room = m.ready[:]
		if n > readyBytes {
			m.room = make([]byte, n)
		}
	}
	return m.room
}

// releaseResult lets go of a result that is larger than what is kept. The host has read it.
func (m *module) releaseResult() {
	if cap(m.large) > keepBytes {
		m.large, m.result = nil, nil
	}
}

// releaseRequest lets go of a request that is larger than what is kept. The handler has answered it.
func (m *module) releaseRequest() {
	if cap(m.room) > keepBytes {
		m.room = nil
	}
	if cap(m.batch.ends) > keepRows {
		m.batch.ends = nil
	}
}

// collectGarbage lets the collector work at the end of a call. Its goroutines run only while this one waits, and a
// call that returns to the host waits for nothing: without this the heap grows for ever. It costs almost a microsecond,
// so the first calls do without: where the host resets the memory after each request, every call is one of them.
func (m *memory) collectGarbage() {
	if m.served < quietCalls {
		m.served++
		return
	}
	runtime.Gosched()
}

// settle brings the module into the state that requests should find: no garbage, room for frames of usual size and for
// what a handler makes of them.
func (m *module) settle() {
	m.room, m.result, m.large = nil, nil, nil
	m.batch.ends = make([]int, 0, 64)
	for range readyHeap / spareBytes {
		spare = append(spare, make([]byte, spareBytes))
	}
	spare = nil
	runtime.GC()
	runtime.GC() // once more for what package sync keeps for one cycle
	openSpans()
	stocked = &m.stock
	m.served = 0
}

// openSpans has the allocator take up a span for each size of small objects. After a collection it has none, and the
// first object of a size takes ten times as long as the next, and writes to pages all over the runtime. The spans are
// left half used, where the records at the end of a span lie in the same page of the machine as the next objects.
func openSpans() {
	for size := 16; size <= largestOpen; size += size/64*8 + 8 {
		for range spareBytes / size {
			if object = make([]byte, size); upperHalf(unsafe.Pointer(unsafe.SliceData(object))) {
				break
			}
		}
		for range spareBytes / size {
			if pointers = make([]*byte, size/8); upperHalf(unsafe.Pointer(unsafe.SliceData(pointers))) {
				break
			}
		}
	}
	object, pointers = nil, nil
}

func upperHalf(p unsafe.Pointer) bool { return uintptr(p)&(spareBytes/2) != 0 }

// These are variables of the package so that the compiler cannot see that their memory is not used.
var (
	spare    [][]byte
	object   []byte
	pointers []*byte
)
