package ingress

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/valyala/fasthttp"

	"skep/host/internal/frame"
	"skep/host/internal/service"
)

// exchange holds what one request needs beside the server's own buffers. It is reused.
type exchange struct {
	ctx     requestContext
	path    []byte
	request frame.Request
	encoder frame.Encoder
	decoder frame.Decoder
	body    []byte
}

// handle answers every request that could be read.
func (s *Server) handle(ctx *fasthttp.RequestCtx) {
	start := time.Now()
	x := s.exchanges.Get().(*exchange)
	defer s.recovered(ctx, x)
	x.ctx.id = appendRequestID(x.ctx.id[:0], &ctx.Request.Header)
	s.identify(ctx, x.ctx.id)
	if !taken(ctx) {
		errFraming.write(ctx)
	} else if !s.cors.preflight(ctx) {
		s.serve(ctx, x, start)
	}
	s.exchanges.Put(x) // not after a panic: nobody knows what that has left behind
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
}

// serve routes a request.
func (s *Server) serve(ctx *fasthttp.RequestCtx, x *exchange, start time.Time) {
	e, action, ok := s.target(ctx, x)
	if !ok {
		return
	}
	if e == nil {
		ctx.Response.Header.SetContentType(contentTypeJSON)
		ctx.Response.SetBodyString(`{"ok":true}`)
		return
	}
	if size := int64(len(ctx.Request.Body())); size > e.MaxBody {
		writeTooLarge(ctx, e.MaxBody, "has "+strconv.FormatInt(size, 10)+" bytes")
		return
	}
	s.call(ctx, x, e, action, start)
}

// target finds the endpoint that answers a request, nil for isAlive, from its head alone. It answers the request itself
// and says false when there is none.
func (s *Server) target(ctx *fasthttp.RequestCtx, x *exchange) (*service.Endpoint, frame.Action, bool) {
	x.path = canonical(x.path[:0], ctx.Request.Header.RequestURI())
	if string(x.path) == "/isAlive" {
		return nil, 0, isAlive(ctx)
	}
	r, ok := parseRoute(x.path)
	if !ok {
		writeError(ctx, 404, "NotFound", "no such path; endpoints are called by POST "+prefix+
			"{service}/{endpoint}/{action}")
		return nil, 0, false
	}
	if !ctx.IsPost() {
		ctx.Response.Header.Set("Allow", "POST")
		writeError(ctx, 405, "MethodNotAllowed", "an endpoint is called by POST")
		return nil, 0, false
	}
	e := s.find(ctx, r)
	return e, r.action, e != nil
}

// identify says in the response who answers what.
func (s *Server) identify(ctx *fasthttp.RequestCtx, requestID []byte) {
	ctx.Response.Header.Set("DSS-API-Version", "1")
	ctx.Response.Header.Set("DSS-Version", s.Version)
	ctx.Response.Header.SetBytesV(headerRequestID, requestID)
	s.cors.mark(ctx)
}

// isAlive says whether a load balancer asks, which learns then that the process answers.
func isAlive(ctx *fasthttp.RequestCtx) bool {
	if !ctx.IsGet() && !ctx.IsHead() {
		ctx.Response.Header.Set("Allow", "GET, HEAD")
		writeError(ctx, 405, "MethodNotAllowed", "isAlive is asked by GET")
		return false
	}
	return true
}

// find gives the endpoint that a route names, or answers the request itself and gives nil.
func (s *Server) find(ctx *fasthttp.RequestCtx, r route) *service.Endpoint {
	found := s.Registry.Lookup(r.service)
	if found == nil {
		writeError(ctx, 404, "NotFound", "no such service")
		return nil
	}
	e := found.Active.Endpoints[string(r.endpoint)]
	switch {
	case e == nil:
		writeError(ctx, 404, "NotFound", "the service has no such endpoint")
	case e.State == service.StateLoading:
		failure{503, "EndpointUnavailable", "the endpoint is being loaded", 1}.write(ctx)
	case e.State != service.StateReady:
		writeError(ctx, 503, "EndpointUnavailable", "the endpoint was refused when it was loaded; "+
			"the server's log has the reason")
	case !r.action.Fits(e.Kind):
		writeError(ctx, 404, "NotFound", "an endpoint of kind "+e.Kind.String()+" has no action "+r.action.String())
	default:
		return e
	}
	return nil
}

// call has an endpoint answer the request.
func (s *Server) call(ctx *fasthttp.RequestCtx, x *exchange, e *service.Endpoint, action frame.Action,
	start time.Time) {
	body, ok := plainBody(ctx, e.MaxBody)
	if !ok {
		return
	}
	s.describe(ctx, x, e, action)
	request, rows, err := x.encoder.Encode(&x.request, body)
	if err != nil {
		var input *frame.InputError
		if errors.As(err, &input) {
			writeError(ctx, 400, "IllegalArgument", input.Error())
			return
		}
		s.fail(ctx, x, e, err)
		return
	}
	x.decoder.Reset(&x.request, rows, e.CustomResponse)

	called := time.Now()
	usage, err := e.Caller.Call(&x.ctx, request, &x.decoder)
	if err != nil {
		s.fail(ctx, x, e, err)
		return
	}
	for _, note := range x.decoder.Reply.Notes {
		s.logCall(slog.LevelWarn, "answer corrected", x, e, "", slog.String("note", clip(note, maxCause)))
	}
	s.reply(ctx, x, e, action, clock{start, called, time.Now(), usage})
}

// describe fills in what the request frame says beside the body. It holds the HTTP server's own buffers, which last
// until the request is answered.
func (s *Server) describe(ctx *fasthttp.RequestCtx, x *exchange, e *service.Endpoint, action frame.Action) {
	x.request.Endpoint, x.request.Kind, x.request.Action, x.request.JSONInput = e.ID, e.Kind, action, e.JSONInput
	x.request.HasMeta = s.Metadata
	x.request.Headers = x.request.Headers[:0]
	if !s.Metadata {
		return
	}
	x.request.Path = x.path
	for name, value := range ctx.Request.Header.All() {
		x.request.Headers = append(x.request.Headers, frame.Header{Name: name, Value: value})
	}
}
