package frame

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"skep/abi"
	"skep/host/internal/action"
	"skep/host/internal/schema"
)

// input turns JSON text into MessagePack in one pass over its tokens. The zero value is ready.
//
// It is strict: keys are unique, text is UTF-8, surrogates come in pairs, nothing follows the value, arrays and objects
// are nested at most abi.MaxDepth deep. An integer, a number without fraction and exponent, stays exact and must fit 64
// bits; any other number becomes a float of 64 bits and must have a finite one.
type input struct {
	w      *writer
	schema *schema.Schema // of the arguments or of each record; nil: none
	src    []byte         // what the client sent
	reader bytes.Buffer
	dec    jsontext.Decoder

	unquoted []byte // the last string that had escapes
	lenient
}

// encode writes the value of "args" or "records" from a client's body.
func (in *input) encode(w *writer, s *action.Shape, k abi.Kind, body []byte) (rows int, err error) {
	if bytes.HasPrefix(body, byteOrderMark) {
		return 0, &InputError{0, "a byte order mark: send the JSON without it"}
	}
	if onlySpace(body) {
		body = emptyObject
	}
	start := len(w.out.b)
	rows, err = in.pass(w, s, k, body, body)
	if err != nil && in.replaceNonFinite(body) {
		w.out.b = w.out.b[:start]
		rows, err = in.pass(w, s, k, body, in.replaced)
	}
	in.release()
	return rows, err
}

// pass writes what stands in the readable text, which is src but for numbers that are not finite.
func (in *input) pass(w *writer, s *action.Shape, k abi.Kind, src, readable []byte) (rows int, err error) {
	in.begin(w, src, readable)
	if in.dec.PeekKind() != '{' {
		return 0, in.wrongType("the body is not an object")
	}
	switch {
	case !k.TakesRecords():
		err = in.object("argument", theBody)
	case s.List:
		rows, err = in.list(s.Record)
	default:
		w.arrayHeader(1)
		rows, err = 1, in.record(s.Record, theBody)
	}
	if err == nil {
		err = in.end()
	}
	return rows, err
}

// transcode writes one JSON value of any kind. A number that is not finite is an error here.
func (in *input) transcode(w *writer, src []byte) error {
	in.begin(w, src, src)
	err := in.value()
	if err == nil {
		err = in.end()
	}
	in.release()
	return err
}

// check reads one JSON value of any kind and writes nothing.
func (in *input) check(src []byte) error {
	in.begin(nil, src, src)
	err := in.skip()
	if err == nil {
		err = in.end()
	}
	in.release()
	return err
}

func (in *input) begin(w *writer, src, readable []byte) {
	in.w, in.src = w, src
	in.reader = *bytes.NewBuffer(readable)
	in.dec.Reset(&in.reader)
}

// release lets the client's bytes go.
func (in *input) release() {
	in.begin(nil, nil, nil)
	in.schema = nil
	in.replaced, in.unquoted = emptied(in.replaced), emptied(in.unquoted)
}

// end makes sure that nothing but white space follows.
func (in *input) end() error {
	at := int(in.dec.InputOffset())
	for ; at < len(in.src); at++ {
		if !space(in.src[at]) {
			return &InputError{int64(at), "something follows the JSON value"}
		}
	}
	return nil
}

// value writes the next value.
func (in *input) value() error {
	switch in.dec.PeekKind() {
	case '{':
		if err := in.open(); err != nil {
			return err
		}
		place := in.w.openMap()
		n := 0
		for ; in.dec.PeekKind() != '}'; n++ {
			if err := in.scalar(); err != nil {
				return err
			}
			if err := in.value(); err != nil {
				return err
			}
		}
		in.w.close(place, n)
		return in.shut()
	case '[':
		if err := in.open(); err != nil {
			return err
		}
		place := in.w.openArray()
		n := 0
		for ; in.dec.PeekKind() != ']'; n++ {
			if err := in.value(); err != nil {
				return err
			}
		}
		in.w.close(place, n)
		return in.shut()
	}
	return in.scalar()
}

// open enters an array or an object.
func (in *input) open() error {
	if _, err := in.dec.ReadToken(); err != nil {
		return in.fail(err)
	}
	if in.dec.StackDepth() > abi.MaxDepth {
		return in.errorAt(1, "arrays and objects nested deeper than "+strconv.Itoa(abi.MaxDepth))
	}
	return nil
}

// shut leaves an array or an object.
func (in *input) shut() error {
	if _, err := in.dec.ReadToken(); err != nil {
		return in.fail(err)
	}
	return nil
}

// skip passes over the next value, with all checks of its syntax.
func (in *input) skip() error {
	outside := in.dec.StackDepth()
	for {
		var err error
		switch in.dec.PeekKind() {
		case '{', '[':
			err = in.open()
		default:
			err = in.shut()
		}
		if err != nil {
			return err
		}
		if in.dec.StackDepth() == outside {
			return nil
		}
	}
}

// fail explains an error of the Decoder.
func (in *input) fail(err error) error { return explain(err, in.src) }

// errorAt is an error at the beginning of the token of n bytes that was just read.
func (in *input) errorAt(n int, reason string) error {
	return &InputError{in.dec.InputOffset() - int64(n), reason}
}

var byteOrderMark = []byte("\xef\xbb\xbf")

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func onlySpace(b []byte) bool {
	for _, c := range b {
		if !space(c) {
			return false
		}
	}
	return true
}
