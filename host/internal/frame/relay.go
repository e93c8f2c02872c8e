package frame

import (
	"errors"
	"fmt"
	"math"

	"skep/abi"
	"skep/host/internal/action"
	"skep/host/internal/schema"
	"skep/host/internal/service"
)

// Relay carries a call from one guest to another: it makes the request frame for the one that is called, and reads its
// answer as a [Decoder] does for a client, to hand it on as a result frame. MessagePack stays MessagePack, but for guests
// that ask for JSON. The zero value is ready. It works on one call at a time and is meant to be reused.
type Relay struct {
	encoder Encoder
	decoder Decoder
	r       reader
	text    []byte // JSON for a guest that asks for it
	short   []byte // a value in its shortest form
	result  []byte
}

var _ service.ResultReader = (*Relay)(nil)

// Encode makes the request frame of a call, with the records or arguments of c and all else of r, whose Action is set. An
// error of the input is an [*InputError]. The frame is valid until the next use; neither r nor c is kept.
func (x *Relay) Encode(r *Request, c abi.Call, allowCustom bool) (frame []byte, err error) {
	if c.Records != r.Kind.TakesRecords() {
		return nil, &InputError{0, "an endpoint of kind " + r.Kind.String() + " takes " +
			inputNames[r.Kind.TakesRecords()] + ", not " + inputNames[c.Records] + ","}
	}
	r.Action = action.Whole(r.Kind)
	x.encoder.w.reset(emptied(x.encoder.w.out.b))
	x.encoder.head(r)
	x.r.reset(c.Input)
	rows, err := x.input(r)
	if errors.Is(err, service.ErrGuestProtocol) { // which says of a guest what is a caller's fault here
		err = &InputError{int64(x.r.at()), "a key that stands twice, or a value that JSON does not have,"}
	}
	x.r.reset(nil) // the input is not ours
	if err != nil {
		return nil, err
	}
	if r.Kind == abi.KindForecast {
		rows = -1
	}
	x.decoder.Reset(r, rows, allowCustom)
	return x.encoder.w.out.b, nil
}

var inputNames = map[bool]string{true: "records", false: "arguments"}

// input writes the value of "args" or "records" and counts the records.
func (x *Relay) input(r *Request) (rows int, err error) {
	if r.JSONInput {
		return x.json(r)
	}
	if !r.Kind.TakesRecords() {
		return 0, x.object(r.Schema, "argument", theBody, abi.MaxDepth)
	}
	if rows, err = x.r.array("the records"); err != nil {
		return 0, err
	}
	noun := "feature"
	if r.Action.Shape().Record == "" {
		noun = "column"
	}
	x.encoder.w.arrayHeader(rows)
	for i := range rows {
		if err := x.object(r.Schema, noun, holder(i), abi.MaxDepth-1); err != nil {
			return 0, err
		}
	}
	return rows, nil
}

// object copies the next value, a map of arguments or a record, and holds its members against the schema.
func (x *Relay) object(s *schema.Schema, noun string, h holder, depth int) error {
	w, start := &x.encoder.w, x.r.at()
	if s == nil {
		err := x.r.pass(depth)
		w.out.b = append(w.out.b, x.r.frame[start:x.r.at()]...)
		return err
	}
	first := len(x.r.keys)
	n, err := x.r.object(h.String())
	if err != nil {
		return err
	}
	place := w.openMap()
	var seen uint64
	for range n {
		key, err := x.r.key()
		if err != nil {
			return err
		}
		at := x.r.at()
		if err := x.r.pass(depth - 1); err != nil {
			return err
		}
		value := x.r.frame[at:x.r.at()]
		w.strBytes(key)
		w.out.b = append(w.out.b, value...)
		field := s.Index(key)
		if field < 0 {
			continue
		}
		seen |= 1 << field
		if wrong := misfit(s, field, x.shortest(value)); wrong != "" {
			return &InputError{int64(at), h.member(noun, s.Fields()[field].Name) + wrong}
		}
	}
	if err := x.r.unique(first); err != nil {
		return err
	}
	in := &x.encoder.in
	in.w, in.schema = w, s
	added, err := in.complete(noun, h, seen, int64(start))
	in.release()
	w.close(place, n+added)
	return err
}

// shortest is an integer or a string in the form in which a schema has its values: guests may write any.
func (x *Relay) shortest(value []byte) []byte {
	switch classOf(value[0]) {
	case classInt:
		if i, _, err := abi.ReadInt(value); err == nil {
			x.short = abi.AppendInt(x.short[:0], i)
			return x.short
		}
	case classStr:
		if s, _, err := abi.ReadStringBytes(value); err == nil {
			x.short = abi.AppendStringBytes(emptied(x.short), s)
			return x.short
		}
	}
	return value
}

