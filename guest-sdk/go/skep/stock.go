package skep

import (
	"bytes"

	"skep/abi"
)

// stock is what the first answers of a module are made of, in place of memory of the allocator's: that costs a small
// handler more than all its own work, and writes to pages all over the runtime, each of which a host copies back. What
// is handed out is never taken back, so that an answer can be kept; a host that resets the memory after each request
// gives every request a full stock.
type stock struct {
	used      int // of bytes
	taken     int // of responses
	responses [2]struct {
		Response
		headers [2]Header
	}
	bytes   [1 << 10]byte
	headers []Header // room for lists of them

	predictions stockOf[Prediction]
	fields      stockOf[byte] // of predictions
}

// stockedHeaders is how many headers are in stock: as many as an endpoint is shown by a client that sends more than
// most, and as it answers with.
const stockedHeaders = 96

// stocked is the module's, once it is settled; nil before, and where there is no host.
var stocked *stock

// newResponse is a response with one header.
func newResponse(body []byte, contentType string) *Response {
	s := stocked
	if s == nil || s.taken == len(s.responses) {
		return &Response{Status: 200, Headers: Headers{{Name: nameContentType, Value: contentType}}, Body: body}
	}
	r := &s.responses[s.taken]
	s.taken++
	r.headers[0] = Header{Name: nameContentType, Value: contentType}
	r.Response = Response{Status: 200, Headers: r.headers[:1], Body: body}
	return &r.Response
}

// list is room for n headers, nil where there is none.
func (s *stock) list(n int) Headers {
	if n > len(s.headers) {
		return nil
	}
	room := s.headers[:0:n]
	s.headers = s.headers[n:]
	return room
}

// copied is a copy of a text.
func copied(text string) []byte {
	s := stocked
	if s == nil || len(text) > len(s.bytes)-s.used {
		return []byte(text)
	}
	return s.take(copy(s.bytes[s.used:], text))
}

// scratch is all room that is left, for what is appended to twice. It is given back by keep, with what scratch has said.
func scratch() (first, second []byte, used int) {
	s := stocked
	if s == nil {
		return nil, nil, 0
	}
	used = s.used
	free := s.bytes[used:]
	s.used = len(s.bytes) // what is encoded now may make answers itself
	half := len(free) / 2
	return free[:0:half], free[half:half], used
}

// keep gives scratch back, but for its first n bytes.
func keep(used, n int) []byte {
	s := stocked
	if s == nil {
		return nil
	}
	s.used = used
	return s.take(n)
}

// take hands out the next n bytes.
func (s *stock) take(n int) []byte {
	b := s.bytes[s.used : s.used+n : s.used+n]
	s.used += n
	return b
}

// readHeaders reads the headers in the value of "request". They are a handler's to keep: their text is the frame's, where
// nothing is written over that, else a copy.
func (m *module) readHeaders(raw []byte) (Headers, bool) {
	if !m.lend() {
		raw = bytes.Clone(raw)
	}
	s := stocked
	if s == nil {
		meta, ok := abi.ViewMeta(raw, nil)
		return meta.Headers, ok
	}
	meta, ok := abi.ViewMeta(raw, s.headers)
	if n := len(meta.Headers); n <= len(s.headers) {
		s.headers = s.headers[n:]
	}
	return meta.Headers, ok
}
