package skep

import (
	"errors"
	"strconv"

	"skep/abi"
)

// Prepared is a response in the form in which it is sent. A [Function] that returns one copies nothing, however large it is,
// so it is for what is the same in many answers: files, pictures, pages.
type Prepared struct {
	frame []byte
	err   error
}

// Prepare makes a response that is sent again and again, best in a variable of the package:
//
//	var logo = skep.Prepare(skep.Binary(png).As("image/png"))
//
// What is changed in r later does not change it. Where r cannot be sent, every answer with it is the error that r would be.
func Prepare(r *Response) *Prepared {
	if r == nil {
		return &Prepared{err: errNilResponse}
	}
	frame, err := r.encode(nil, nil)
	if err == nil && len(frame) > abi.MaxResult {
		err = invalidResult(errors.New("the result has " + strconv.Itoa(len(frame)) + " bytes, at most " +
			strconv.Itoa(abi.MaxResult) + " are allowed"))
	}
	return &Prepared{frame: frame, err: err}
}

// sendPrepared makes a prepared response the answer, and sees to it that nothing is written there.
func (m *module) sendPrepared(p *Prepared) error {
	switch {
	case p == nil:
		return errNilResponse
	case p.err != nil:
		return p.err
	case p.frame == nil:
		return invalidResult(errors.New("the response is not prepared"))
	}
	m.prepared = p.frame
	return nil
}

// AppendMsgpack refuses: a response is no value that could lie in another.
func (p Prepared) AppendMsgpack(b []byte) ([]byte, error) { return Response{}.AppendMsgpack(b) }
