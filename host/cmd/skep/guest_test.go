package main

import (
	"encoding/binary"
	"slices"

	"skep/abi"
)

// guests are modules made by hand, so that scripts need no compiler. They know no init, and answer every request.
var guests = map[string][]byte{
	"echo":   guest(echoBody), // the whole request frame, as value
	"answer": guestWith(abi.AppendInt(abi.AppendValueHead(nil), 42)),
	"text":   guestWith(abi.AppendResult(nil, abi.Result{Tag: abi.TagCustom, Status: 200, Body: []byte("hi")})),
	"denied": guestWith(abi.AppendResult(nil, abi.Result{Tag: abi.TagError, Status: 401, Message: "who are you"})),
	"ignore": guestWith(abi.AppendNil(abi.AppendArrayHeader(abi.AppendValueHead(nil), 1))), // one record, no prediction
	"trap":   guest([]byte{0x00}),                                                          // unreachable
	"bare":   []byte("\x00asm\x01\x00\x00\x00"),                                            // a module with nothing in it
}

// echoBody puts the head of a result before the request and returns both:
//
//	i32.store16 (ptr-2, 0x0192); return (ptr-2)<<32 | (len+2)
var echoBody = []byte{
	0x20, 0, 0x41, 2, 0x6b, 0x41, 0x92, 0x03, 0x3b, 0, 0,
	0x20, 0, 0x41, 2, 0x6b, 0xad, 0x42, 32, 0x86, 0x20, 1, 0x41, 2, 0x6a, 0xad, 0x84,
}

// guestWith is a module that answers with a frame, which lies at address 16 of its memory.
func guestWith(frame []byte) []byte {
	result := abi.Pack(16, uint32(len(frame)))
	body := append([]byte{0x42}, signed(int64(result))...)
	data := slices.Concat([]byte{1, 0, 0x41, 16, 0x0b}, vector(frame))
	return append(guest(body), section(11, data)...)
}

// guest is a module with one page of memory, an allocator that always gives address 1024, and a call with this code.
func guest(call []byte) []byte {
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
