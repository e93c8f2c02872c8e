package ingress

import (
	"log/slog"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"skep/host/internal/service"
)

// maxCause and maxStack bound what a log line quotes of a fault, in bytes: names of functions are the module's.
const (
	maxCause = 1 << 10
	maxStack = 4 << 10
)

// fail answers a request whose call failed.
func (s *Server) fail(ctx *fasthttp.RequestCtx, x *exchange, e *service.Endpoint, err error, attrs ...slog.Attr) {
	f := s.explain(x, e, err, attrs...)
	x.account.errorType = f.errorType
	f.write(ctx)
}

// explain is what a caller is told of a call that failed. The cause goes to the log only, with the guest's stack.
func (s *Server) explain(x *exchange, e *service.Endpoint, err error, attrs ...slog.Attr) failure {
	f := failureOf(err)
	e.Stats.Failed(f.errorType)
	cause, stack := splitCause(err.Error())
	attrs = append(attrs, slog.String("errorType", f.errorType), slog.Int("status", f.status), slog.String("cause", cause))
	if stack != "" {
		attrs = append(attrs, slog.String("stack", stack))
	}
	s.logCall(slog.LevelError, "call failed", x, e, f.errorType, ", "+f.errorType+": "+cause+"\n"+stack, attrs...)
	return f
}

// corrected tells that not all of an answer was sent as it was.
func (s *Server) corrected(x *exchange, e *service.Endpoint, note string) {
	note = clip(note, maxCause)
	s.logCall(slog.LevelWarn, "answer corrected", x, e, "", ": "+note, slog.String("note", note))
}

// logCall writes of a call of an endpoint to the host's log with attrs, and to that of the endpoint with what follows the
// message there, line by line, unless there was too much of that sort.
func (s *Server) logCall(level slog.Level, msg string, x *exchange, e *service.Endpoint, sort, follows string,
	attrs ...slog.Attr) {
	dropped, ok := s.lines.pass(time.Now(), lineSort{e.Place(), msg + sort})
	if !ok {
		return
	}
	id := string(x.ctx.id)
	all := append([]slog.Attr{slog.String("service", e.Service), slog.String("generation", e.Generation),
		slog.String("endpoint", e.ID), slog.String("requestId", id)}, attrs...)
	if dropped > 0 {
		all = append(all, slog.Int("linesDropped", dropped))
	}
	s.Log.LogAttrs(&x.ctx, level, msg, all...)
	to := e.Stats.Lines(e.Generation)
	for line := range strings.Lines(msg + follows) {
		to.Line(level, id, strings.TrimRight(line, "\n"))
	}
}

// splitCause parts the text of an error from the trace that the engine adds to it. Both may quote the module; a log
// handler escapes them.
func splitCause(text string) (cause, stack string) {
	const trace = "wasm stack trace:"
	cause, stack, _ = strings.Cut(text, trace)
	return clip(strings.TrimSpace(cause), maxCause), clip(strings.TrimSpace(stack), maxStack)
}

// clip cuts a text that is longer than n bytes.
func clip(s string, n int) string {
	if len(s) > n {
		s = s[:n] + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
