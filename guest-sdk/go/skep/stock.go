package skep

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
	bytes [1 << 10]byte
}

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

// copied is a copy of a text.
func copied(text string) []byte {
	s := stocked
	if s == nil || len(text) > len(s.bytes)-s.used {
		return []byte(text)
	}
	return s.take(copy(s.bytes[s.used:], text))
}

// scratch is room for what is appended to twice: the first is what take is called for when all of it fits there.
func scratch() (first, second []byte) {
	s := stocked
	if s == nil {
		return nil, nil
	}
	free := s.bytes[s.used:]
	half := len(free) / 2
	return free[:0:half], free[half:half]
}

// take hands out the next n bytes.
func (s *stock) take(n int) []byte {
	b := s.bytes[s.used : s.used+n : s.used+n]
	s.used += n
	return b
}
