package ingress

import (
	"time"

	"github.com/valyala/fasthttp"

	"skep/abi"
	"skep/host/internal/auth"
	"skep/host/internal/observe"
	"skep/host/internal/service"
)

// account is what becomes known of a request for counters and records, as it is answered.
type account struct {
	start     time.Time         // as clock tells it: the date is not exact
	answered  time.Time         // when an endpoint had answered; zero for other answers
	service   string            // that exists
	endpoint  *service.Endpoint // that was found
	caller    auth.Principal
	called    bool
	usage     service.Usage
	errorType string // why it was refused or failed; "" else
}

// enter notes which endpoint answers. A request may find another one when the first was replaced.
func (a *account) enter(e *service.Endpoint) {
	if a.endpoint != nil {
		a.endpoint.Stats.End()
	}
	a.endpoint = e
	e.Stats.Begin()
}

// finish counts a request that has its answer now, and records it where that is wanted.
func (s *Server) finish(ctx *fasthttp.RequestCtx, x *exchange, now time.Time) {
	a := &x.account
	status, took := ctx.Response.StatusCode(), now.Sub(a.start)
	if e := a.endpoint; e != nil {
		e.Stats.Answered(status, took)
		if a.called {
			e.Stats.Called(a.usage.Wait, a.usage.Fuel, uint8(a.usage.Rollback))
		}
		e.Stats.End()
	} else {
		s.Observer.Unrouted(status)
	}
	if s.AccessLog != nil || s.Audit != nil {
		s.record(ctx, x, a, status, took)
	}
}

func (s *Server) record(ctx *fasthttp.RequestCtx, x *exchange, a *account, status int, took time.Duration) {
	var answer []byte
	if !ctx.Response.IsBodyStream() { // that of a log that is followed has no end
		answer = ctx.Response.Body()
	}
	r := observe.Request{ID: x.ctx.id, Start: time.Now().Add(-took), Took: took, Remote: ctx.RemoteAddr().String(),
		Method: ctx.Method(), Path: x.path, Status: status, ErrorType: a.errorType,
		In: len(ctx.Request.Body()), Out: len(answer),
		Service: a.service, KeyID: a.caller.ID, Called: a.called,
		Wait: a.usage.Wait, Guest: a.usage.Guest, Fuel: a.usage.Fuel,
		Result: answer}
	if a.caller.Method != 0 {
		r.Auth = a.caller.Method.String()
	}
	if e := a.endpoint; e != nil {
		r.Generation, r.Endpoint, r.Kind = e.Generation, e.ID, msgType(e.Kind)
		r.Query = input(ctx, x, x.request.Action)
	}
	if s.AccessLog != nil {
		s.AccessLog.Record(&r)
	}
	if s.Audit != nil {
		s.Audit.Record(&r)
	}
}

// msgType is what the audit log calls a call of an endpoint.
func msgType(k abi.Kind) string {
	switch k {
	case abi.KindFunction:
		return observe.MsgTypeFunction
	case abi.KindLookup:
		return observe.MsgTypeLookup
	case abi.KindQuery:
		return observe.MsgTypeSQL
	}
	return observe.MsgTypePrediction
}

// Connections is how many connections of clients are open.
func (s *Server) Connections() int { return int(s.http.GetOpenConnectionsCount()) }
