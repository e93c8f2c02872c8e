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
	readyBytes = 19 << 10
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

// A module that outgrows its size class of the allocator does not compile: readyBytes has to shrink then.
var _ [24<<10 - 8 - unsafe.Sizeof(module{})]struct{}

// memory is what a module keeps for the host's sake.
type memory struct {
	room   []byte // where the host writes frames, and answers follow; the collector does not see the host
	served uint8  // counts calls up to quietCalls
	lent   bool   // ready is not written to any more
	ready  [readyBytes]byte
	lists  [stockedHeaders]Header
}

// lend says whether the frame that is answered now lies in memory that is not written to any more, once it was asked: then
// a handler may keep parts of it. Only the room that is there before the first request is given away, and not before the
// module is settled: a host that resets the memory after each request finds it there again.
func (m *memory) lend() bool {
	if stocked == nil || !m.inReady() {
		return false
	}
	m.lent = true
	return true
}

func (m *memory) inReady() bool { return len(m.room) > 0 && &m.room[0] == &m.ready[0] }

// reserve is room for a frame of n bytes and more, nil when there cannot be any.
func (m *memory) reserve(n uint32) []byte {
	if n > maxRequest {
		return nil
	}
	if int(n) > len(m.room) || m.room == nil {
		m.room = m.ready[:]
		if n > readyBytes || m.lent {
			m.room = make([]byte, max(n, readyBytes))
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
	if cap(m.room) > keepBytes || m.lent && m.inReady() {
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
// what a handler makes of them. A second time there is less to do, for what was handed out meanwhile may be kept.
func (m *module) settle() {
	if stocked != nil {
		runtime.GC()
		return
	}
	m.room, m.result = m.ready[:], nil
	m.releaseResult() // one that is kept is as large as answers are: to grow would cost each request page faults
	m.batch.ends = make([]int, 0, 64)
	if m.kind.Predicts() {
		m.stock.stockPredictions()
	}
	for range readyHeap / spareBytes {
		spare = append(spare, make([]byte, spareBytes))
	}
	spare = nil
	runtime.GC()
	runtime.GC() // once more for what package sync keeps for one cycle
	openSpans()
	m.stock.headers = m.lists[:]
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
