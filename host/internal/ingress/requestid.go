package ingress

import (
	"context"
	"encoding/hex"
	"math/rand/v2"

	"github.com/valyala/fasthttp"

	"skep/host/internal/service"
)

// headerRequestID names a request, in both directions: a client that gives a sane name finds it in the answer and in
// the log.
const headerRequestID = "X-Request-Id"

// maxRequestID bounds the id that a client may give, in bytes.
const maxRequestID = 64

// appendRequestID adds the id that the client gave, or a new one of 16 hexadecimal digits. An id is no secret: it need
// not be hard to guess.
func appendRequestID(dst []byte, n names, h *fasthttp.RequestHeader) []byte {
	if n.has(nameRequestID) {
		for name, value := range h.All() {
			if len(name) == len(headerRequestID) && equalFold(name, headerRequestID) && saneID(value) {
				return append(dst, value...)
			}
		}
	}
	var id [8]byte
	for i, n := 0, rand.Uint64(); i < len(id); i, n = i+1, n>>8 {
		id[i] = byte(n)
	}
	return hex.AppendEncode(dst, id[:])
}

// saneID says whether an id can stand in a header and a log as it is.
func saneID(id []byte) bool {
	for _, c := range id {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return len(id) > 0 && len(id) <= maxRequestID
}

// requestContext is the context of one request: it carries the id, without an allocation.
type requestContext struct {
	context.Context
	id   []byte
	self service.Self
}

// Value gives the id under [service.RequestIDKey] and who answers self calls under [service.SelfKey], and nothing else.
func (c *requestContext) Value(key any) any {
	if key == service.RequestIDKey {
		return string(c.id)
	}
	if key == service.SelfKey {
		return c.self
	}
	return nil
}
