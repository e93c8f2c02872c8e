package skeptest

import (
	"errors"

	"skep/abi"
	"skep/guest-sdk/go/skep"
	"skep/guest-sdk/go/skep/internal/codec"
)

// answerSelf answers a call frame of the handler as one of the endpoints that the test plays.
func (q Request) answerSelf(frame []byte) []byte {
	call, err := abi.ReadCall(frame)
	if err != nil {
		return failure(&skep.Error{Status: 400, Type: "IllegalArgument",
			Message: "the call frame is broken: " + err.Error()})
	}
	endpoint := q.Self[call.Endpoint]
	if endpoint == nil {
		return failure(&skep.Error{Status: 404, Message: "the service has no such endpoint", Type: "NotFound"})
	}
	input, err := codec.Any(call.Input)
	if err != nil {
		return failure(err)
	}
	v, err := endpoint(input)
	if err != nil {
		return failure(err)
	}
	if r, ok := v.(*skep.Response); ok && r != nil {
		return abi.AppendResult(nil, abi.Result{Tag: abi.TagCustom, Status: max(r.Status, 200), Headers: r.Headers,
			Body: r.Body})
	}
	var encoder codec.Encoder
	result, err := encoder.Append(abi.AppendValueHead(nil), v, 0)
	if err != nil {
		return failure(err)
	}
	return result
}

// failure is the result frame of an error.
func failure(err error) []byte {
	r := abi.Result{Tag: abi.TagError, Status: 500, Message: err.Error(), Type: "Error"}
	if e, ok := errors.AsType[*skep.Error](err); ok {
		r.Status, r.Message, r.Type = e.Status, e.Message, e.Type
		if r.Status == 0 {
			r.Status = 500
		}
		if r.Type == "" {
			r.Type = "DkuCustomApiException" // as a host does
		}
	}
	return abi.AppendResult(nil, r)
}
