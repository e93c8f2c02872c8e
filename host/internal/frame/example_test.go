package frame_test

import (
	"fmt"
	"strings"
	"time"

	"skep/abi"
	"skep/host/internal/action"
	"skep/host/internal/frame"
)

// One call: the client's JSON becomes a request frame, the guest's result frame becomes the client's JSON.
func Example() {
	request := &frame.Request{Endpoint: "plain", Kind: abi.KindFunction, Action: action.Run}
	var encoder frame.Encoder
	sent, rows, err := encoder.Encode(request, []byte(`{"big": 9007199254740993, "whole": 1.0}`))
	if err != nil {
		fmt.Println(err)
		return
	}

	// A guest that answers with its arguments.
	in, err := abi.ReadRequest(sent)
	if err != nil {
		fmt.Println(err)
		return
	}
	answer := abi.AppendResult(nil, abi.Result{Tag: abi.TagValue, Value: in.Input})

	var decoder frame.Decoder
	decoder.Reset(request, rows, false)
	if err := decoder.ReadResult(answer); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s\n", decoder.Reply.Value)
	// Output:
	// {"big":9007199254740993,"whole":1.0}
}

func ExampleEncoder_Encode_badInput() {
	var encoder frame.Encoder
	request := &frame.Request{Endpoint: "plain", Kind: abi.KindFunction, Action: action.Run}
	for _, body := range []string{`{"a": 1, "a": 2}`, `{"a": 18446744073709551616}`, `{"a": [1, 2`, `[1, 2]`} {
		_, _, err := encoder.Encode(request, []byte(body))
		fmt.Println(err)
	}
	// Output:
	// the key "a" stands twice in one object at byte 9
	// an integer above the range of 64 bits at byte 6
	// the JSON ends too early at byte 11
	// the body is not an object at byte 0
}

func ExampleAppendEnvelope() {
	envelope := frame.AppendEnvelope(nil, action.Run, []byte(`"hello"`),
		frame.Timing{Wait: 17 * time.Microsecond, Execution: 3 * time.Millisecond},
		frame.Context{Service: "docs", Endpoint: "plain", Generation: "v1"})
	fmt.Println(strings.ReplaceAll(string(envelope), `},"`, "},\n\""))
	// Output:
	// {"response":"hello","timing":{"preProcessing":0,"wait":17,"execution":3000,"functionInternal":0,"fuel":0},
	// "apiContext":{"serviceId":"docs","endpointId":"plain","serviceGeneration":"v1"}}
}

func ExampleAppendError() {
	fmt.Printf("%s\n", frame.AppendError(nil, "NotFound", "there is no service docs"))
	// Output:
	// {"errorType":"NotFound","message":"there is no service docs","detailedMessage":"there is no service docs"}
}

func ExampleReadInitResult() {
	kind, err := frame.ReadInitResult(abi.AppendInitResult(nil, abi.KindRegression))
	fmt.Println(kind, err)
	_, err = frame.ReadInitResult(abi.AppendResult(nil, abi.Result{Tag: abi.TagError, Status: 500,
		Message: "no handler is registered"}))
	fmt.Println(err)
	// Output:
	// regression <nil>
	// the module refuses to start: no handler is registered
}
