package hosttest

import (
	"encoding/binary"
	"slices"

	"skep/abi"
)

// GuestWith is a module that answers with a frame, which lies at address 16 of its memory.
func GuestWith(frame []byte) []byte { return answering(nil, frame) }

// SlowGuestWith is the same, after so many turns of a loop.
func SlowGuestWith(turns int32, frame []byte) []byte {
	count := slices.Concat([]byte{0x41}, signed(int64(turns)), []byte{0x21, 0}) // i32.const, local.set 0
	// loop: local.get 0, i32.const 1, i32.sub, local.tee 0, br_if 0
	return answering(append(count, 0x03, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b), frame)
}

func answering(before, frame []byte) []byte {
	result := abi.Pack(16, uint32(len(frame)))
	body := slices.Concat(before, []byte{0x42}, signed(int64(result)))
	data := slices.Concat([]byte{1, 0, 0x41, 16, 0x0b}, vector(frame))
	return append(Guest(body), section(11, data)...)
}

// Guest is a module made by hand, so that tests need no compiler. It has one page of memory, an allocator that always
// gives address 1024, and a call with this code. It knows no init, and answers every request.
func Guest(call []byte) []byte {
	function := func(code []byte) []byte { return vector(slices.Concat([]byte{0}, code, []byte{0x0b})) }
	export := func(name string, kind, index byte) []byte { return append(vector([]byte(name)), kind, index) }
	return slices.Concat(
		[]byte("\x00asm\x01\x00\x00\x00"),
		section(1, []byte{2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 2, 0x7f, 0x7f, 1, 0x7e}),
		section(3, []byte{2, 0, 1}),
		section(5, []byte{1, 0, 1}),
		section(7, slices.Concat([]byte{3}, export(abi.ExportMemory, 2, 0), export(abi.ExportAlloc, 0, 0),
			export(abi.ExportCall, 0, 1))),
		section(10, slices.Concat([]byte{2}, function([]byte{0x41, 0x80, 0x08}), function(call))),
	)
}

func section(id byte, content []byte) []byte { return append([]byte{id}, vector(content)...) }

// vector is bytes with their number before them.
func vector(b []byte) []byte { return append(binary.AppendUvarint(nil, uint64(len(b))), b...) }

// signed is LEB128 of a signed number.
func signed(v int64) (b []byte) {
	for {
		low := byte(v & 0x7f)
		if v >>= 7; v == 0 && low&0x40 == 0 || v == -1 && low&0x40 != 0 {
			return append(b, low)
		}
		b = append(b, low|0x80)
	}
}
