package ingress

import (
	"bytes"

	"github.com/valyala/fasthttp"

	"skep/host/internal/action"
)

// prefix is where the user API begins, with single slashes.
const prefix = "/public/api/v1/"

// swaggerPage is what the documentation of a service is called, in the place of an endpoint.
const swaggerPage = "swagger"

// route is what a path names: an action of an endpoint, or the documentation of a service, which has neither. Its slices
// are parts of the path that was parsed.
type route struct {
	service, endpoint []byte
	action            action.Action
}

// canonical is the path of a request target without its query, with single slashes and without one at the end; escapes
// are left as they are. It appends to dst.
func canonical(dst, target []byte) []byte {
	if i := bytes.IndexByte(target, '?'); i >= 0 {
		target = target[:i]
	}
	start := len(dst)
	for _, c := range target {
		if c == '/' && len(dst) > start && dst[len(dst)-1] == '/' {
			continue
		}
		dst = append(dst, c)
	}
	if n := len(dst); n > start+1 && dst[n-1] == '/' {
		dst = dst[:n-1]
	}
	return dst
}

// parseRoute reads /public/api/v1/{service}/{endpoint}/{action} and /public/api/v1/{service}/swagger. Ids need no escapes,
// so one that has some is none.
func parseRoute(path []byte) (route, bool) {
	rest, ok := bytes.CutPrefix(path, []byte(prefix))
	if !ok {
		return route{}, false
	}
	var r route
	var name []byte
	if r.service, rest, ok = bytes.Cut(rest, []byte("/")); !ok {
		return route{}, false
	}
	if string(rest) == swaggerPage {
		return r, true
	}
	if r.endpoint, name, ok = bytes.Cut(rest, []byte("/")); !ok {
		return route{}, false
	}
	r.action = action.Parse(name)
	return r, r.action != 0
}

// allow are the methods of a route.
func (r route) allow() string {
	if r.endpoint == nil {
		return "GET, HEAD"
	}
	return r.action.Method()
}

// allows says whether a request has one of them.
func (r route) allows(ctx *fasthttp.RequestCtx) bool {
	switch r.allow() {
	case "POST":
		return ctx.IsPost()
	case "GET":
		return ctx.IsGet()
	}
	return ctx.IsGet() || ctx.IsHead()
}
