package skep

// A guest's memory never shrinks, so what is kept between calls is bounded here.
const (
	// readyBytes is the room for frames that is there before the first request, so that one of usual size takes no
	// new memory.
	readyBytes = 16 << 10
	// keepBytes is the most room for frames that is kept from one call to the next.
	keepBytes = 256 << 10
	// maxRequest is the largest request frame that room is made for.
	maxRequest = 256 << 20
)

// requestRoom is where the host writes frames. The collector does not see the host, so this variable keeps it.
var requestRoom []byte

// reserve is room for a frame of n bytes, nil when there cannot be any.
func reserve(n int) []byte {
	if n < 0 || n > maxRequest {
		return nil
	}
	if n > cap(requestRoom) || requestRoom == nil {
		requestRoom = nil // so that the collector may take it first
		requestRoom = make([]byte, max(n, readyBytes))
	}
	requestRoom = requestRoom[:n]
	return requestRoom
}

// release lets go of a result that is larger than what is kept. The host has read it.
func (m *module) release() {
	if cap(m.result) > keepBytes {
		m.result = nil
	}
	if cap(m.batch.ends) > keepBytes/8 {
		m.batch.ends = nil
	}
}

// releaseRequest lets go of a request that is larger than what is kept. The handler has answered it.
func releaseRequest() {
	if cap(requestRoom) > keepBytes {
		requestRoom = nil
	}
}

// settle brings the module into the state that requests should find: room for frames of usual size, no more.
func (m *module) settle() {
	requestRoom = make([]byte, readyBytes)
	m.result = make([]byte, 0, readyBytes)
	m.batch.ends = make([]int, 0, 64)
}
