package frame

import (
	"strconv"
	"time"

	"skep/host/internal/action"

	"github.com/go-json-experiment/json/jsontext"
)

// Timing is where the time of a request went. Which fields are sent depends on the action.
type Timing struct {
	PreProcessing    time.Duration // reading the request
	Wait             time.Duration // for a free sandbox
	Execution        time.Duration // run: the call with its transport
	FunctionInternal time.Duration // run: inside the guest
	Preparation      time.Duration // predict: what is left of the call's time without Prediction
	Prediction       time.Duration // predict: inside the guest
	Fuel             uint64        // units of code that the guest executed
}

// Context names who answered.
type Context struct {
	Service, Endpoint, Generation string
}

// AppendEnvelope adds the JSON object that carries a value:
//
//	{"response": value, "timing": {name: µs, …, "fuel": units}, "apiContext": {"serviceId", "endpointId", "serviceGeneration"}}
//
// The first key is the one of the action's shape. Where the value is the answer, the others are added to its own. A
// negative duration is sent as 0. So are "enrich" and "postProcessing": nothing is added to records, and the reply is made when
// its timing is known.
func AppendEnvelope(dst []byte, a action.Action, value []byte, t Timing, c Context) []byte {
	if key := a.Shape().Result; key != "" {
		dst = append(append(append(dst, `{"`...), key...), `":`...)
		dst = append(dst, value...)
	} else {
		dst = append(dst, value[:len(value)-1]...) // its brace is closed below
	}
	dst = appendMicros(dst, `,"timing":{"preProcessing":`, t.PreProcessing)
	dst = appendMicros(dst, `,"wait":`, t.Wait)
	if a == action.Run || a == action.Query {
		dst = appendMicros(dst, `,"execution":`, t.Execution)
		dst = appendMicros(dst, `,"functionInternal":`, t.FunctionInternal)
	} else {
		dst = appendMicros(dst, `,"enrich":0,"preparation":`, t.Preparation)
		dst = append(appendMicros(dst, `,"prediction":`, t.Prediction), `,"postProcessing":0`...)
	}
	dst = strconv.AppendUint(append(dst, `,"fuel":`...), t.Fuel, 10)
	dst = appendText(dst, `},"apiContext":{"serviceId":`, c.Service)
	dst = appendText(dst, `,"endpointId":`, c.Endpoint)
	dst = appendText(dst, `,"serviceGeneration":`, c.Generation)
	return append(dst, "}}"...)
}

// AppendError adds the JSON object of a failure. It is valid JSON for all strings: what is not UTF-8 in them is
// replaced.
//
//	{"errorType": str, "message": str, "detailedMessage": str}
//
// The detailed message is the message: it is what the Python client shows.
func AppendError(dst []byte, errorType, message string) []byte {
	dst = appendText(dst, `{"errorType":`, errorType)
	dst = appendText(dst, `,"message":`, message)
	dst = appendText(dst, `,"detailedMessage":`, message)
	return append(dst, '}')
}

func appendMicros(dst []byte, key string, d time.Duration) []byte {
	return strconv.AppendInt(append(dst, key...), max(d.Microseconds(), 0), 10)
}

// appendText adds a string. The error of AppendQuote says only that it replaced something.
func appendText(dst []byte, key, s string) []byte {
	dst, _ = jsontext.AppendQuote(append(dst, key...), s)
	return dst
}
