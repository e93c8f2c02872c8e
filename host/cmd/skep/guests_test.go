package main

import (
	"skep/abi"
	"skep/host/hosttest"
)

// guests are modules made by hand, so that scripts need no compiler. They know no init, and answer every request.
var guests = map[string][]byte{
	"echo":   hosttest.Guest(echoBody), // the whole request frame, as value
	"answer": hosttest.GuestWith(abi.AppendInt(abi.AppendValueHead(nil), 42)),
	"text":   hosttest.GuestWith(abi.AppendResult(nil, abi.Result{Tag: abi.TagCustom, Status: 200, Body: []byte("hi")})),
	"denied": hosttest.GuestWith(abi.AppendResult(nil, abi.Result{Tag: abi.TagError, Status: 401, Message: "who are you"})),
	"ignore": hosttest.GuestWith(abi.AppendNil(abi.AppendArrayHeader(abi.AppendValueHead(nil), 1))), // one record, no prediction
	"trap":   hosttest.Guest([]byte{0x00}),                                                          // unreachable
	"bare":   []byte("\x00asm\x01\x00\x00\x00"),                                                     // a module with nothing in it
}

// echoBody puts the head of a result before the request and returns both:
//
//	i32.store16 (ptr-2, 0x0192); return (ptr-2)<<32 | (len+2)
var echoBody = []byte{
	0x20, 0, 0x41, 2, 0x6b, 0x41, 0x92, 0x03, 0x3b, 0, 0,
	0x20, 0, 0x41, 2, 0x6b, 0xad, 0x42, 32, 0x86, 0x20, 1, 0x41, 2, 0x6a, 0xad, 0x84,
}
