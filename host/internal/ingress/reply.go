package ingress

import (
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"skep/abi"
	"skep/host/internal/frame"
	"skep/host/internal/service"
)

// clock holds the moments of a request that its timing is made of.
type clock struct {
	start, called, answered time.Time
	usage                   service.Usage
}

func (c clock) timing() frame.Timing {
	call := c.answered.Sub(c.called) - c.usage.Wait
	return frame.Timing{
		PreProcessing:    c.called.Sub(c.start),
		Wait:             c.usage.Wait,
		Execution:        call,
		FunctionInternal: c.usage.Guest,
		Preparation:      call - c.usage.Guest,
		Prediction:       c.usage.Guest,
		PostProcessing:   time.Since(c.answered),
	}
}

// reply writes what the endpoint answered.
func (s *Server) reply(ctx *fasthttp.RequestCtx, x *exchange, e *service.Endpoint, action frame.Action, c clock) {
	r := &x.decoder.Reply
	switch r.Tag {
	case abi.TagError:
		writeError(ctx, r.Status, r.Type, r.Message)
	case abi.TagCustom:
		s.writeCustom(ctx, e, r, c)
	default:
		ctx.Response.Header.SetContentType(contentTypeJSON)
		x.body = frame.AppendEnvelope(x.body[:0], action, r.Value, c.timing(),
			frame.Context{Service: e.Service, Endpoint: e.ID, Generation: e.Generation})
		ctx.Response.SetBody(x.body)
	}
}

// writeCustom sends a custom response as it is: its body has no envelope, so timing and generation go into headers.
func (s *Server) writeCustom(ctx *fasthttp.RequestCtx, e *service.Endpoint, r *frame.Reply, c clock) {
	h := &ctx.Response.Header
	ctx.Response.SetStatusCode(r.Status)
	h.SetContentTypeBytes(r.ContentType)
	if !bodiless(r.Status) {
		ctx.Response.SetBody(r.Body)
	}
	t := c.timing()
	h.Set("X-Service-Generation", e.Generation)
	h.Set("X-Timing-Wait", strconv.FormatInt(t.Wait.Microseconds(), 10))
	h.Set("X-Timing-Execution", strconv.FormatInt(t.Execution.Microseconds(), 10))
	for _, header := range r.Headers {
		if !ownHeader(header.Name) && !s.cors.owns(header.Name) {
			h.AddBytesKV(header.Name, header.Value)
		}
	}
}

// bodiless says whether a response of that status has no body, whatever the endpoint answered.
func bodiless(status int) bool { return status == 204 || status == 205 || status == 304 }

// ownHeader says whether a header tells who answered: an endpoint that passes on what another host sent has some.
func ownHeader(name []byte) bool {
	for _, own := range [...]string{"DSS-", "X-Service-Generation", "X-Timing-", headerRequestID} {
		if len(name) >= len(own) && equalFold(name[:len(own)], own) {
			return true
		}
	}
	return false
}

func equalFold(name []byte, s string) bool { return strings.EqualFold(string(name), s) }
