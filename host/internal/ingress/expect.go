package ingress

import (
	"strconv"

	"github.com/valyala/fasthttp"

	"skep/host/internal/clock"
	"skep/host/internal/service"
)

// limit says how much of a body is read: what its endpoint takes, and of any body so little that the connection can go
// on after an error. The HTTP server asks it when it has read the head.
func (s *Server) limit(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	most := int64(freeBody)
	if n := h.ContentLength(); n < 0 || n > freeBody {
		most = max(most, s.called(h))
	}
	return fasthttp.RequestConfig{MaxRequestBodySize: int(most)}
}

// called is how large a body the endpoint takes that a request may call, 0 when there is none.
func (s *Server) called(h *fasthttp.RequestHeader) int64 {
	var space [256]byte
	path := canonical(space[:0], h.RequestURI())
	if s.isAdmin(path) {
		return maxAdminBody
	}
	r, ok := parseRoute(path)
	if !ok || !h.IsPost() || r.endpoint == nil {
		return 0
	}
	found := s.Registry.Lookup(r.service)
	if found == nil {
		return 0
	}
	return found.MaxBody(r.endpoint)
}

// expect answers a client that waits with its body until it is asked for: 100 asks for it, any other status is the final
// one. The HTTP server asks it when it has read the head, and ends the connection unless the answer is 100.
func (s *Server) expect(ctx *fasthttp.RequestCtx) int {
	x := s.exchanges.Get().(*exchange)
	defer x.giveBack()
	x.account.start = clock.Now()
	if s.judge(ctx, x) {
		ctx.Response.Reset()
		ctx.Response.Header.DisableNormalizing() // Reset has turned it on
		return fasthttp.StatusContinue
	}
	part(ctx)
	s.finish(ctx, x, clock.Now())
	return ctx.Response.StatusCode()
}

// judge says whether the body of a request is worth reading, from the head alone. If not, the response says why.
func (s *Server) judge(ctx *fasthttp.RequestCtx, x *exchange) bool {
	x.names = namesOf(ctx)
	x.ctx.id = appendRequestID(x.ctx.id[:0], x.names, &ctx.Request.Header)
	s.identify(ctx, x.ctx.id)
	x.path = canonical(x.path[:0], ctx.Request.Header.RequestURI())
	if string(x.path) == "/isAlive" { // it has no use for a body, and reads a small one
		s.isAlive(ctx)
		return ctx.Response.StatusCode() == fasthttp.StatusOK
	}
	if s.isAdmin(x.path) {
		return true
	}
	found, r := s.target(ctx, x)
	if found == nil {
		return false
	}
	most := found.MaxBody(r.endpoint)
	e := found.Active.Endpoints[string(r.endpoint)]
	switch {
	case r.endpoint == nil:
		return true
	case (most == 0 || e != nil && e.State == service.StateReady) && !callable(ctx, e, r): // else another generation has it
		return false
	case int64(ctx.Request.Header.ContentLength()) > most:
		writeTooLarge(ctx, most, "has "+strconv.Itoa(ctx.Request.Header.ContentLength())+" bytes")
		return false
	case codingOf(&ctx.Request.Header) == 0:
		writeUnknownCoding(ctx)
		return false
	}
	return true
}

// refuseLarge answers a request whose body was not read to its end. What is wrong beside its size comes first: an
// endpoint that does not exist has no limit. Of a chunked request the HTTP server has forgotten the head by then.
func (s *Server) refuseLarge(ctx *fasthttp.RequestCtx) {
	if c, ok := ctx.Conn().(*conn); ok && c.head.length > 0 {
		x := s.exchanges.Get().(*exchange)
		defer x.giveBack()
		x.account.start = clock.Now()
		if s.judge(ctx, x) {
			writeError(ctx, 413, "PayloadTooLarge", "the body has more than the "+strconv.Itoa(freeBody)+" bytes that are read here")
		}
		s.finish(ctx, x, clock.Now())
		return
	}
	defer func() { s.Observer.Unrouted(ctx.Response.StatusCode()) }()
	s.identify(ctx, appendRequestID(nil, namesOf(ctx), &ctx.Request.Header))
	writeError(ctx, 413, "PayloadTooLarge", "the body has more bytes than are read here")
}

// writeTooLarge says that a body is larger than its endpoint takes.
func writeTooLarge(ctx *fasthttp.RequestCtx, most int64, what string) {
	writeError(ctx, 413, "PayloadTooLarge", "the body "+what+", the endpoint takes at most "+
		strconv.FormatInt(most, 10))
}
