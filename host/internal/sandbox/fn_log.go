package sandbox

import (
	"errors"

	"github.com/tetratelabs/wazero/api"

	"skep/abi"
)

// logFunction is abi.ImportLog: it writes one line to the endpoint's log.
//
//   - level: an abi.Level
//   - ptr, len: the text, UTF-8, in bytes
var logFunction = hostFunction{
	name:   abi.ImportLog,
	params: []api.ValueType{i32, i32, i32},
	names:  []string{"level", "ptr", "len"},
	call: func(in *instance, memory api.Memory, stack []uint64) {
		text, ok := view(memory, uint32(stack[1]), uint32(stack[2]))
		if !ok {
			panic(errLogPlace)
		}
		in.work(hostLineCost)
		in.log.line(abi.Level(int32(stack[0])), text)
	},
}

var errLogPlace = errors.New("log: the text lies outside of the memory")