// json writes the body that a client would send.
func (x *Relay) json(r *Request) (rows int, err error) {
	x.text = emptied(x.text)
	if !r.Kind.TakesRecords() {
		x.text, err = x.r.appendJSON(x.text, abi.MaxDepth)
		x.encoder.w.bin(x.text)
		return 0, err
	}
	if rows, err = x.r.array("the records"); err != nil {
		return 0, err
	}
	key := r.Action.Shape().Record
	x.text = append(x.text, `{"items":[`...)
	for i := range rows {
		if i > 0 {
			x.text = append(x.text, ',')
		}
		if key != "" {
			x.text = append(append(append(x.text, `{"`...), key...), `":`...)
		}
		if x.text, err = x.r.appendJSON(x.text, abi.MaxDepth-1); err != nil {
			return 0, err
		}
		if key != "" {
			x.text = append(x.text, '}')
		}
	}
	x.text = append(x.text, "]}"...)
	x.encoder.w.bin(x.text)
	return rows, nil
}

// ReadResult checks a result frame and keeps what the caller gets of it: a value, an error or a custom response. The error
// is as for [Decoder.ReadResult].
func (x *Relay) ReadResult(frame []byte) error {
	if err := x.decoder.ReadResult(frame); err != nil {
		return err
	}
	x.result = emptied(x.result)
	switch reply := &x.decoder.Reply; reply.Tag {
	case abi.TagValue:
		x.result = append(x.result, frame...)
	case abi.TagJSON:
		value, err := x.decoder.fromJSON()
		if err != nil {
			return err
		}
		x.result = append(abi.AppendValueHead(x.result), value...)
	case abi.TagError:
		x.result = abi.AppendResult(x.result,
			abi.Result{Tag: abi.TagError, Status: reply.Status, Message: reply.Message, Type: reply.Type})
	case abi.TagCustom:
		r := abi.Result{Tag: abi.TagCustom, Status: reply.Status, ContentType: string(reply.ContentType), Body: reply.Body}
		for _, h := range reply.Headers {
			r.Headers = append(r.Headers, abi.Header{Name: string(h.Name), Value: string(h.Value)})
		}
		x.result = abi.AppendResult(x.result, r)
	}
	if len(x.result) > abi.MaxResult {
		return fmt.Errorf("%w: an answer of %d bytes cannot be handed on, the most is %d", service.ErrGuestProtocol,
			len(x.result), abi.MaxResult)
	}
	return nil
}

// fromJSON is the value of a TagJSON that was read, in MessagePack.
func (d *Decoder) fromJSON() ([]byte, error) {
	if d.Kind == abi.KindFunction { // the text of others was read as this already
		d.w.reset(d.w.out.b)
		if err := d.in.transcode(&d.w, d.Reply.Value); err != nil {
			return nil, badText(err)
		}
	}
	return d.w.out.b, nil
}

// Result is the result frame for the caller, after ReadResult or Fail, and the status that a client would get. It is
// valid until the next use.
func (x *Relay) Result() (status int, frame []byte) {
	if status = x.decoder.Reply.Status; status == 0 {
		status = 200
	}
	return status, x.result
}

// Notes say for the log what the guest that was called should not have answered.
func (x *Relay) Notes() []string { return x.decoder.Reply.Notes }

// Fail makes an error the result: status is 400 to 599.
func (x *Relay) Fail(status int, errorType, message string) {
	x.decoder.clear()
	x.decoder.Reply.Status = status
	x.result = abi.AppendResult(emptied(x.result),
		abi.Result{Tag: abi.TagError, Status: status, Message: message, Type: errorType})
}

// pass passes over the next value, which must be one that JSON has, with arrays and maps at most depth deep.
func (r *reader) pass(depth int) (err error) {
	switch c := r.next(); c {
	case classNil:
		return r.null()
	case classBool:
		_, err = r.boolean()
	case classInt:
		_, _, err = r.integer()
	case classFloat:
		var v float64
		if v, err = r.float(); math.IsNaN(v) || math.IsInf(v, 0) {
			return r.broken("a number that is not finite")
		}
	case classStr:
		_, err = r.str("a string")
	case classArray, classMap:
		if depth == 0 {
			return r.tooDeep()
		}
		return r.passAll(c, depth-1)
	default:
		return r.broken(c.String())
	}
	return err
}

// passAll passes over an array or a map.
func (r *reader) passAll(c class, depth int) error {
	first := len(r.keys)
	n, err := 0, error(nil)
	if c == classMap {
		n, err = r.object("a value")
	} else {
		n, err = r.array("a value")
	}
	if err != nil {
		return err
	}
	for range n {
		if c == classMap {
			if _, err := r.key(); err != nil {
				return err
			}
		}
		if err := r.pass(depth); err != nil {
			return err
		}
	}
	return r.unique(first)
}
