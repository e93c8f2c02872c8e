package ingress

import (
	"bytes"

	"skep/host/internal/frame"
)

// prefix is where the user API begins, with single slashes.
const prefix = "/public/api/v1/"

// route is what a path names. Its slices are parts of the path that was parsed.
type route struct {
	service, endpoint []byte
	action            frame.Action
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

// parseRoute reads /public/api/v1/{service}/{endpoint}/{action}. Ids need no escapes, so one that has some is none.
func parseRoute(path []byte) (route, bool) {
	rest, ok := bytes.CutPrefix(path, []byte(prefix))
	if !ok {
		return route{}, false
	}
	var r route
	var action []byte
	if r.service, rest, ok = bytes.Cut(rest, []byte("/")); !ok {
		return route{}, false
	}
	if r.endpoint, action, ok = bytes.Cut(rest, []byte("/")); !ok {
		return route{}, false
	}
	r.action = frame.ParseAction(action)
	return r, r.action != 0
}
