package sandbox

import (
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// pageSize is the unit in which linear memory grows, in bytes.
const pageSize = 64 << 10

// linearMemory is the memory of one instance. It is reserved whole, so that it never moves, and taken from the operating
// system only as it grows. Unlike the engine's own it can be cut back to the size of the image.
type linearMemory struct {
	reserved []byte // as long as the limit
	size     int    // what the guest has
	refused  bool   // a grow was refused in this call
	cutting  bool   // Reallocate is called to cut, not to grow
}

var _ experimental.LinearMemory = (*linearMemory)(nil)

func newMemory(limit int64) (*linearMemory, error) {
	reserved, err := reserve(int(limit))
	if err != nil {
		return nil, err
	}
	return &linearMemory{reserved: reserved}, nil
}

// Reallocate gives the memory a new size; nil makes the guest's memory.grow answer -1. The engine takes whatever
// length comes back, which is how a memory gets smaller again.
func (m *linearMemory) Reallocate(size uint64) []byte {
	if !m.cutting {
		if size > uint64(len(m.reserved)) || commit(m.reserved, m.size, int(size)) != nil {
			m.refused = true
			return nil
		}
		m.size = max(m.size, int(size))
	}
	return m.reserved[:m.size:m.size]
}

// Free gives the memory back.
func (m *linearMemory) Free() {
	release(m.reserved)
	m.reserved, m.size = nil, 0
}

// bytes is the memory that the guest has.
func (m *linearMemory) bytes() []byte { return m.reserved[:m.size] }

// cut gives back what lies above size bytes and tells the engine. What grows there again is zero. It reports false when
// the memory cannot be cut: it is at the maximum that the module declares, so that the engine refuses to grow it by the
// page that would make it look again.
func (m *linearMemory) cut(engine api.Memory, size int) bool {
	if m.size == size {
		return true
	}
	if err := decommit(m.reserved, size, m.size); err != nil {
		return false
	}
	m.size, m.cutting = size, true
	_, ok := engine.Grow(1)
	m.cutting = false
	return ok
}
