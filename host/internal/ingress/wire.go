package ingress

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"skep/host/internal/frame"
)

// Limits of the wire. The README's table of them is checked against these.
const (
	maxRequestLine = 8 << 10          // method, target and version, in bytes; beyond: 414
	maxFields      = 16 << 10         // all header fields, in bytes; beyond: 431
	maxFieldLines  = 100              // header fields; beyond: 431
	maxChunkLine   = 256              // a chunk's size with its extensions, in bytes; beyond: 400
	freeBody       = 64 << 10         // what is read of any body, so that the connection can go on after an error
	readTimeout    = 10 * time.Second // of a whole request from its first byte, and to the first byte of a connection
	writeTimeout   = 10 * time.Second // of a response
	idleTimeout    = 60 * time.Second // between two requests of a connection
	lingerTimeout  = time.Second      // for the client to read why its request was refused
	maxRequests    = 10_000           // of one connection
	maxConnections = 10_000           // unless Wire says otherwise; beyond: 503
)

// Wire is how clients may connect. The zero value is plain HTTP with the default limits, for clients of all addresses and
// for no web pages of other origins.
type Wire struct {
	// MaxConnections bounds the connections that are open at once. Zero is 10,000.
	MaxConnections int
	// MaxConnectionsPerAddress bounds those of one address, or of one /64 network of IPv6. Zero is no limit. Loopback
	// addresses and trusted proxies have none.
	MaxConnectionsPerAddress int
	// TrustedProxies are the networks of proxies, whose connections are those of many clients.
	TrustedProxies []netip.Prefix
	// Certificate and Key are files in PEM, for HTTPS alone on all listeners. Both or neither are set. A file that is
	// replaced is read again; connections go on.
	Certificate, Key string
	// CORS lets web pages of other origins call.
	CORS CORS
}

// CORS is what browsers are told about web pages of other origins. Without origins they are told nothing, and refuse.
type CORS struct {
	Origins []string // as "https://app.example:8443"; "*" is every one
	Headers []string // that a page may send; empty: Authorization, Content-Type and X-Request-Id
	Methods []string // that a page may use; empty: GET and POST
}

// ErrWire says that a [Wire] cannot be used.
var ErrWire = errors.New("wire")

// Validate names the first field that cannot be used, and what to do. Files of a certificate are read, and not kept.
func (w Wire) Validate() error {
	switch {
	case w.MaxConnections < 0:
		return fmt.Errorf("%w: MaxConnections: %d is not above 0", ErrWire, w.MaxConnections)
	case w.MaxConnectionsPerAddress < 0:
		return fmt.Errorf("%w: MaxConnectionsPerAddress: %d is not above 0", ErrWire, w.MaxConnectionsPerAddress)
	case (w.Certificate == "") != (w.Key == ""):
		return fmt.Errorf("%w: Certificate, Key: %q and %q: TLS needs both files", ErrWire, w.Certificate, w.Key)
	}
	for _, p := range w.TrustedProxies {
		if !p.IsValid() {
			return fmt.Errorf("%w: TrustedProxies: %v is no network", ErrWire, p)
		}
	}
	if w.Certificate != "" {
		if _, err := tls.LoadX509KeyPair(w.Certificate, w.Key); err != nil {
			return fmt.Errorf("%w: Certificate, Key: %q and %q cannot be used: %w", ErrWire, w.Certificate, w.Key,
				err)
		}
	}
	return w.CORS.validate()
}

func (c CORS) validate() error {
	for _, o := range c.Origins {
		scheme, host, ok := strings.Cut(o, "://")
		if o != "*" && (!ok || !frame.IsToken(scheme) || host == "" || !validHost([]byte(host))) {
			return fmt.Errorf("%w: CORS.Origins: %q is not an origin: one is * or like https://app.example:8443, without a path",
				ErrWire, o)
		}
	}
	for _, list := range []struct {
		field  string
		values []string
	}{{"Headers", c.Headers}, {"Methods", c.Methods}} {
		for _, v := range list.values {
			if !frame.IsToken(v) {
				return fmt.Errorf("%w: CORS.%s: %q is no name", ErrWire, list.field, v)
			}
		}
	}
	if len(c.Origins) == 0 && len(c.Headers)+len(c.Methods) > 0 {
		return fmt.Errorf("%w: CORS.Origins: none; headers and methods mean nothing without an origin", ErrWire)
	}
	return nil
}
