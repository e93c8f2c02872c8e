package auth

import (
	"bytes"
	"encoding/base64"
	"fmt"
)

// maxKey bounds an API key that a client sends, and a user name with its password, in bytes.
const maxKey = 1 << 10

// scheme is how credentials are sent. Zero is not set.
type scheme uint8

const (
	schemeBasic scheme = iota + 1
	schemeBearer
)

// credentials are what an Authorization header holds: base64 text for Basic, a key or token for Bearer.
type credentials struct {
	scheme scheme
	text   []byte // part of the header
}

// Causes of a 401. They are made once: a request that is refused must not cost more than one that passes.
var (
	errNoHeader   = fmt.Errorf("%w: no Authorization header", ErrNotAuthenticated)
	errTwoHeaders = fmt.Errorf("%w: more than one Authorization header", ErrNotAuthenticated)
	errScheme     = fmt.Errorf("%w: the Authorization header is neither Basic nor Bearer", ErrNotAuthenticated)
	errMalformed  = fmt.Errorf("%w: the Authorization header is malformed", ErrNotAuthenticated)
)

// parseHeaders reads the only Authorization header. Two of them are refused: who stands between client and host might
// have looked at the other one.
func parseHeaders(headers [][]byte) (credentials, error) {
	switch len(headers) {
	case 0:
		return credentials{}, errNoHeader
	case 1:
	default:
		return credentials{}, errTwoHeaders
	}
	name, text, ok := bytes.Cut(bytes.Trim(headers[0], " "), []byte(" "))
	c := credentials{text: bytes.TrimLeft(text, " ")}
	switch {
	case isScheme(name, "basic"):
		c.scheme = schemeBasic
	case isScheme(name, "bearer"):
		c.scheme = schemeBearer
	default:
		return credentials{}, errScheme
	}
	if !ok || len(c.text) == 0 {
		return credentials{}, errMalformed
	}
	for _, b := range c.text {
		if b <= ' ' || b > '~' {
			return credentials{}, errMalformed
		}
	}
	return c, nil
}

func isScheme(name []byte, lower string) bool {
	return len(name) == len(lower) && bytes.EqualFold(name, []byte(lower))
}

// key is the API key in the credentials, which may lie in buf. Of Basic it is the user name; the password is not looked
// at.
func (c credentials) key(buf *[maxKey]byte) ([]byte, error) {
	key := c.text
	if c.scheme == schemeBasic {
		if base64.StdEncoding.DecodedLen(len(key)) > len(buf) {
			return nil, errMalformed
		}
		n, err := strictBase64.Decode(buf[:], key)
		if err != nil {
			return nil, errMalformed
		}
		user, _, ok := bytes.Cut(buf[:n], []byte(":"))
		if !ok {
			return nil, errMalformed
		}
		key = user
	}
	if len(key) == 0 || len(key) > maxKey {
		return nil, errMalformed
	}
	return key, nil
}

var strictBase64 = base64.StdEncoding.Strict()
