package ingress

import (
	"context"
	"errors"
	"log/slog"
	"strconv"

	"skep/abi"
	"skep/host/internal/frame"
	"skep/host/internal/manifest"
	"skep/host/internal/service"
)

// selfCalls answers the calls that the endpoint of a request makes of others, with the rights of who sent the request: of
// the same service and generation, with the request's headers and path. It is reused, as its exchange is.
type selfCalls struct {
	s          *Server
	x          *exchange
	service    string // its id
	generation *service.Generation
	depth      int // of calls in each other
	calls      int // so far
	relays     [abi.MaxCallDepth + 1]*frame.Relay
}

var _ service.Self = (*selfCalls)(nil)

// begin makes it that of a request.
func (c *selfCalls) begin(s *Server, x *exchange, found *service.Service, generation *service.Generation) {
	c.s, c.x, c.service, c.generation = s, x, found.ID, generation
	c.depth, c.calls = 0, 0
	x.ctx.self = c
}

// CallSelf answers one call. See [service.Self].
func (c *selfCalls) CallSelf(ctx context.Context, call []byte) (status int, result []byte) {
	if c.relays[c.depth] == nil {
		c.relays[c.depth] = new(frame.Relay)
	}
	relay := c.relays[c.depth] // what it holds for the caller is not touched by calls further down
	c.depth++
	f := c.relay(ctx, relay, call)
	c.depth--
	if f != nil {
		relay.Fail(f.status, f.errorType, f.message)
	}
	return relay.Result()
}

// relay has the endpoint answer, or says why it does not.
func (c *selfCalls) relay(ctx context.Context, relay *frame.Relay, sent []byte) *failure {
	switch {
	case c.depth > abi.MaxCallDepth:
		return &errCallDepth
	case c.calls == abi.MaxCalls:
		return &errCalls
	case len(sent) > manifest.MaxBody:
		return &errTooLarge
	}
	c.calls++
	call, err := abi.ReadCall(sent)
	if err != nil {
		return &errCallFrame
	}
	for called := (*service.Endpoint)(nil); ; {
		e, f := c.find(call)
		if f != nil {
			return f
		}
		usage, err := c.call(ctx, relay, e, call)
		var bad *frame.InputError
		switch {
		case err == nil:
			return nil
		case errors.As(err, &bad):
			f := errInput.with(bad.Error())
			return &f
		case !errors.Is(err, service.ErrUnavailable) || e == called:
			f := c.s.explain(c.x, e, err, slog.Uint64("fuel", usage.Fuel), slog.Int("depth", c.depth))
			return &f
		}
		called = e // it was replaced between being found and being called
		c.renew()
	}
}

// find gives the endpoint that is called, or says why it cannot be.
func (c *selfCalls) find(call abi.Call) (*service.Endpoint, *failure) {
	e := c.generation.Endpoints[call.Endpoint]
	switch {
	case e == nil:
		return nil, &errNoEndpoint
	case e.State == service.StateLoading:
		return nil, &errLoading
	case e.State != service.StateReady:
		return nil, &errRefused
	case int64(len(call.Input)) > e.MaxBody:
		f := errTooLarge.with(": the input has " + strconv.Itoa(len(call.Input)) + " bytes, the endpoint takes at most " +
			strconv.FormatInt(e.MaxBody, 10))
		return nil, &f
	}
	return e, nil
}

// call calls an endpoint.
func (c *selfCalls) call(ctx context.Context, relay *frame.Relay, e *service.Endpoint, call abi.Call) (service.Usage,
	error) {
	request := c.x.request // with the metadata of the request
	request.Endpoint, request.Kind, request.JSONInput, request.Schema = e.ID, e.Kind, e.JSONInput, e.Schema
	encoded, err := relay.Encode(&request, call, e.CustomResponse)
	if err != nil {
		return service.Usage{}, err
	}
	usage, err := e.Caller.Call(ctx, encoded, relay)
	if err != nil {
		return usage, err
	}
	for _, note := range relay.Notes() {
		c.s.corrected(c.x, e, note)
	}
	return usage, nil
}

// renew looks for the generation as it is now: another endpoint of it may have been replaced since the request began.
func (c *selfCalls) renew() {
	if found := c.s.Registry.Lookup([]byte(c.service)); found != nil {
		if now := found.Generation([]byte(c.generation.ID)); now != nil {
			c.generation = now
		}
	}
}
