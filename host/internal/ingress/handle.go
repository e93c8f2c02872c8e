package ingress

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/valyala/fasthttp"

	"skep/host/internal/action"
	"skep/host/internal/clock"
	"skep/host/internal/frame"
	"skep/host/internal/service"
	"skep/host/internal/swagger"
)

// exchange holds what one request needs beside the server's own buffers, and its answer until that is written. It is
// reused.
type exchange struct {
	pool        *sync.Pool // where it comes from
	ctx         requestContext
	names       names
	path        []byte
	account     account
	request     frame.Request
	encoder     frame.Encoder
	decoder     frame.Decoder
	body        []byte
	sent        []byte   // the body of the answer; a part of the decoder, or body
	lines       []byte   // header lines of a custom response
	plain       []byte   // the request's body, not compressed; the server's buffer
	credentials [][]byte // Authorization headers; parts of the server's buffers
	self        selfCalls
}

// endsWith says whether the last byte of the answer's body is that of p, the very same one.
func (x *exchange) endsWith(p []byte) bool {
	return len(p) > 0 && len(x.sent) > 0 && &p[len(p)-1] == &x.sent[len(x.sent)-1]
}

// giveBack ends the use of an exchange.
func (x *exchange) giveBack() {
	x.account = account{} // nothing of it is another request's, and an endpoint can go
	x.sent = nil
	x.pool.Put(x)
}

// handle answers every request that could be read.
func (s *Server) handle(ctx *fasthttp.RequestCtx) {
	start := clock.Now()
	x := s.exchanges.Get().(*exchange)
	x.account.start, x.path = start, x.path[:0]
	defer s.recovered(ctx, x)
	x.names = namesOf(ctx)
	x.ctx.id = appendRequestID(x.ctx.id[:0], x.names, &ctx.Request.Header)
	s.identify(ctx, x.ctx.id)
	switch {
	case !taken(ctx):
		errFraming.write(ctx)
	case s.cors.preflight(ctx):
		x.path = canonical(x.path, ctx.Request.Header.RequestURI()) // for its records
	default:
		s.serve(ctx, x, start)
	}
	now := x.account.answered
	if now.IsZero() { // it was refused, or failed
		now = clock.Now()
	}
	s.finish(ctx, x, now)
	if c, ok := ctx.Conn().(*conn); ok {
		c.answered(x, now) // not after a panic: nobody knows what that has left behind
	}
}

