package ingress

import (
	"slices"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"skep/abi"
	"skep/host/internal/service"
)

// An answer is written after the handler has returned, when another request may already use the same buffers.
func TestAnswerDoesNotAliasBuffers(t *testing.T) {
	for name, e := range map[string]*service.Endpoint{
		"value":  endpoint("text", answers(value(abi.AppendString(nil, "Hello, World!")))),
		"custom": custom("text", answers(customHello)),
		"error":  endpoint("text", answers(abi.Result{Tag: abi.TagError, Status: 401, Message: "no", Type: "NoKey"})),
		"bad":    endpoint("text", answers(abi.Result{Tag: 9})),
	} {
		s := quietServer()
		s.Registry, s.Metadata = registry(e), true
		var ctx fasthttp.RequestCtx
		var request fasthttp.Request
		request.Header.SetMethod("POST")
		request.SetRequestURI("/public/api/v1/docs/text/run")
		request.SetBodyString(`{"a":1}`)
		ctx.Init(&request, nil, nil)

		x := new(exchange)
		s.serve(&ctx, x, time.Now())
		before := ctx.Response.String()
		r := &x.decoder.Reply
		for _, b := range [][]byte{x.path, x.body, r.Value, r.Body, r.ContentType} {
			scribble(b)
		}
		for _, h := range slices.Concat(r.Headers, x.request.Headers) {
			scribble(h.Name)
			scribble(h.Value)
		}
		if after := ctx.Response.String(); after != before {
			t.Errorf("%s: the answer changes with the buffers: %q, was %q", name, after, before)
		}
	}
}

func scribble(b []byte) {
	for i := range b[:cap(b)] {
		b[:cap(b)][i] = '!'
	}
}

var customHello = abi.Result{Tag: abi.TagCustom, Status: 200, ContentType: "text/plain", Body: []byte("Hello"),
	Headers: []abi.Header{{Name: "Machin", Value: "Truc"}, {Name: "Set-Cookie", Value: "chocolate"}}}
