package abi

// RequestReader reads request frames one after the other, each as [ReadRequest] does. A host writes what all requests of
// an endpoint have in common in the same way each time: a frame that agrees there with the one before costs little more
// than the check of its input, and no memory. The zero RequestReader is ready.
type RequestReader struct {
	before  []byte // the last frame up to the value of "request"; empty where nothing is known
	between []byte // from behind that value up to the value of "args" or "records", with which the frame ends
	request Request
}

// Read reads a request frame.
func (r *RequestReader) Read(frame []byte) (Request, error) {
	if request, ok := r.again(frame); ok {
		return request, nil
	}
	request, at, err := readRequest(frame)
	if r.before = r.before[:0]; err != nil {
		return Request{}, err
	}
	if at.metaEnd < at.input && at.inputEnd == len(frame) {
		r.before = append(r.before, frame[:at.meta]...)
		r.between = append(r.between[:0], frame[at.metaEnd:at.input]...)
		r.request = Request{Endpoint: request.Endpoint, Kind: request.Kind}
	}
	return request, nil
}

// again reads a frame that differs from the one before in the values of "request" and of the input only. All that stands
// before and between them was read then, and it told how many pairs there are, so nothing may follow.
func (r *RequestReader) again(frame []byte) (Request, bool) {
	meta := len(r.before)
	if meta == 0 || meta >= len(frame) || string(frame[:meta]) != string(r.before) {
		return Request{}, false
	}
	end := meta + 1
	if frame[meta] != 0xc0 {
		var err error
		if end, err = skip(frame, meta, 1, false, MaxDepth); err != nil {
			return Request{}, false
		}
	}
	input := end + len(r.between)
	if input > len(frame) || string(frame[end:input]) != string(r.between) {
		return Request{}, false
	}
	inputEnd, err := skip(frame, input, 1, false, MaxDepth)
	if err != nil || inputEnd != len(frame) {
		return Request{}, false
	}
	request := r.request
	if request.setMeta(frame[meta:end:end]) != nil || request.setInput(frame[input:]) != nil {
		return Request{}, false
	}
	return request, true
}