// recovered answers a request whose handling panicked, so that it takes nothing else down.
func (s *Server) recovered(ctx *fasthttp.RequestCtx, x *exchange) {
	p := recover()
	if p == nil {
		return
	}
	s.Log.Error("request failed", "requestId", string(x.ctx.id), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	ctx.Response.Reset()
	ctx.Response.Header.DisableNormalizing() // Reset has turned it on
	s.identify(ctx, x.ctx.id)
	internalError.write(ctx)
	x.account.errorType = internalError.errorType
	now := clock.Now()
	s.finish(ctx, x, now)
	if c, ok := ctx.Conn().(*conn); ok {
		c.answered(nil, now)
	}
}

// serve routes a request.
func (s *Server) serve(ctx *fasthttp.RequestCtx, x *exchange, start time.Time) {
	x.path = canonical(x.path[:0], ctx.Request.Header.RequestURI())
	if string(x.path) == "/isAlive" {
		s.isAlive(ctx)
		return
	}
	if s.isAdmin(x.path) {
		if c, ok := ctx.Conn().(*conn); ok {
			c.unsure = true
		}
		ctx.Response.Header.Del("DSS-API-Version") // it sends its own
		ctx.Response.Header.Del("DSS-Version")
		s.admin(ctx)
		return
	}
	for called := (*service.Endpoint)(nil); ; {
		found, r := s.target(ctx, x)
		if found == nil {
			return
		}
		if r.endpoint == nil {
			s.document(ctx, found)
			return
		}
		if !s.unpack(ctx, x, found.MaxBody(r.endpoint)) {
			return
		}
		e := s.find(ctx, x, found, r)
		if e == nil || !s.call(ctx, x, e, r.action, start, e == called) {
			return
		}
		called = e // it was replaced between being found and being called: its successor is known by now
	}
}

// unpack takes the body, inflated where it is compressed and there is an endpoint that takes it. It answers the request
// itself and says false when that cannot be done.
func (s *Server) unpack(ctx *fasthttp.RequestCtx, x *exchange, most int64) (ok bool) {
	if most == 0 {
		x.plain = ctx.Request.Body()
		return true
	}
	if !x.names.has(nameContentEncoding) {
		x.plain = ctx.Request.Body()
		return true
	}
	x.plain, ok = plainBody(ctx, most)
	return ok
}

// target finds the service that a path names, from the head alone. It answers the request itself and gives nil when there
// is none.
func (s *Server) target(ctx *fasthttp.RequestCtx, x *exchange) (*service.Service, route) {
	r, ok := parseRoute(x.path)
	if !ok {
		errNoPath.write(ctx)
		return nil, r
	}
	if !r.allows(ctx) {
		ctx.Response.Header.Set("Allow", r.allow())
		errMethod.write(ctx)
		return nil, r
	}
	found := s.Registry.Lookup(r.service)
	if found == nil {
		errNoService.write(ctx)
		return nil, r
	}
	x.account.service = found.ID
	if !s.authorize(ctx, x, found.ID) { // before anything of the service shows
		return nil, r
	}
	if found.Disabled || found.Active.ID == "" {
		errNothingServes.write(ctx)
		return nil, r
	}
	return found, r
}

// identify says in the response who answers what.
func (s *Server) identify(ctx *fasthttp.RequestCtx, requestID []byte) {
	ctx.Response.Header.Set("DSS-API-Version", "1")
	ctx.Response.Header.Set("DSS-Version", s.Version)
	ctx.Response.Header.SetBytesV(headerRequestID, requestID)
	s.cors.mark(ctx)
}

// isAlive tells a load balancer whether to send requests here. Those that come are answered in any case.
func (s *Server) isAlive(ctx *fasthttp.RequestCtx) {
	switch {
	case !ctx.IsGet() && !ctx.IsHead():
		ctx.Response.Header.Set("Allow", "GET, HEAD")
		errMethod.write(ctx)
	case s.Alive != nil && !s.Alive():
		errNotAlive.write(ctx)
	default:
		ctx.Response.Header.SetContentType(contentTypeJSON)
		ctx.Response.SetBodyString(`{"ok":true}`)
	}
}

// document answers with what the endpoints of a service take and give.
func (s *Server) document(ctx *fasthttp.RequestCtx, found *service.Service) {
	ctx.Response.Header.SetContentType(contentTypeJSON)
	ctx.Response.SetBodyRaw(swagger.Document(found))
}

// find gives the endpoint that answers, or answers the request itself and gives nil.
func (s *Server) find(ctx *fasthttp.RequestCtx, x *exchange, found *service.Service, r route) *service.Endpoint {
	generation := s.dispatch(ctx, x, found, r)
	if generation == nil {
		return nil
	}
	x.self.begin(s, x, found, generation)
	e := generation.Endpoints[string(r.endpoint)]
	if e != nil {
		x.account.enter(e)
	}
	switch {
	case !callable(ctx, e, r):
	case int64(len(x.plain)) > e.MaxBody:
		errTooLarge.with(": the body has " + strconv.Itoa(len(x.plain)) + " bytes, the endpoint takes at most " +
			strconv.FormatInt(e.MaxBody, 10)).write(ctx)
	default:
		return e
	}
	return nil
}

// callable says whether an endpoint can be called in this way, or answers the request itself.
func callable(ctx *fasthttp.RequestCtx, e *service.Endpoint, r route) bool {
	switch {
	case e == nil:
		errNoEndpoint.write(ctx)
	case e.State == service.StateLoading:
		errLoading.write(ctx)
	case e.State != service.StateReady:
		errRefused.write(ctx)
	case !r.action.Fits(e.Kind):
		errNoAction.with(": an endpoint of kind " + e.Kind.String() + " has no action " + r.action.String()).write(ctx)
	default:
		return true
	}
	return false
}

// dispatch chooses the generation that answers: the one that the request asks for, else the one of its key, else one by
// chance. It answers the request itself and gives nil when there is none.
func (s *Server) dispatch(ctx *fasthttp.RequestCtx, x *exchange, found *service.Service, r route) *service.Generation {
	body := x.plain
	if int64(len(body)) > found.MaxBody(r.endpoint) {
		return found.Any() // it will be refused, whatever it says
	}
	choice, err := x.encoder.Dispatch(r.action, body)
	var generation *service.Generation
	switch {
	case err != nil:
		errInput.with(err.Error()).write(ctx)
		return nil
	case choice.Forced != nil:
		if generation = found.Generation(choice.Forced); generation == nil {
			errNoGeneration.write(ctx)
		}
	case choice.Key != nil:
		generation = found.ForKey(choice.Key)
	default:
		generation = found.Any()
	}
	return generation
}

// call has an endpoint answer the request.
//
// It reports true when the endpoint had ended before it was called; unless this is the last attempt, nothing is answered
// then.
func (s *Server) call(ctx *fasthttp.RequestCtx, x *exchange, e *service.Endpoint, a action.Action, start time.Time,
	last bool) (ended bool) {
	s.describe(ctx, x, e, a)
	request, rows, err := x.encoder.Encode(&x.request, input(ctx, x, a))
	if err != nil {
		var bad *frame.InputError
		if errors.As(err, &bad) {
			errInput.with(bad.Error()).write(ctx)
			return false
		}
		s.fail(ctx, x, e, err)
		return false
	}
	x.decoder.Reset(&x.request, rows, e.CustomResponse)

	called := clock.Now()
	usage, err := e.Caller.Call(&x.ctx, request, &x.decoder)
	if errors.Is(err, service.ErrUnavailable) && !last {
		return true
	}
	x.account.called, x.account.usage = true, usage
	answered := clock.Now()
	defer func() { e.Outcomes.Record(ctx.Response.StatusCode(), answered.Sub(called)-usage.Wait) }()
	if err != nil {
		s.fail(ctx, x, e, err, slog.Uint64("fuel", usage.Fuel))
		return false
	}
	for _, note := range x.decoder.Reply.Notes {
		s.corrected(x, e, note)
	}
	x.account.answered = answered
	s.reply(ctx, x, e, a, moments{start, called, answered, usage})
	return false
}

// input is where a request has what the endpoint is called with.
func input(ctx *fasthttp.RequestCtx, x *exchange, a action.Action) []byte {
	if !a.Shape().InQuery {
		return x.plain
	}
	_, query, _ := bytes.Cut(ctx.Request.Header.RequestURI(), []byte("?"))
	return query
}

// describe fills in what the request frame says beside the body. It holds the HTTP server's own buffers, which last
// until the request is answered.
func (s *Server) describe(ctx *fasthttp.RequestCtx, x *exchange, e *service.Endpoint, a action.Action) {
	x.request.Endpoint, x.request.Kind, x.request.Action = e.ID, e.Kind, a
	x.request.JSONInput, x.request.Schema = e.JSONInput, e.Schema
	x.request.HasMeta = s.Metadata
	x.request.Headers = x.request.Headers[:0]
	if !s.Metadata {
		return
	}
	x.request.Path = x.path
	x.request.Headers, x.request.IsText = appendHeaders(x.request.Headers, &ctx.Request.Header)
}
