package ingress

import "github.com/valyala/fasthttp"

// names says which headers a request has, of those that are looked for in every one, and that few have.
type names uint8

const (
	nameAuthorization names = 1 << iota
	nameRequestID
	nameContentEncoding

	namesUnknown names = 1<<iota - 1 // it may have any
)

const headerContentEncoding = "Content-Encoding"

// note adds one of them, which is spelled so, where it is the name of a header.
func (n *names) note(one names, spelled string, name []byte) {
	if equalFold(name, spelled) {
		*n |= one
	}
}

func (n names) has(one names) bool { return n&one != 0 }

// namesOf are those of the request that a context is about.
func namesOf(ctx *fasthttp.RequestCtx) names {
	if c, ok := ctx.Conn().(*conn); ok {
		return c.names
	}
	return namesUnknown
}
