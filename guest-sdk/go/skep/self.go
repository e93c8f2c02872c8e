package skep

import (
	"errors"
	"strconv"

	"skep/abi"
	"skep/guest-sdk/go/skep/internal/codec"
)

// Self calls endpoints of the service that the handler belongs to, within the host and in the name of the client: with its
// headers and path, where these are told, and in the generation that answers it. It lasts until the handler returns.
//
// A call takes time and fuel of the request, and never waits: an endpoint that is busy answers 503. Calls may lie 4 deep in
// each other, and one request may make 64 of them in all; beyond that the answer is 508. While a module is initialised,
// warmed up or tried with its test queries, each is refused with 503.
type Self struct{ module *module }

// Self calls other endpoints of the same service.
func (r *request) Self() Self { return Self{r.module} }

// Answer is what an endpoint has answered another one. A [Function] that returns one, or a pointer to one, gives the
// client the same answer.
type Answer struct {
	// Value is the value of a function, the table of a query, or of the other kinds the list of answers, one for each
	// record, as the endpoint gave them: without what the host adds for clients.
	Value Value
	// Response is a custom response, nil for a value.
	Response *Response
}

// Run calls a function or a query with arguments: nil, a map, a struct or [Args]. An error of the endpoint, or of the host
// that has none to give, is an [*Error] with the status that a client would get; returned, it goes on to the client.
func (s Self) Run(endpoint string, args any) (*Answer, error) {
	if args == nil {
		args = Args{}
	}
	input, err := appendMap(nil, args, 0)
	if err != nil {
		return nil, errors.New("the arguments for " + strconv.Quote(endpoint) + " cannot be sent: " + err.Error())
	}
	return s.call(abi.Call{Endpoint: endpoint, Input: input})
}

// Predict calls an endpoint that takes records: each is a map, a struct or [Args]. Errors are as for Run.
func (s Self) Predict(endpoint string, records ...any) (*Answer, error) {
	input := abi.AppendArrayHeader(nil, len(records))
	var err error
	for i, record := range records {
		if input, err = appendMap(input, record, 1); err != nil {
			return nil, errors.New("record " + strconv.Itoa(i) + " for " + strconv.Quote(endpoint) + " cannot be sent: " +
				err.Error())
		}
	}
	return s.call(abi.Call{Endpoint: endpoint, Records: true, Input: input})
}

var errNoMap = errors.New("it is neither a map nor a struct")

// appendMap adds what must be a map.
func appendMap(b []byte, v any, depth int) ([]byte, error) {
	var encoder codec.Encoder // that of the module may be at work
	start := len(b)
	b, err := encoder.Append(b, v, depth)
	if err == nil && abi.TypeOf(b[start:]) != abi.TypeMap {
		err = errNoMap
	}
	return b, err
}

func (s Self) call(c abi.Call) (*Answer, error) {
	if s.module.request == &noRequest {
		return nil, errors.New("a call of " + strconv.Quote(c.Endpoint) + " after the handler has returned")
	}
	r, err := abi.ReadResult(hostCall(abi.AppendCall(nil, c)))
	switch {
	case err != nil:
		return nil, errors.New("the host's answer is broken: " + err.Error())
	case r.Tag == abi.TagError:
		return nil, &Error{Status: r.Status, Message: r.Message, Type: r.Type}
	case r.Tag == abi.TagCustom:
		response := &Response{Status: r.Status, Headers: r.Headers, Body: r.Body}
		if r.ContentType != "" {
			response.As(r.ContentType)
		}
		return &Answer{Response: response}, nil
	}
	return &Answer{Value: Value{raw: r.Value, name: "the answer of " + c.Endpoint}}, nil
}

// answer leaves the answer of another endpoint in m.result.
func (m *module) answer(a *Answer) error {
	switch {
	case a == nil:
		return errNilResponse
	case a.Response != nil:
		return m.respond(a.Response)
	case len(a.Value.raw) == 0:
		m.result = abi.AppendNil(abi.AppendValueHead(m.result[:0]))
	default:
		m.result = append(abi.AppendValueHead(m.result[:0]), a.Value.raw...)
	}
	return nil
}

var _ codec.Appender = Answer{}

// AppendMsgpack adds the value of the answer. A custom response is no value.
func (a Answer) AppendMsgpack(b []byte) ([]byte, error) {
	if a.Response != nil {
		return a.Response.AppendMsgpack(b)
	}
	return a.Value.AppendMsgpack(b)
}
