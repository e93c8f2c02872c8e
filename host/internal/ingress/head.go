package ingress

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"

	"skep/host/internal/frame"
)

// head reads the head of one message, line by line as it arrives, and knows then where the message ends. It is stricter
// than the standard where the standard lets two programs see different messages. The zero value is ready; it keeps
// nothing of what it reads.
type head struct {
	size    int // of the lines that were read, in bytes
	first   int // of them in the request line
	fields  int
	http10  bool
	carries bool // the method is one that usually has a body
	hosts   int
	lengths int
	length  int64 // what Content-Length says
	chunked bool
	expects bool // the client waits to be asked for the body
	names   names
}

// read goes on reading text, which begins where the message does and has grown since. It says whether the head is
// whole.
func (h *head) read(text []byte) (whole bool, r *refusal) {
	for {
		rest := text[h.size:]
		n := bytes.IndexByte(rest, '\n')
		if r := h.bounded(rest, n); r != nil || n < 0 {
			return false, r
		}
		if n == 0 || rest[n-1] != '\r' {
			return false, errBareLF
		}
		h.size += n + 1
		line := rest[:n-1]
		switch {
		case h.first == 0:
			h.first = h.size
			r = h.requestLine(line)
		case len(line) == 0:
			return true, h.end()
		default:
			r = h.field(line)
		}
		if r != nil {
			return false, r
		}
	}
}

// bounded refuses a line that is too long, and what cannot begin a request, before the line is whole: it ends at n, or
// not yet when n is negative.
func (h *head) bounded(rest []byte, n int) *refusal {
	if h.first == 0 {
		if n < 0 {
			n = len(rest)
		}
		switch {
		case len(rest) > 0 && !frame.TokenByte(rest[0]):
			return errNoHTTP
		case n > maxRequestLine+1: // with the carriage return
			return errLongLine
		}
		return nil
	}
	if n < 0 {
		n = len(rest) - 1
	}
	if h.size-h.first+n+1 > maxFields {
		return errLongFields
	}
	return nil
}

func (h *head) requestLine(line []byte) *refusal {
	method, rest, _ := bytes.Cut(line, []byte(" "))
	target, version, ok := bytes.Cut(rest, []byte(" "))
	if !ok || len(method) == 0 || len(target) == 0 {
		return errRequestLine
	}
	switch string(version) {
	case "HTTP/1.1":
	case "HTTP/1.0":
		h.http10 = true
	default:
		if len(version) == 8 && string(version[:5]) == "HTTP/" && digit(version[5]) && version[6] == '.' &&
			digit(version[7]) {
			return errVersion
		}
		return errRequestLine
	}
	switch string(method) {
	case "POST", "PUT", "PATCH":
		h.carries = true
	case "GET":
	default:
		for _, c := range method { // others are for the routes to refuse
			if !frame.TokenByte(c) {
				return errRequestLine
			}
		}
	}
	if target[0] != '/' && (string(target) != "*" || string(method) != "OPTIONS") {
		return errTarget
	}
	for i, c := range target {
		switch {
		case c <= ' ', c == 0x7f:
			return errTargetByte
		case c == '%' && (i+2 >= len(target) || unhex(target[i+1]) < 0 || unhex(target[i+2]) < 0):
			return errEscape
		}
	}
	return nil
}

func (h *head) field(line []byte) *refusal {
	if h.fields++; h.fields > maxFieldLines {
		return errManyFields
	}
	name, value, r := cutField(line)
	if r != nil {
		return r
	}
	switch len(name) {
	case len("Host"):
		if equalFold(name, "Host") {
			h.hosts++
			if !validHost(value) {
				return errHost
			}
		}
	case len("Expect"):
		if equalFold(name, "Expect") {
			if !equalFold(value, "100-continue") {
				return errExpectation
			}
			h.expects = true
		}
	case len("Content-Length"):
		if equalFold(name, "Content-Length") {
			return h.contentLength(value)
		}
	case len(headerAuthorization):
		h.names.note(nameAuthorization, headerAuthorization, name)
	case len(headerRequestID):
		h.names.note(nameRequestID, headerRequestID, name)
	case len(headerContentEncoding):
		h.names.note(nameContentEncoding, headerContentEncoding, name)
	case len("Transfer-Encoding"):
		if equalFold(name, "Transfer-Encoding") {
			if h.chunked || h.http10 || !equalFold(value, "chunked") {
				return errCoding
			}
			h.chunked = true
		}
	}
	return nil
}

// cutField parts a header into name and value, without the white space around the value.
func cutField(line []byte) (name, value []byte, r *refusal) {
	if line[0] == ' ' || line[0] == '\t' {
		return nil, nil, errFolded
	}
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 {
		return nil, nil, errFieldName
	}
	name, value = line[:colon], trim(line[colon+1:])
	for _, c := range name {
		if !frame.TokenByte(c) {
			return nil, nil, errFieldName
		}
	}
	if control(value) {
		return nil, nil, errFieldValue
	}
	return name, value, nil
}

// trim takes white space off both ends.
func trim(value []byte) []byte {
	for len(value) > 0 && (value[0] == ' ' || value[0] == '\t') {
		value = value[1:]
	}
	for n := len(value); n > 0 && (value[n-1] == ' ' || value[n-1] == '\t'); n-- {
		value = value[:n-1]
	}
	return value
}

// control says whether there is a control character other than a tab in a text. It looks at eight bytes at a time: with
// ones and highs, a byte of x-ones*n or so has its high bit set where one of x is below n.
func control(text []byte) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for len(text) >= 8 {
		x := binary.LittleEndian.Uint64(text)
		del := x ^ ones*0x7f
		if ((x-ones*0x20)&^x|(del-ones)&^del)&highs != 0 && controlIn(text[:8]) {
			return true
		}
		text = text[8:]
	}
	return controlIn(text)
}

func controlIn(text []byte) bool {
	for _, c := range text {
		if c < ' ' && c != '\t' || c == 0x7f {
			return true
		}
	}
	return false
}

// contentLength takes digits only: signs, lists and bases are where programs differ.
func (h *head) contentLength(value []byte) *refusal {
	if h.lengths++; h.lengths > 1 {
		return errTwoLengths
	}
	if len(value) == 0 {
		return errLength
	}
	for _, c := range value {
		if !digit(c) || h.length > (math.MaxInt64-9)/10 {
			return errLength
		}
		h.length = 10*h.length + int64(c-'0')
	}
	return nil
}

// end judges the fields together.
func (h *head) end() *refusal {
	switch {
	case h.hosts > 1, h.hosts == 0 && !h.http10:
		return errHosts
	case h.chunked && h.lengths > 0:
		return errLengthCoding
	case h.http10 && h.carries && h.lengths == 0:
		return errNoLength
	}
	return nil
}

// hostBytes may stand in a host and its port, beside those of a name.
const hostBytes = "%(),;=:[]"

func validHost(value []byte) bool {
	for _, c := range value {
		if !frame.TokenByte(c) && strings.IndexByte(hostBytes, c) < 0 {
			return false
		}
	}
	return true
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
