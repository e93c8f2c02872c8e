package skep

import (
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
	ends []int  // where each of them ends in rows
}

// Len is the number of records, which is the number of answers to return, except for a [Forecaster]. It is 0 when the
// manifest says input = "json": the records are in [Batch.JSON] then.
func (b *Batch) Len() int { return len(b.ends) }

// Row is the record of that index, from 0. It panics where there is none, as a slice does.
func (b *Batch) Row(i int) Args {
	start := 0
	if i > 0 {
		start = b.ends[i-1]
	}
	return Args{raw: b.rows[start:b.ends[i]], row: i + 1, near: b.request.module.near}
}

// Rows gives all records with their indices.
func (b *Batch) Rows() func(yield func(int, Args) bool) {
	return func(yield func(int, Args) bool) {
		for i := range b.Len() {
			if !yield(i, b.Row(i)) {
				return
			}
		}
	}
}

// read takes the records of a request.
func (b *Batch) read(input []byte) error {
	n, rows, err := abi.ReadArrayHeader(input)
	b.rows, b.ends = rows, b.ends[:0]
	for rest := rows; n > 0 && err == nil; n-- {
		_, rest = codec.Cut(rest)
		b.ends = append(b.ends, len(rows)-len(rest))
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
