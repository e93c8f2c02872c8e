package ingress

import (
	"slices"
	"strings"

	"github.com/valyala/fasthttp"
)

// corsAge is how long browsers remember what they were told, in seconds.
const corsAge = "600"

// cors tells browsers which pages of other origins may call. The zero value tells them nothing.
type cors struct {
	origins          []string
	any              bool
	headers, methods string
}

func newCORS(config CORS) cors {
	c := cors{origins: config.Origins, any: slices.Contains(config.Origins, "*"),
		headers: strings.Join(config.Headers, ", "), methods: strings.Join(config.Methods, ", ")}
	if c.headers == "" {
		c.headers = "Authorization, Content-Type, " + headerRequestID
	}
	if c.methods == "" {
		c.methods = "GET, POST"
	}
	return c
}

// on says whether there are pages that may call.
func (c *cors) on() bool { return len(c.origins) > 0 }

// mark says in a response, whichever it is, that the page may read it.
func (c *cors) mark(ctx *fasthttp.RequestCtx) {
	if !c.on() {
		return
	}
	h := &ctx.Response.Header
	if c.any {
		h.Set("Access-Control-Allow-Origin", "*")
		return
	}
	h.Set("Vary", "Origin") // the next client may be another page
	if origin := peekFold(&ctx.Request.Header, "Origin"); slices.Contains(c.origins, string(origin)) {
		h.SetBytesV("Access-Control-Allow-Origin", origin)
	}
}

// preflight answers the question that a browser asks before a request, and says whether it was one.
func (c *cors) preflight(ctx *fasthttp.RequestCtx) bool {
	if !c.on() || !ctx.IsOptions() || peekFold(&ctx.Request.Header, "Origin") == nil ||
		peekFold(&ctx.Request.Header, "Access-Control-Request-Method") == nil {
		return false
	}
	h := &ctx.Response.Header
	ctx.Response.SetStatusCode(204)
	h.Set("Access-Control-Allow-Methods", c.methods)
	h.Set("Access-Control-Allow-Headers", c.headers)
	h.Set("Access-Control-Max-Age", corsAge)
	return true
}

// owns says whether an endpoint's own header gives way to what the server says about origins.
func (c *cors) owns(name []byte) bool {
	const prefix = "Access-Control-"
	return c.on() && len(name) >= len(prefix) && equalFold(name[:len(prefix)], prefix)
}

// peekFold is the first value of a header of a request, nil where there is none. Names are as the client wrote them.
func peekFold(h *fasthttp.RequestHeader, name string) []byte {
	for key, value := range h.All() {
		if len(key) == len(name) && equalFold(key, name) {
			return value
		}
	}
	return nil
}
