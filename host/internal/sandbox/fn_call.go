package sandbox

import (
	"errors"

	"github.com/tetratelabs/wazero/api"

	"skep/abi"
	"skep/host/internal/service"
)

// callFunction is abi.ImportCall: it has another endpoint of the service answer.
//
//   - ptr, len: a call frame
//
// The result is the status and the length of the answer, packed.
var callFunction = hostFunction{
	name:   abi.ImportCall,
	params: []api.ValueType{i32, i32},
	names:  []string{"ptr", "len"},
	result: []api.ValueType{i64},
	call: func(in *instance, memory api.Memory, stack []uint64) {
		frame, ok := view(memory, uint32(stack[0]), uint32(stack[1]))
		if !ok {
			panic(errCallPlace)
		}
		in.work(hostSelfCost + int64(len(frame))>>hostByteBits)
		status, answer := in.callSelf(frame)
		in.answer = answer
		in.work(int64(len(answer)) >> hostByteBits)
		stack[0] = abi.Pack(uint32(status), uint32(len(answer)))
	},
}

// callResultFunction is abi.ImportCallResult: it copies the answer of the last call.
//
//   - ptr, len: where to, and the length that the call gave
var callResultFunction = hostFunction{
	name:   abi.ImportCallResult,
	params: []api.ValueType{i32, i32},
	names:  []string{"ptr", "len"},
	call: func(in *instance, memory api.Memory, stack []uint64) {
		room, ok := view(memory, uint32(stack[0]), uint32(stack[1]))
		if !ok {
			panic(errResultPlace)
		}
		if in.answer == nil || len(room) != len(in.answer) {
			panic(errNoResult)
		}
		in.work(hostCallCost + int64(len(room))>>hostByteBits)
		copyPieces(room, in.answer)
		in.answer = nil
	},
}

var (
	errCallPlace   = errors.New("call: the frame lies outside of the memory")
	errResultPlace = errors.New("call_result: the place lies outside of the memory")
	errNoResult    = errors.New("call_result: no result of that length is there")
)

// notYet is the answer to a guest that calls others outside of a request: it is being loaded, and so may they be.
var notYet = abi.AppendResult(nil, abi.Result{Tag: abi.TagError, Status: notYetStatus, Type: "SelfCallRefused",
	Message: "an endpoint cannot call others while it is initialised, warmed up or tested; only requests may"})

const notYetStatus = 503

// callSelf has another endpoint answer, on behalf of the request that the guest serves. The guest stands still meanwhile,
// so its frame does not change.
func (in *instance) callSelf(frame []byte) (status int, answer []byte) {
	var self service.Self
	if in.log.request != nil {
		self = service.SelfOf(in.log.request)
	}
	if self == nil {
		return notYetStatus, notYet
	}
	in.settleFuel()
	status, answer = self.CallSelf(within{in.log.request, in}, frame)
	in.sliceEnds() // it has taken time and fuel
	return status, answer
}
