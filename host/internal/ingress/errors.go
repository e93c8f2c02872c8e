package ingress

import (
	"errors"
	"strconv"

	"github.com/valyala/fasthttp"

	"skep/abi"
	"skep/host/internal/frame"
	"skep/host/internal/service"
)

// failure is one way in which a request gets no answer of its endpoint: what the client is told. No text of it comes
// from the host's own errors.
type failure struct {
	status     int
	errorType  string
	message    string
	retryAfter int // seconds; 0: not sent
}

// failures says for each error of a call what the client gets, one row for each sentinel of package service. The first
// match counts.
var failures = []struct {
	err error
	failure
}{
	{service.ErrPoolFull, failure{503, "PoolExhausted", "too many requests wait for this endpoint", 1}},
	{service.ErrPoolTimeout, failure{503, "PoolTimeout", "no instance of the endpoint became free in time", 1}},
	{service.ErrUnavailable, failure{503, "EndpointUnavailable", "the endpoint is not available", 1}},
	{service.ErrGuestTimeout, failure{504, "GuestTimeout", "the endpoint did not answer within its time limit", 0}},
	{service.ErrGuestMemory, failure{500, "GuestMemory", "the endpoint ran out of memory", 0}},
	{service.ErrCustomOff, failure{500, "CustomResponseNotEnabled", "the endpoint answered with a custom response, " +
		"but its setting returns_custom_response is not enabled", 0}},
	{service.ErrGuestProtocol, failure{502, "GuestProtocol", "the endpoint gave an answer that cannot be sent", 0}},
	{service.ErrGuestExit, failure{500, "GuestExit", "the endpoint ended itself", 0}},
	{service.ErrGuestFuel, failure{500, "GuestFuel", "the endpoint needed more work than a request may", 0}},
	{service.ErrGuestStack, failure{500, "GuestStack", "the endpoint ran out of stack", 0}},
	{service.ErrGuestTrap, failure{500, "GuestTrap", "the endpoint failed", 0}},
}

// What the data plane itself refuses.
var (
	errInput  = failure{400, "IllegalArgument", "", 0} // with what is wrong
	errNoPath = failure{404, "NotFound", "no such path; endpoints are called by " + prefix +
		"{service}/{endpoint}/{action}", 0}
	errNoService    = failure{404, "NotFound", "no such service", 0}
	errNoGeneration = failure{404, "NotFound", "the service has no such generation loaded", 0}
	errNoEndpoint   = failure{404, "NotFound", "the service has no such endpoint", 0}
	errNoAction     = failure{404, "NotFound", "no such action", 0}
	errMethod       = failure{405, "MethodNotAllowed", "not with this method; the header Allow names those of the path", 0}
	errTooLarge     = failure{413, "PayloadTooLarge", "too large", 0}
	errLoading      = failure{503, "EndpointUnavailable", "the endpoint is being loaded", 1}
	errRefused      = failure{503, "EndpointUnavailable", "the endpoint was refused when it was loaded; " +
		"the server's log has the reason", 0}
	errNothingServes = failure{503, "ServiceUnavailable", "the service is disabled, or has nothing to serve", 1}
	errNotAlive      = failure{503, "ServiceUnavailable", "this node is to get no more requests; it answers them still", 0}
)

// What an endpoint is refused that calls others.
var (
	errCallFrame = failure{400, "IllegalArgument", "the call of an endpoint is no call frame", 0}
	errCallDepth = failure{508, "SelfCallLimit", "calls of endpoints by endpoints are nested deeper than " +
		strconv.Itoa(abi.MaxCallDepth), 0}
	errCalls = failure{508, "SelfCallLimit", "endpoints have called others more than " + strconv.Itoa(abi.MaxCalls) +
		" times for one request", 0}
)

// What is refused because of who asks.
var (
	errCredentials = failure{401, "NotAuthenticated", "this service asks for credentials: send an API key or a token that " +
		"is valid for it in the Authorization header", 0}
	errForbidden   = failure{403, "Unauthorized", "the token is valid, but does not allow to call this service", 0}
	errKeysUnknown = failure{503, "ServiceUnavailable", "it cannot be told at present who may call this service", 5}
)

// with is the failure with more to say.
func (f failure) with(more string) failure {
	f.message += more
	return f
}

var internalError = failure{500, "InternalError", "the server failed to answer", 0}

func failureOf(err error) failure {
	for _, f := range failures {
		if errors.Is(err, f.err) {
			return f.failure
		}
	}
	return internalError
}

// handleBroken answers a request that could not be read; the HTTP server ends the connection with it.
func (s *Server) handleBroken(ctx *fasthttp.RequestCtx, err error) {
	part(ctx)
	if errors.Is(err, fasthttp.ErrBodyTooLarge) {
		s.refuseLarge(ctx)
		return
	}
	defer func() { s.Observer.Unrouted(ctx.Response.StatusCode()) }()
	s.identify(ctx, appendRequestID(nil, namesOf(ctx), &ctx.Request.Header))
	if r := refused(ctx); r != nil {
		r.write(ctx)
		return
	}
	errNoHTTP.write(ctx)
}

// write makes the failure the response.
func (f failure) write(ctx *fasthttp.RequestCtx) {
	if f.retryAfter > 0 {
		ctx.Response.Header.Set("Retry-After", strconv.Itoa(f.retryAfter))
	}
	writeError(ctx, f.status, f.errorType, f.message)
}

// writeError makes a JSON error body the response.
func writeError(ctx *fasthttp.RequestCtx, status int, errorType, message string) {
	ctx.Response.SetStatusCode(status)
	ctx.Response.Header.SetContentType(contentTypeJSON)
	ctx.Response.SetBodyRaw(frame.AppendError(nil, errorType, message))
}

const contentTypeJSON = "application/json;charset=utf-8"
