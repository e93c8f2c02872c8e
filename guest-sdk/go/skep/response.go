package skep

import (
	"errors"
	"slices"
	"strconv"

	"skep/abi"
	"skep/guest-sdk/go/skep/internal/codec"
)

// Content types that the helpers set.
const (
	typeText   = "text/plain; charset=utf-8"
	typeJSON   = "application/json"
	typeBinary = "application/octet-stream"

	nameContentType = "Content-Type"
)

// Response is a whole HTTP reply. Only a [Function] may return one, and its manifest must say
// returns_custom_response = true. The zero Response is an empty reply with status 200.
type Response struct {
	Status  int     // 200 to 599; 0 is 200
	Headers Headers // "Content-Type" among them; the host adds its own
	Body    []byte
}

// NewResponse is a reply made by hand. The body is not copied when it is a slice.
func NewResponse[Body ~string | ~[]byte](status int, body Body, headers ...Header) *Response {
	return &Response{Status: status, Headers: slices.Clone(headers), Body: []byte(body)}
}

// Text is a reply with a text and the content type "text/plain; charset=utf-8".
func Text(body string) *Response { return newResponse(copied(body), typeText) }

// Binary is a reply with bytes and the content type "application/octet-stream". The bytes are not copied.
func Binary(body []byte) *Response { return newResponse(body, typeBinary) }

// JSON is a reply with a value as compact JSON and the content type "application/json". Values are those of [Function];
// the keys of maps are sorted. The error says which part has no JSON form.
func JSON(v any) (*Response, error) {
	text, room, used := scratch()
	body, err := appendJSON(text, room, v)
	switch {
	case err != nil:
		keep(used, 0)
		return nil, err
	case len(body) <= cap(text):
		body = keep(used, len(body))
	default:
		keep(used, 0)
	}
	return newResponse(body, typeJSON), nil
}

func appendJSON(text, room []byte, v any) ([]byte, error) {
	var encoder codec.Encoder
	raw, err := encoder.Append(room, v, 0)
	if err != nil {
		return nil, err
	}
	return codec.AppendJSON(text, raw)
}

// As gives the response another content type and returns it: skep.Text(doc).As("text/xml").
func (r *Response) As(contentType string) *Response {
	if i := abi.FindHeader(r.Headers, nameContentType); i >= 0 {
		r.Headers[i].Value = contentType
	} else {
		r.Headers.Add(nameContentType, contentType)
	}
	return r
}

// AppendMsgpack refuses: a response is no value that could lie in another.
func (r Response) AppendMsgpack(b []byte) ([]byte, error) {
	return b, errors.New("a response must be returned by itself, not inside a value")
}

// encode makes the frame of a response, in one of two rooms if it fits there.
func (r *Response) encode(near, large []byte) ([]byte, error) {
	status := r.Status
	if status == 0 {
		status = 200
	}
	if frame, ok := abi.AppendReply(near, status, r.Body, r.Headers); ok {
		return frame, nil
	}
	if frame, ok := abi.AppendReply(large, status, r.Body, r.Headers); ok {
		return frame, nil
	}
	if err := r.check(); err != nil {
		return nil, invalidResult(err)
	}
	result := abi.Result{Tag: abi.TagCustom, Status: status, Body: r.Body, Headers: r.Headers}
	return abi.AppendResult(slices.Grow(large, len(r.Body)+abi.MaxHeaderBytes), result), nil
}

// check tells what a host would refuse.
func (r *Response) check() error {
	size := 0
	for _, h := range r.Headers {
		size += len(h.Name) + len(h.Value)
		if !abi.ValidString(h.Name) || !abi.ValidString(h.Value) {
			return errors.New("the response's header " + strconv.Quote(h.Name) + " is not UTF-8")
		}
	}
	switch {
	case r.Status != 0 && (r.Status < abi.MinCustomStatus || r.Status > abi.MaxStatus):
		return errors.New("the response has status " + strconv.Itoa(r.Status) + ", allowed are 200 to 599")
	case len(r.Headers) > abi.MaxHeaders:
		return errors.New("the response has " + strconv.Itoa(len(r.Headers)) + " headers, at most " +
			strconv.Itoa(abi.MaxHeaders) + " are allowed")
	case size > abi.MaxHeaderBytes:
		return errors.New("the response's headers have " + strconv.Itoa(size) + " bytes, at most " +
			strconv.Itoa(abi.MaxHeaderBytes) + " are allowed")
	}
	return nil
}

// RawJSON is JSON text that a [Function] returns as its value. The host checks it.
type RawJSON []byte

// AppendMsgpack refuses: text cannot lie in another value.
func (j RawJSON) AppendMsgpack(b []byte) ([]byte, error) {
	return b, errors.New("a RawJSON must be returned by itself, not inside a value")
}
