package frame

import (
	"fmt"
	"slices"
	"strings"

	"skep/abi"
	"skep/host/internal/service"
)

// defaultContentType is the type of a custom response that names none.
const defaultContentType = "application/octet-stream"

// readCustom reads TagCustom.
func (d *Decoder) readCustom() error {
	if d.Kind != abi.KindFunction {
		return fmt.Errorf("%w: a custom response from an endpoint of kind %s", service.ErrGuestProtocol, d.Kind)
	}
	if !d.AllowCustom {
		return fmt.Errorf("%w for this endpoint: set returns_custom_response = true in its endpoint.toml",
			service.ErrCustomOff)
	}
	d.arena = slices.Grow(d.arena, len(d.r.frame))
	status, err := d.r.status()
	if err != nil {
		return err
	}
	if status < abi.MinCustomStatus || status > abi.MaxStatus {
		return fmt.Errorf("%w: a custom response with status %d", service.ErrGuestProtocol, status)
	}
	d.Reply.Status = status
	if err := d.readContentType(); err != nil {
		return err
	}
	if c := d.r.next(); c != classStr && c != classBin {
		return d.r.want(classBin, "the body of a custom response")
	}
	body, err := d.readBody()
	if err != nil {
		return err
	}
	d.Reply.Body = d.keep(body)
	return d.readHeaders()
}

// readContentType takes the content type: nil, or an empty string, which means the same.
func (d *Decoder) readContentType() error {
	if d.r.next() == classNil {
		return d.r.null()
	}
	value, err := d.r.str("the content type of a custom response")
	if err != nil {
		return err
	}
	if !fieldValue(value) {
		return d.r.broken("a content type with control characters, which ends")
	}
	d.Reply.ContentType = d.keep(value)
	return nil
}

// readBody takes a body of text, which must be UTF-8, or of bytes.
func (d *Decoder) readBody() ([]byte, error) {
	if d.r.next() == classStr {
		return d.r.str("the body of a custom response")
	}
	return d.r.raw()
}

// readHeaders takes the headers and settles the content type.
func (d *Decoder) readHeaders() error {
	n, err := d.r.array("the headers of a custom response")
	if err != nil {
		return err
	}
	if n > abi.MaxHeaders {
		return d.r.broken(fmt.Sprintf("%d headers, more than %d,", n, abi.MaxHeaders))
	}
	size := len(d.Reply.ContentType)
	for range n {
		name, value, err := d.readHeader()
		if err != nil {
			return err
		}
		if size += len(name) + len(value); size > abi.MaxHeaderBytes {
			return d.r.broken(fmt.Sprintf("headers of more than %d bytes, which end", abi.MaxHeaderBytes))
		}
		switch {
		case named(name, contentType) && len(d.Reply.ContentType) == 0:
			d.Reply.ContentType = d.keep(value)
		case named(name, contentType):
			d.note("header %s: dropped, the content type is already given", name)
		case framing(name):
			d.note("header %s: dropped, it belongs to the server", name)
		default:
			d.Reply.Headers = append(d.Reply.Headers, Header{d.keep(name), d.keep(value)})
		}
	}
	if len(d.Reply.ContentType) == 0 {
		d.Reply.ContentType = d.keep([]byte(defaultContentType))
	}
	return nil
}

const contentType = "Content-Type"

// maxShownName is how much of a header's name an error shows, in bytes.
const maxShownName = 64

// readHeader takes one [name, value].
func (d *Decoder) readHeader() (name, value []byte, err error) {
	n, err := d.r.array("a header")
	if err != nil {
		return nil, nil, err
	}
	if n != 2 {
		return nil, nil, d.r.broken("a header that is not a pair,")
	}
	if err = d.r.want(classStr, "a header's name"); err != nil {
		return nil, nil, err
	}
	if name, err = d.r.raw(); err != nil {
		return nil, nil, err
	}
	if !IsToken(name) { // a token is ASCII
		return nil, nil, d.r.broken("a header's name that is no token, which ends")
	}
	if value, err = d.r.str("a header's value"); err != nil {
		return nil, nil, err
	}
	if !fieldValue(value) {
		return nil, nil, d.r.broken("control characters in the value of the header " + string(name[:min(len(name), maxShownName)]) +
			", which ends")
	}
	return name, value, nil
}

// serverHeaders are between the server and the next hop, as are those that begin with Proxy-: they say something of the
// connection, of the length or of the moment, that only the server knows.
var serverHeaders = []string{
	"Connection", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings", "Content-Length",
	"Host", "Date",
}

// framing says whether a header is one of those, in any case of letters.
func framing(name []byte) bool {
	const proxy = "Proxy-"
	if len(name) >= len(proxy) && name[len(proxy)-1] == '-' && strings.EqualFold(text(name[:len(proxy)]), proxy) {
		return true
	}
	for _, h := range serverHeaders {
		if named(name, h) {
			return true
		}
	}
	return false
}

// named says whether a name is that of a header, in any case of letters. Lengths tell most apart.
func named(name []byte, header string) bool {
	return len(name) == len(header) && strings.EqualFold(text(name), header)
}

// IsToken says whether a text is a token of RFC 9110, section 5.6.2, as methods and names of headers are.
func IsToken[T string | []byte](text T) bool {
	for i := range len(text) {
		if !TokenByte(text[i]) {
			return false
		}
	}
	return len(text) > 0
}

// TokenByte says whether a byte may stand in a token.
func TokenByte(c byte) bool { return tokenBytes[c] }

var tokenBytes = func() (set [256]bool) {
	for _, c := range []byte("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		set[c] = true
	}
	return set
}()

// fieldValue says whether a value holds no control characters but tabs.
func fieldValue(value []byte) bool {
	for _, c := range value {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
