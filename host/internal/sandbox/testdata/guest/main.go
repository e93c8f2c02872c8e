// Command guest is a module that does what its request says, the bad things too. It speaks the ABI's transport without
// an SDK: the tests of a sandbox carry bytes, not frames.
package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
	"unsafe"
)

var (
	in, out []byte
	calls   byte
	hoard   [][]byte
)

//go:wasmimport skep_v1 log
func hostLog(level int32, ptr unsafe.Pointer, n uint32)

//go:wasmimport skep_v1 call
func hostCall(ptr unsafe.Pointer, n uint32) uint64

//go:wasmimport skep_v1 call_result
func hostCallResult(ptr unsafe.Pointer, n uint32)

//go:wasmimport wasi_snapshot_preview1 poll_oneoff
func pollOneoff(in, out unsafe.Pointer, n uint32, events unsafe.Pointer) uint32

// pollOutput waits until standard output can be written to, for ever.
func pollOutput() string {
	var event [32]byte
	var events uint32
	subscription := [48]byte{8: 2, 16: 1} // to write to descriptor 1
	number := pollOneoff(unsafe.Pointer(&subscription), unsafe.Pointer(&event), 1, unsafe.Pointer(&events))
	return fmt.Sprintln(number, events, event[10])
}

// self has the other endpoint answer a frame.
func self(frame []byte) string {
	packed := hostCall(unsafe.Pointer(unsafe.SliceData(frame)), uint32(len(frame)))
	result := make([]byte, uint32(packed))
	hostCallResult(unsafe.Pointer(unsafe.SliceData(result)), uint32(len(result)))
	return strconv.FormatUint(packed>>32, 10) + " " + string(result)
}

//go:wasmexport skep_v1_alloc
func alloc(n uint32) uint32 {
	if n == 131 {
		return 0
	}
	if n == 171 {
		return 0xfffffff0
	}
	in = make([]byte, n)
	return place(in)
}

//go:wasmexport skep_v1_init
func start(ptr, n uint32) uint64 {
	if what, dir, ok := strings.Cut(string(in), " /"); ok {
		load("/" + dir)
		if what != "load" {
			var nothing *int
			*nothing = 1
		}
	}
	switch string(in) {
	case "loop":
		for {
			calls++
		}
	case "sleep":
		hostLog(0, unsafe.Pointer(&in[0]), uint32(len(in)))
		time.Sleep(time.Hour)
	}
	if frame, ok := bytes.CutPrefix(in, []byte("self:")); ok {
		return answer(self(frame))
	}
	return answer("init " + string(in))
}

//go:wasmexport skep_v1_call
func call(ptr, n uint32) uint64 {
	calls++
	for {
		frame, ok := bytes.CutPrefix(in, []byte("busy:"))
		if !ok {
			break
		}
		for start := time.Now(); time.Since(start) < 5*time.Millisecond; {
		}
		in = frame
	}
	if frame, ok := bytes.CutPrefix(in, []byte("self:")); ok {
		return answer(self(frame))
	}
	outside := unsafe.Pointer(uintptr(0xffffff00))
	switch string(in) {
	case "call outside":
		hostCall(outside, 0x1000)
	case "result without a call":
		hostCallResult(unsafe.Pointer(&in[0]), uint32(len(in)))
	case "result of nothing":
		hostCallResult(unsafe.Pointer(&in[0]), 0)
	case "result outside":
		hostCallResult(outside, uint32(hostCall(unsafe.Pointer(&in[0]), uint32(len(in)))))
	case "result too long":
		room := make([]byte, 100)
		hostCallResult(unsafe.Pointer(&room[0]), uint32(hostCall(unsafe.Pointer(&in[0]), uint32(len(in))))+1)
	case "result twice":
		room := make([]byte, 100)
		n := uint32(hostCall(unsafe.Pointer(&in[0]), uint32(len(in))))
		hostCallResult(unsafe.Pointer(&room[0]), n)
		hostCallResult(unsafe.Pointer(&room[0]), n)
	case "many calls":
		for range 64 {
			self([]byte("count"))
		}
	case "count":
		return answer(string('0' + calls))
	case "loop":
		for {
			calls++
		}
	case "collect":
		runtime.GC()
	case "trap":
		var nothing *int
		return uint64(*nothing)
	case "recurse":
		return uint64(recurse(1))
	case "exit":
		os.Exit(3)
	case "sleep":
		time.Sleep(time.Hour)
	case "poll output":
		return answer(pollOutput())
	case "grow":
		for {
			hoard = append(hoard, make([]byte, 1<<20))
		}
	case "grow a little":
		hoard = append(hoard, make([]byte, 8<<20))
		return answer("grown")
	case "outside":
		return 0xffffff00<<32 | 0x100
	case "beyond":
		return uint64(place(in))<<32 | 0xffffffff
	case "log":
		for range 100 {
			line := []byte("a line\x1b[31m\xff")
			hostLog(4, unsafe.Pointer(&line[0]), uint32(len(line)))
		}
		os.Stderr.WriteString("to standard error\nwithout an end")
	case "model":
		return answer(model)
	case "index", "close":
		return answer(onFile(string(in), ""))
	case "log outside":
		hostLog(0, unsafe.Pointer(uintptr(0xffffff00)), 0x1000)
	}
	if what, name, ok := strings.Cut(string(in), " /"); ok {
		return answer(onFile(what, "/"+name))
	}
	return answer(string(in))
}

//go:noinline
func recurse(n int) int {
	if n < 0 {
		return 0
	}
	return recurse(n+1) + n
}

func answer(s string) uint64 {
	out = append(out[:0], s...)
	return uint64(place(out))<<32 | uint64(len(out))
}

func place(b []byte) uint32 { return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) }

func main() {}
