package abi

// RequestReader reads request frames one after the other, each as [ReadRequest] does. A host writes what all requests of
// an endpoint have in common in the same way each time: a frame that agrees there with the one before costs little more
// than the check of its input, and no memory. The zero RequestReader is ready.
type RequestReader struct {
	before  []byte // the last frame up to the value of "request"; empty where nothing is known
	between []byte // from behind that value up to the value of "args" or "records", with which the frame ends
	request Request
}

// Read reads a request frame. The request is the reader's own, until it reads the next.
func (r *RequestReader) Read(frame []byte) (*Request, error) {
	if r.again(frame) {
		return &r.request, nil
	}
	request, at, err := readRequest(frame)
	r.request = request
	if r.before = r.before[:0]; err != nil {
		return nil, err
	}
	if at.metaEnd < at.input && at.inputEnd == len(frame) {
		r.before = append(r.before, frame[:at.meta]...)
		r.between = append(r.between[:0], frame[at.metaEnd:at.input]...)
	}
	return &r.request, nil
}

// again reads a frame that differs from the one before in the values of "request" and of the input only, and reports
// false for any other. What stands before and between them was read then, and it told how many pairs there are, so
// nothing may follow.
func (r *RequestReader) again(frame []byte) bool {
	meta := len(r.before)
	if meta == 0 || meta >= len(frame) || string(frame[:meta]) != string(r.before) {
		return false
	}
	end := meta + 1
	if r.request.Meta = nil; frame[meta] != 0xc0 {
		var err error
		if end, err = skip(frame, meta, 1, false, MaxDepth); err != nil || r.request.setMeta(frame[meta:end:end]) != nil {
			return false
		}
	}
	input := end + len(r.between)
	if input >= len(frame) || string(frame[end:input]) != string(r.between) {
		return false
	}
	if c := frame[input]; !r.request.Kind.TakesRecords() && (c >= 0x80 && c < 0x90 || c == 0xdf) { // a map
		all, err := skipContainer(frame, input+1, c, int(c&0x0f), MaxDepth)
		r.request.Input, r.request.JSON = frame[input:], false
		return err == nil && all == len(frame)
	}
	all, err := skip(frame, input, 1, false, MaxDepth)
	return err == nil && all == len(frame) && r.request.setInput(frame[input:]) == nil
}
