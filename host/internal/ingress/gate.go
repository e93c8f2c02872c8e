package ingress

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"skep/host/internal/frame"
)

// maxTurnedAway bounds the connections that were refused and get time to read why.
const maxTurnedAway = 64

// gate decides which connections are served. It is safe for concurrent use.
type gate struct {
	read    time.Duration // readTimeout, but in tests
	idle    time.Duration // idleTimeout, but in tests
	write   time.Duration // writeTimeout, but in tests
	most    int64
	open    atomic.Int64
	away    atomic.Int64 // turned away, and still reading
	peers   peers
	tls     *tls.Config // nil: plain HTTP
	full    []byte      // what is sent beyond the limit of all connections
	crowded []byte      // beyond that of one address
	plain   []byte      // to who speaks HTTP where TLS is spoken
}

func newGate(config Config) *gate {
	g := &gate{
		read:    readTimeout,
		idle:    idleTimeout,
		write:   writeTimeout,
		most:    int64(config.Wire.MaxConnections),
		peers:   peers{most: config.Wire.MaxConnectionsPerAddress, trusted: config.Wire.TrustedProxies},
		full:    answer(config.Version, 503, "Unavailable", "the server has too many connections", "Retry-After: 1\r\n"),
		crowded: answer(config.Version, 429, "TooManyRequests", "there are too many connections from this address", ""),
		plain:   answer(config.Version, 400, "IllegalArgument", "the server speaks HTTPS, and this is plain HTTP", ""),
	}
	if g.most == 0 {
		g.most = maxConnections
	}
	if config.Wire.Certificate != "" {
		g.tls = newCertificates(config.Wire.Certificate, config.Wire.Key, config.Log).config()
	}
	return g
}

// answer is a whole answer for a connection from which nothing has been read.
func answer(version string, status int, errorType, message, header string) []byte {
	body := frame.AppendError(nil, errorType, message)
	return fmt.Appendf(nil, "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Type: %s\r\nContent-Length: %d\r\n"+
		"DSS-API-Version: 1\r\nDSS-Version: %s\r\n%s\r\n%s", status, http.StatusText(status), contentTypeJSON, len(body),
		version, header, body)
}

// enter makes a connection one that is served, or answers it and gives nil.
func (g *gate) enter(raw net.Conn) *conn {
	if g.open.Add(1) > g.most {
		g.open.Add(-1)
		g.turnAway(raw, g.full)
		return nil
	}
	p, ok := g.peers.enter(raw.RemoteAddr())
	if !ok {
		g.open.Add(-1)
		g.turnAway(raw, g.crowded)
		return nil
	}
	c := &conn{Conn: raw, raw: raw, gate: g, peer: p, state: stateHead}
	c.buf = c.small[:]
	if g.tls != nil {
		c.Conn = tls.Server(raw, g.tls)
	}
	return c
}

// leave is the end of a connection that entered.
func (g *gate) leave(p peer) {
	g.open.Add(-1)
	g.peers.leave(p)
}

// turnAway ends a connection that is not served. It does not wait: who accepts calls it.
func (g *gate) turnAway(raw net.Conn, why []byte) {
	half, ok := raw.(interface{ CloseWrite() error })
	if g.tls != nil || !ok || g.away.Add(1) > maxTurnedAway {
		if g.tls == nil && ok {
			g.away.Add(-1)
		}
		_ = raw.Close() // nobody is served, so nobody has to know
		return
	}
	go func() {
		defer g.away.Add(-1)
		defer raw.Close()
		if raw.SetDeadline(time.Now().Add(lingerTimeout)) != nil {
			return
		}
		if _, err := raw.Write(why); err == nil && half.CloseWrite() == nil {
			_, _ = io.Copy(io.Discard, onlyReader{raw})
		}
	}()
}
