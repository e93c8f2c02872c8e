package skep

import (
	"unsafe"

	"skep/abi"
)

// The exports and imports of a module, as package abi describes them. Everything unsafe is in this file.

//go:wasmimport skep_v1 log
func hostLog(level int32, text string)

//go:wasmimport wasi_snapshot_preview1 random_get
func wasiRandom(p unsafe.Pointer, n uint32) uint32

//go:wasmimport skep_v1 call
func wasmCall(frame unsafe.Pointer, size uint32) uint64

//go:wasmimport skep_v1 call_result
func wasmCallResult(room unsafe.Pointer, size uint32)

// hostCall has another endpoint answer a call frame with a result frame.
func hostCall(frame []byte) []byte {
	_, size := abi.Unpack(wasmCall(unsafe.Pointer(unsafe.SliceData(frame)), uint32(len(frame))))
	result := make([]byte, size)
	wasmCallResult(unsafe.Pointer(unsafe.SliceData(result)), size)
	return result
}

// hostRandom fills p with random bytes.
func hostRandom(p []byte) {
	if errno := wasiRandom(unsafe.Pointer(unsafe.SliceData(p)), uint32(len(p))); errno != 0 {
		panic("the host gives no random bytes")
	}
}

// entered is the module, from the first entry on.
var entered *module

func enter() *module {
	if entered == nil {
		entered = registeredModule()
		entered.near = &entered.cursor
	}
	return entered
}

//go:wasmexport skep_v1_alloc
func exportAlloc(size uint32) uint32 {
	m := enter()
	if uint(size) <= uint(len(m.room)) && cap(m.large) <= keepBytes {
		return address(m.room)
	}
	return m.makeRoom(size)
}

// makeRoom is apart from exportAlloc so that this stays small: few frames need it.
//
//go:noinline
func (m *module) makeRoom(size uint32) uint32 {
	m.releaseResult()
	return address(m.reserve(size))
}

//go:wasmexport skep_v1_init
func exportInit(ptr, size uint32) uint64 {
	m := enter()
	frame, ok := m.received(ptr, size)
	if !ok {
		return packed(m.fail(500, notReserved, typeProtocol))
	}
	return packed(m.Init(frame))
}

//go:wasmexport skep_v1_call
func exportCall(ptr, size uint32) uint64 {
	m := enter()
	frame, ok := m.received(ptr, size)
	if !ok {
		return packed(m.fail(500, notReserved, typeProtocol))
	}
	result := m.Call(frame)
	m.releaseRequest()
	m.collectGarbage()
	return packed(result)
}

//go:wasmexport skep_v1_settle
func exportSettle() { enter().settle() }

const notReserved = "the frame does not lie where skep_v1_alloc made room for it"

// received is the frame that the host has written.
func (m *memory) received(ptr, size uint32) (frame []byte, ok bool) {
	if uint(size) > uint(len(m.room)) || ptr != address(m.room) {
		return nil, false
	}
	return m.room[:size], true
}

func address(b []byte) uint32 { return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) }

func packed(result []byte) uint64 { return abi.Pack(address(result), uint32(len(result))) }
