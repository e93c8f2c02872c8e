package ingress

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/valyala/fasthttp"

	"skep/host/internal/auth"
	"skep/host/internal/manifest"
)

// Access decides who may call a service. It is safe for concurrent use.
type Access interface {
	// Authorize says who sends a request with these values of Authorization headers, which are not kept. The error wraps
	// a sentinel of package auth; any other one lets nobody pass either.
	Authorize(ctx context.Context, service string, headers [][]byte) (auth.Principal, error)
}

const headerAuthorization = "Authorization"

// authorize notes who sends a request to a service that exists, or answers the request itself and gives false.
func (s *Server) authorize(ctx *fasthttp.RequestCtx, x *exchange, service string) bool {
	x.credentials = x.credentials[:0]
	if x.names.has(nameAuthorization) {
		for name, value := range ctx.Request.Header.All() {
			if len(name) == len(headerAuthorization) && equalFold(name, headerAuthorization) {
				x.credentials = append(x.credentials, value)
			}
		}
	}
	var err error
	x.account.caller, err = s.Access.Authorize(&x.ctx, service, x.credentials)
	if err == nil {
		return true
	}
	f := internalError
	switch h := &ctx.Response.Header; {
	case errors.Is(err, auth.ErrNotAuthenticated):
		f = errCredentials
		if x.account.caller.Method == manifest.AuthAPIKeys {
			h.Add("WWW-Authenticate", `Basic realm="`+service+`", charset="UTF-8"`)
		}
		h.Add("WWW-Authenticate", `Bearer realm="`+service+`"`)
	case errors.Is(err, auth.ErrForbidden):
		f = errForbidden
		h.Add("WWW-Authenticate", `Bearer realm="`+service+`", error="insufficient_scope"`)
	case errors.Is(err, auth.ErrKeysUnavailable):
		f = errKeysUnknown
	}
	x.account.errorType = f.errorType
	s.logRefusal(x, service, f, err)
	f.write(ctx)
	return false
}

// logRefusal writes a line on a request that may not pass, unless there were too many of that sort.
func (s *Server) logRefusal(x *exchange, service string, f failure, err error) {
	dropped, ok := s.lines.pass(time.Now(), lineSort{service, f.errorType})
	if !ok {
		return
	}
	attrs := []slog.Attr{slog.String("service", service), slog.String("requestId", string(x.ctx.id)),
		slog.Int("status", f.status), slog.String("errorType", f.errorType),
		slog.String("cause", clip(err.Error(), maxCause))}
	if dropped > 0 {
		attrs = append(attrs, slog.Int("linesDropped", dropped))
	}
	s.Log.LogAttrs(&x.ctx, slog.LevelWarn, "request refused", attrs...)
}
