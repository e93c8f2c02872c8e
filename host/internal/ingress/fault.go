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
	s.explain(x, e, err, attrs...).write(ctx)
}

// explain is what a client is told of a call that failed. The cause goes to the log only, with the guest's stack.
func (s *Server) explain(x *exchange, e *service.Endpoint, err error, attrs ...slog.Attr) failure {
	f := failureOf(err)
	x.account.errorType = f.errorType
	e.Stats.Failed(f.errorType)
	cause, stack := splitCause(err.Error())
	attrs = append(attrs, slog.Int("status", f.status), slog.String("cause", cause))
	if stack != "" {
		attrs = append(attrs, slog.String("stack", stack))
	}
	s.logCall(slog.LevelError, "call failed", x, e, f.errorType, attrs...)
	return f
}

// logCall writes a line on a call of an endpoint, unless there were too many of that sort. The errorType is "" for what
// is none.
func (s *Server) logCall(level slog.Level, msg string, x *exchange, e *service.Endpoint, errorType string,
	attrs ...slog.Attr) {
	dropped, ok := s.lines.pass(time.Now(), lineSort{e.Place(), msg + errorType})
	if !ok {
		return
	}
	all := []slog.Attr{slog.String("service", e.Service), slog.String("generation", e.Generation),
		slog.String("endpoint", e.ID), slog.String("requestId", string(x.ctx.id))}
	if errorType != "" {
		all = append(all, slog.String("errorType", errorType))
	}
	if all = append(all, attrs...); dropped > 0 {
		all = append(all, slog.Int("linesDropped", dropped))
	}
	s.Log.LogAttrs(&x.ctx, level, msg, all...)
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
