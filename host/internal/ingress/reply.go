package ingress

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"skep/abi"
	"skep/host/internal/action"
	"skep/host/internal/frame"
	"skep/host/internal/service"
)

// moments holds the moments of a request that its timing is made of.
type moments struct {
	start, called, answered time.Time
	usage                   service.Usage
}

func (c moments) timing() frame.Timing {
	call := c.answered.Sub(c.called) - c.usage.Wait
	return frame.Timing{
		PreProcessing:    c.called.Sub(c.start),
		Wait:             c.usage.Wait,
		Execution:        call,
		FunctionInternal: c.usage.Guest,
		Preparation:      call - c.usage.Guest,
		Prediction:       c.usage.Guest,
		Fuel:             c.usage.Fuel,
	}
}

// reply writes what the endpoint answered.
func (s *Server) reply(ctx *fasthttp.RequestCtx, x *exchange, e *service.Endpoint, a action.Action, c moments) {
	r := &x.decoder.Reply
	switch r.Tag {
	case abi.TagError:
		writeError(ctx, r.Status, r.Type, r.Message)
	case abi.TagCustom:
		s.writeCustom(ctx, x, e, r, c)
	default:
		ctx.Response.Header.SetContentType(contentTypeJSON)
		x.body = frame.AppendEnvelope(x.body[:0], a, r.Value, c.timing(),
			frame.Context{Service: e.Service, Endpoint: e.ID, Generation: e.Generation})
		x.sent = x.body
		ctx.Response.SetBodyRaw(x.sent)
	}
}

// writeCustom sends a custom response as it is: its body has no envelope, so timing and generation go into headers.
func (s *Server) writeCustom(ctx *fasthttp.RequestCtx, x *exchange, e *service.Endpoint, r *frame.Reply, c moments) {
	h := &ctx.Response.Header
	ctx.Response.SetStatusCode(r.Status)
	h.SetContentTypeBytes(r.ContentType)
	if !bodiless(r.Status) {
		x.sent = r.Body
		ctx.Response.SetBodyRaw(x.sent)
	}
	x.lines = appendTimings(append(x.lines[:0], e.Generation...), c.timing())
	for _, header := range r.Headers {
		if ownHeader(header.Name) || s.cors.owns(header.Name) {
			s.corrected(x, e, "header "+string(header.Name)+": dropped, it tells who answers")
			continue
		}
		x.lines = appendLine(x.lines, header.Name, header.Value)
	}
	writeLines(h, headerGeneration, x.lines)
}

const headerGeneration = "X-Service-Generation"

// appendTimings adds header lines that tell where the time went, in microseconds.
func appendTimings(dst []byte, t frame.Timing) []byte {
	for _, part := range [...]struct {
		name string
		took time.Duration
	}{
		{"X-Timing-PreProcessing", t.PreProcessing},
		{"X-Timing-Wait", t.Wait},
		{"X-Timing-Execution", t.Execution},
		{"X-Timing-FunctionInternal", t.FunctionInternal},
	} {
		dst = append(append(append(dst, "\r\n"...), part.name...), ": "...)
		dst = strconv.AppendInt(dst, max(part.took.Microseconds(), 0), 10)
	}
	dst = append(dst, "\r\nX-Timing-Fuel: "...)
	return strconv.AppendUint(dst, t.Fuel, 10)
}

// appendLine adds a header line behind another one.
func appendLine(dst, name, value []byte) []byte {
	return append(append(append(append(dst, "\r\n"...), name...), ": "...), value...)
}

// writeLines sets a header whose value goes on with further header lines. The HTTP server would sort those that it knows
// (Set-Cookie to the end) and keep one of each only (Content-Encoding, Server); what an endpoint sends goes out in its
// order. So the server is given blanks, since it would look for line breaks to replace, and the value is put there
// afterwards. Names and values come from a frame.Decoder, which lets no line break pass.
func writeLines(h *fasthttp.ResponseHeader, name string, lines []byte) {
	value := lines
	if len(lines) <= len(blanks) {
		value = blanks[:len(lines)]
	}
	h.SetBytesV(name, value)
	copy(h.Peek(name), lines)
}

// blanks are as long as the lines of most answers.
var blanks = bytes.Repeat([]byte(" "), 4<<10)

// bodiless says whether a response of that status has no body, whatever the endpoint answered.
func bodiless(status int) bool { return status == 204 || status == 205 || status == 304 }

// ownHeader says whether a header tells who answered: an endpoint that passes on what another host sent has some.
func ownHeader(name []byte) bool {
	for _, own := range [...]string{"DSS-", headerGeneration, "X-Timing-", headerRequestID} {
		if len(name) >= len(own) && equalFold(name[:len(own)], own) {
			return true
		}
	}
	return false
}

func equalFold(name []byte, s string) bool { return strings.EqualFold(string(name), s) }
