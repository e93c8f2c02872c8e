package ingress

import (
	"bytes"
	"unicode/utf8"

	"github.com/valyala/fasthttp"

	"skep/host/internal/frame"
)

// appendHeaders adds the header lines of a request, in the order and the spelling in which they arrived, with their
// repeats. They are parts of the HTTP server's buffers. All of them are text where all the lines together are UTF-8.
func appendHeaders(list []frame.Header, h *fasthttp.RequestHeader) (_ []frame.Header, text bool) {
	start, rest := len(list), h.RawHeaders()
	text = utf8.Valid(rest)
	for len(rest) > 0 {
		line := rest
		if n := bytes.IndexByte(rest, '\n'); n >= 0 {
			line, rest = rest[:n], rest[n+1:]
		} else {
			rest = nil
		}
		if n := len(line); n > 0 && line[n-1] == '\r' {
			line = line[:n-1]
		}
		if len(line) == 0 {
			return list, text // the end of the head
		}
		colon := bytes.IndexByte(line, ':')
		if colon < 0 || line[0] == ' ' || line[0] == '\t' {
			return appendParsed(list[:start], h), false // a folded line
		}
		list = append(list, frame.Header{Name: line[:colon], Value: trim(line[colon+1:])})
	}
	return list, text
}

// appendParsed adds the headers as the HTTP server has sorted them: those that it has a use for come first.
func appendParsed(list []frame.Header, h *fasthttp.RequestHeader) []frame.Header {
	for name, value := range h.All() {
		list = append(list, frame.Header{Name: name, Value: value})
	}
	return list
}
