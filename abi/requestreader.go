package abi

// RequestReader reads request frames of one host, one after the other. The first it reads as [ReadRequest] does. A host
// writes what all requests of an endpoint have in common in the same way each time, and it has checked what it sends: of a
// frame that agrees there with the one before, the values of "request" and of the input are taken as they are, which takes
// next to no time and no memory, however large they are. Where they are not as this package describes, what reads them
// finds that out, or reads something else. The zero RequestReader is ready.
type RequestReader struct {
	// head is the last frame up to its input, as it is where "request" is nil; empty where nothing is known. That value
	// stands at meta.
	head    []byte
	meta    int
	request Request
}

// Read reads a request frame. The request is the reader's own, until it reads the next.
func (r *RequestReader) Read(frame []byte) (*Request, error) {
	if r.again(frame) {
		return &r.request, nil
	}
	request, at, err := readRequest(frame)
	r.request = request
	if r.head = r.head[:0]; err != nil {
		return nil, err
	}
	if at.metaEnd < at.input && at.inputEnd == len(frame) {
		r.meta = at.meta
		r.head = append(AppendNil(append(r.head, frame[:at.meta]...)), frame[at.metaEnd:at.input]...)
	}
	return &r.request, nil
}

// again reads a frame that differs from the one before in the values of "request" and of the input only, and reports
// false for any other. What stands before and between them was read then, and it told how many pairs there are, so
// nothing may follow. The values themselves are taken as they are, but for their types.
func (r *RequestReader) again(frame []byte) bool {
	at := len(r.head)
	if at == 0 || at >= len(frame) {
		return false
	}
	if frame[r.meta] == 0xc0 {
		r.request.Meta = nil
		if !equal(frame[:at], r.head) {
			return false
		}
	} else {
		end := metaEnd(frame, r.meta)
		between := r.head[r.meta+1:]
		if at = end + len(between); end < 0 || at >= len(frame) || !isMap(frame[r.meta]) ||
			!equal(frame[:r.meta], r.head[:r.meta]) || !equal(frame[end:at], between) {
			return false
		}
		r.request.Meta = frame[r.meta:end:end]
	}
	r.request.Input, r.request.JSON = frame[at:], false
	if c := frame[at]; r.request.Kind.TakesRecords() {
		if c&0xf0 == 0x90 || c == 0xdc || c == 0xdd {
			return true
		}
	} else if isMap(c) {
		return true
	}
	text, rest, err := ReadBytes(frame[at:])
	r.request.Input, r.request.JSON = text, true
	return err == nil && len(rest) == 0
}

func isMap(c byte) bool { return c&0xf0 == 0x80 || c == 0xde || c == 0xdf }
