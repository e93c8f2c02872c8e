package skep

import (
	"strconv"
	"strings"

	"skep/abi"
	"skep/guest-sdk/go/skep/internal/codec"
)

// Call is one request to a [Function] or a [Query]. It lasts until the handler returns.
type Call struct {
	request

	// Args are the arguments that the client sent.
	Args Args
}

// Batch is one request to a [Classifier] or another handler that takes records. It lasts until the handler returns.
type Batch struct {
	request

	rows []byte // the records, one after the other
	n    int    // how many there are
	ends []int  // where the first of them end in rows: a guest looks for the others when it is asked for them
}

// Len is the number of records, which is the number of answers to return, except for a [Forecaster]. It is 0 when the
// manifest says input = "json": the records are in [Batch.JSON] then.
func (b *Batch) Len() int { return b.n }

// Row is the record of that index, from 0. It panics where there is none, as a slice does.
func (b *Batch) Row(i int) Args {
	if uint(i) >= uint(b.n) {
		panic("there is no record " + strconv.Itoa(i) + " among " + strconv.Itoa(b.n))
	}
	at := 0
	if i > 0 {
		b.find(i)
		at = b.ends[i-1]
	}
	return b.row(i, at)
}

// Rows gives all records with their indices.
func (b *Batch) Rows() func(yield func(int, Args) bool) {
	return func(yield func(int, Args) bool) {
		at := 0
		for i := range b.n {
			if i > 0 {
				at += b.near().Len(b.rows[at:])
			}
			if !yield(i, b.row(i, at)) {
				return
			}
		}
	}
}

// Each predicts one record after the other: it is the answer of a [Classifier] or [Regressor] whose model takes them one
// by one. The first error ends it and fails all.
func (b *Batch) Each(predict func(Args) (Prediction, error)) ([]Prediction, error) {
	list := newPredictions(b.n)
	at := 0
	for i := range list {
		if i > 0 {
			at += b.near().Len(b.rows[at:])
		}
		var err error
		if list[i], err = predict(b.row(i, at)); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// row is a record that begins there. The others follow it in its bytes.
func (b *Batch) row(i, at int) Args { return Args{raw: b.rows[at:], row: i + 1, near: b.near()} }

func (b *Batch) near() *codec.Cursor { return b.request.module.near }

// find learns where so many records end.
func (b *Batch) find(n int) {
	for len(b.ends) < n {
		at := 0
		if last := len(b.ends) - 1; last >= 0 {
			at = b.ends[last]
		}
		b.ends = append(b.ends, at+b.near().Len(b.rows[at:]))
	}
}

// read takes the records of a request. Without a host several goroutines may ask for them, and all are found now.
func (b *Batch) read(input []byte) (err error) {
	b.n, b.rows, err = abi.ReadArrayHeader(input)
	if b.near() == nil && err == nil {
		b.find(b.n)
	}
	return err
}

// request is what both kinds of requests tell.
type request struct{ place }

// Endpoint is the id of this endpoint, the name of the module's file.
func (r *request) Endpoint() string { return r.module.request.Endpoint }

// Headers are the headers of the HTTP request, in the order in which they came. The error is [ErrNoRequestMetadata]
// when the host does not tell them; a check of credentials must return it and not go on.
func (r *request) Headers() (Headers, error) {
	raw := r.module.request.Meta
	if raw == nil {
		return nil, ErrNoRequestMetadata
	}
	if headers, ok := r.module.readHeaders(raw); ok {
		return headers, nil
	}
	meta, err := abi.ReadMeta(raw)
	return meta.Headers, err
}

// Path is the path of the HTTP request, with single slashes and without the query. The error is
// [ErrNoRequestMetadata] when the host does not tell it.
func (r *request) Path() (string, error) {
	raw := r.module.request.Meta
	if raw == nil {
		return "", ErrNoRequestMetadata
	}
	if path, ok := abi.ViewPath(raw); ok {
		if r.module.lend() {
			return path, nil
		}
		return strings.Clone(path), nil
	}
	meta, err := abi.ReadMeta(raw)
	return meta.Path, err
}

// JSON is the client's text, untouched, when the manifest says input = "json", else nil. It is overwritten by the next
// request.
func (r *request) JSON() []byte {
	if !r.module.request.JSON {
		return nil
	}
	return r.module.request.Input
}
