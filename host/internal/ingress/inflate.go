package ingress

import (
	"errors"

	"github.com/valyala/fasthttp"
)

// coding is how a body is compressed. Zero is one that the server does not know.
type coding uint8

const (
	codingNone coding = iota + 1
	codingGzip
	codingDeflate
)

// codingOf reads the Content-Encoding of a request, in which one coding may stand.
func codingOf(h *fasthttp.RequestHeader) coding {
	c := codingNone
	for name, value := range h.All() {
		if len(name) != len(headerContentEncoding) || !equalFold(name, headerContentEncoding) {
			continue
		}
		switch {
		case c != codingNone:
			return 0
		case equalFold(value, "gzip"), equalFold(value, "x-gzip"):
			c = codingGzip
		case equalFold(value, "deflate"):
			c = codingDeflate
		case len(value) > 0 && !equalFold(value, "identity"):
			return 0
		}
	}
	return c
}

// writeUnknownCoding says what a body may be compressed with.
func writeUnknownCoding(ctx *fasthttp.RequestCtx) {
	ctx.Response.Header.Set("Accept-Encoding", "gzip, deflate")
	writeError(ctx, 415, "UnsupportedMediaType", "the body's Content-Encoding may be gzip or deflate, once")
}

// plainBody is the body of a request, inflated where it is compressed, to no more than most bytes. It answers the request
// itself and says false when there is none.
func plainBody(ctx *fasthttp.RequestCtx, most int64) ([]byte, bool) {
	var body []byte
	var err error
	switch codingOf(&ctx.Request.Header) {
	case codingNone:
		return ctx.Request.Body(), true
	case codingGzip:
		body, err = ctx.Request.BodyGunzipWithLimit(int(most))
	case codingDeflate:
		body, err = ctx.Request.BodyInflateWithLimit(int(most))
	default:
		writeUnknownCoding(ctx)
		return nil, false
	}
	switch {
	case err == nil:
		return body, true
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		writeTooLarge(ctx, most, "has more bytes when it is inflated")
	default:
		writeError(ctx, 400, "IllegalArgument", "the body is not what its Content-Encoding says")
	}
	return nil, false
}
