package ingress

import (
	"strconv"

	"github.com/valyala/fasthttp"
)

// refusal says why a request was not read to its end: what the client is told. The connection ends with it.
type refusal struct {
	status             int
	errorType, message string
}

// Error is the message.
func (r *refusal) Error() string { return r.message }

// malformed is the refusal of what breaks the grammar of HTTP, or what other programs may read as another request.
func malformed(message string) *refusal { return &refusal{400, "IllegalArgument", message} }

// What a request is refused for before the HTTP server sees it.
var (
	errNoHTTP       = malformed("the request is not valid HTTP")
	errBareLF       = malformed("a line ends with a line feed alone, without a carriage return")
	errRequestLine  = malformed("the first line must be a method, a target and a version, with one space between them")
	errTarget       = malformed("the request target must be a path that begins with /")
	errTargetByte   = malformed("the request target has a control character")
	errEscape       = malformed("the request target has a % without two hexadecimal digits after it")
	errVersion      = &refusal{505, "VersionNotSupported", "the server speaks HTTP/1.1 and HTTP/1.0"}
	errLongLine     = &refusal{414, "URITooLong", "the request line has more than " + strconv.Itoa(maxRequestLine) + " bytes"}
	errLongFields   = &refusal{431, "HeaderTooLarge", "the headers have more than " + strconv.Itoa(maxFields) + " bytes"}
	errManyFields   = &refusal{431, "HeaderTooLarge", "the request has more than " + strconv.Itoa(maxFieldLines) + " headers"}
	errFolded       = malformed("a header begins with white space; continued lines are obsolete")
	errFieldName    = malformed("a header has no valid name before its colon")
	errFieldValue   = malformed("a header's value has a control character")
	errHosts        = malformed("an HTTP/1.1 request must have exactly one Host header")
	errHost         = malformed("the Host header is not valid")
	errLength       = malformed("the Content-Length header is not a number of bytes")
	errTwoLengths   = malformed("the request has more than one Content-Length header")
	errCoding       = malformed("the only Transfer-Encoding is chunked, once, in HTTP/1.1")
	errLengthCoding = malformed("the request has both Content-Length and Transfer-Encoding")
	errNoLength     = &refusal{411, "LengthRequired", "an HTTP/1.0 request with a body needs a Content-Length header"}
	errExpectation  = &refusal{417, "ExpectationFailed", "the only expectation is 100-continue"}
	errChunkLine    = malformed("a chunk's size is not valid")
	errChunkEnd     = malformed("a chunk does not end where its size says")
	errCut          = malformed("the request ended before it was complete")
	errSlow         = &refusal{408, "RequestTimeout", "the request did not arrive in time"}
	// errFraming is met when the HTTP server sees another end of a request than the connection does.
	errFraming = malformed("the end of the request is not clear")
)

// refused is why the request that a context is about was not read, nil when that was not the connection's doing.
func refused(ctx *fasthttp.RequestCtx) *refusal {
	if c, ok := ctx.Conn().(*conn); ok {
		return c.refused
	}
	return nil
}

func (r *refusal) write(ctx *fasthttp.RequestCtx) {
	ctx.SetConnectionClose()
	writeError(ctx, r.status, r.errorType, r.message)
}

// taken ends the message that the HTTP server has read, and says whether server and connection agree on what it was.
func taken(ctx *fasthttp.RequestCtx) bool {
	c, ok := ctx.Conn().(*conn)
	return ok && c.take(len(ctx.Request.Body())) == nil
}

// part says to the connection of a request that the answer is its last one.
func part(ctx *fasthttp.RequestCtx) {
	if c, ok := ctx.Conn().(*conn); ok {
		c.parting()
	}
}
