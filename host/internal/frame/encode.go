package frame

import (
	"fmt"

	"skep/abi"
	"skep/host/internal/action"
	"skep/host/internal/schema"
)

// Request is everything of a request frame but the client's body.
type Request struct {
	Endpoint  string
	Kind      abi.Kind
	Action    action.Action  // must fit Kind
	JSONInput bool           // the guest gets the body as it came
	Schema    *schema.Schema // what arguments or features must hold to; not for JSONInput

	// HasMeta says that the guest may see Path and Headers. Where it is false, "request" is nil.
	HasMeta bool
	Path    []byte // with single slashes and without the query
	Headers []Header
	IsText  bool // names and values are known to be UTF-8, and are not looked at one by one
}

// Encoder makes request frames from the bodies of clients. The zero value is ready. It works on one request at a time
// and is meant to be reused: a warm one allocates nothing for requests of ordinary size.
type Encoder struct {
	w  writer
	in input
}

// Encode makes the frame of one request from its body, or from its query string for an action that has its record there.
// The rows are the values that the answer must have: as many as there are records, 0 for a kind that takes arguments, -1
// for any number: where a body that goes through as it came may hold any, and for forecasts. An error of the body is an
// [*InputError].
//
// The frame is valid until the next Encode. Neither r nor body is kept.
func (e *Encoder) Encode(r *Request, body []byte) (frame []byte, rows int, err error) {
	if !r.Action.Fits(r.Kind) {
		return nil, 0, fmt.Errorf("frame: no action %s for an endpoint of kind %s", r.Action, r.Kind)
	}
	e.w.reset(emptied(e.w.out.b))
	e.head(r)
	shape := r.Action.Shape()
	switch {
	case shape.InQuery && r.JSONInput:
		rows, err = 1, e.queryText(body)
	case shape.InQuery:
		rows, err = 1, e.query(r.Schema, body)
	case r.JSONInput:
		rows = e.text(r, body)
	default:
		e.in.schema = r.Schema
		rows, err = e.in.encode(&e.w, shape, r.Kind, body)
	}
	if err != nil {
		return nil, 0, err
	}
	if r.Kind == abi.KindForecast {
		rows = -1
	}
	return e.w.out.b, rows, nil
}

// head writes all of the frame up to the value of "args" or "records".
func (e *Encoder) head(r *Request) {
	w := &e.w
	w.mapHeader(4)
	w.str("endpoint")
	w.str(r.Endpoint)
	w.str("kind")
	w.str(r.Kind.String())
	w.str("request")
	if r.HasMeta {
		e.meta(r)
	} else {
		w.null()
	}
	if r.Kind.TakesRecords() {
		w.str("records")
	} else {
		w.str("args")
	}
}

// meta writes the request metadata. Strings in a frame are UTF-8; HTTP promises that of nothing, so other bytes are
// read as ISO-8859-1.
func (e *Encoder) meta(r *Request) {
	w := &e.w
	w.mapHeader(2)
	w.str("path")
	w.strBytes(latin1(r.Path))
	w.str("headers")
	w.arrayHeader(len(r.Headers))
	for _, h := range r.Headers {
		if !r.IsText {
			h = Header{latin1(h.Name), latin1(h.Value)}
		}
		w.arrayHeader(2)
		w.strBytes(h.Name)
		w.strBytes(h.Value)
	}
}

var emptyObject = []byte("{}")

// text writes the body as it came; no body at all stands for an empty object.
func (e *Encoder) text(r *Request, body []byte) (rows int) {
	if len(body) == 0 {
		body = emptyObject
	}
	e.w.bin(body)
	switch {
	case r.Action.Shape().List:
		return -1
	case r.Kind.TakesRecords():
		return 1
	}
	return 0
}
