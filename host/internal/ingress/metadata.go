package ingress

import (
	"bytes"

	"github.com/valyala/fasthttp"

	"skep/host/internal/frame"
)

// appendHeaders adds the header lines of a request, in the order and the spelling in which they arrived, with their
// repeats. They are parts of the HTTP server's buffers.
func appendHeaders(list []frame.Header, h *fasthttp.RequestHeader) []frame.Header {
	start := len(list)
	for rest := h.RawHeaders(); len(rest) > 0; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		name, value, ok := bytes.Cut(line, []byte(":"))
		switch {
		case len(line) == 0:
			return list // the end of the head
		case !ok || line[0] == ' ' || line[0] == '\t':
			return appendParsed(list[:start], h) // a folded line
		}
		list = append(list, frame.Header{Name: name, Value: bytes.Trim(value, " \t")})
	}
	return list
}

// appendParsed adds the headers as the HTTP server has sorted them: those that it has a use for come first.
func appendParsed(list []frame.Header, h *fasthttp.RequestHeader) []frame.Header {
	for name, value := range h.All() {
		list = append(list, frame.Header{Name: name, Value: value})
	}
	return list
}
