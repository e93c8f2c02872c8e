// Package ingress is the data plane: it speaks the public protocol of the API node over HTTP. It finds the endpoint of
// a request, has the body made into a frame, lets the endpoint's sandbox answer, and writes the reply. It knows nothing
// of modules or of how they get here, and it is the only package that knows the HTTP server.
package ingress

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
	"github.com/valyala/fasthttp/fasthttpadaptor"

	"skep/host/internal/observe"
	"skep/host/internal/service"
)

// Config is what a server needs. All fields are required but Metadata, Alive, Wire, Admin and those that observe.
type Config struct {
	Registry *service.Registry
	Access   Access
	Version  string      // sent as DSS-Version
	Metadata bool        // endpoints see headers and path of a request
	Alive    func() bool // whether load balancers are to send requests here; nil: always
	Wire     Wire        // valid
	// Admin answers below [AdminPrefix], and says itself which version does; nil: nothing does.
	Admin http.Handler
	Log   *slog.Logger

	Observer  *observe.Observer  // counts what is answered; nil: nothing does
	AccessLog *observe.AccessLog // nil: there is none
	Audit     *observe.Audit     // nil: there is none
}

// Server answers requests. It is safe for concurrent use.
type Server struct {
	Config
	http      *fasthttp.Server
	gate      *gate
	cors      cors
	exchanges sync.Pool // of *exchange: buffers, no state
	lines     limiter   // of the log
	admin     fasthttp.RequestHandler

	mu        sync.Mutex
	listeners []*listener
	closed    bool
}

// New gives a server that is not listening yet.
func New(config Config) *Server {
	s := &Server{Config: config, gate: newGate(config), cors: newCORS(config.Wire.CORS)}
	if config.Admin != nil {
		s.admin = fasthttpadaptor.NewFastHTTPHandler(config.Admin)
	}
	s.exchanges.New = func() any {
		return &exchange{pool: &s.exchanges, ctx: requestContext{Context: context.Background()}}
	}
	s.http = &fasthttp.Server{
		Handler:                       s.handle,
		ErrorHandler:                  s.handleBroken,
		Logger:                        quiet{},
		HeaderReceived:                s.limit,
		ExpectHandler:                 s.expect,
		Concurrency:                   2 * int(s.gate.most), // the gate has the limit
		ReadBufferSize:                largeBuffer,          // a head fits, the connection has seen to that
		LazyRequestTime:               true,                 // nobody asks; the connection keeps the time limits
		MaxRequestsPerConn:            maxRequests,
		ReduceMemoryUsage:             true, // connections that wait have no buffers; the connection's own cost no system call
		NoDefaultServerHeader:         true,
		NoDefaultContentType:          true,
		DisablePreParseMultipartForm:  true,
		DisableHeaderNamesNormalizing: true,
		CloseOnShutdown:               true,
		SecureErrorLogMessage:         true,
	}
	return s
}

// Serve answers the connections of a listener until Shutdown, and returns nil then, also when Shutdown was first. The
// listener is closed in the end.
func (s *Server) Serve(ln net.Listener) error {
	l := newListener(ln, s.gate, s.serveConn)
	s.mu.Lock()
	s.listeners = append(s.listeners, l)
	closed := s.closed
	s.mu.Unlock()
	if closed {
		return l.Close()
	}
	return s.http.Serve(l)
}

// serveConn answers the requests of a connection. A panic of the HTTP server takes nothing else down: it reads what
// clients send.
func (s *Server) serveConn(c *conn) {
	defer func() {
		if p := recover(); p != nil {
			if dropped, ok := s.lines.pass(time.Now(), lineSort{"", "connection failed"}); ok {
				s.Log.Error("connection failed", "panic", fmt.Sprint(p), "stack", string(debug.Stack()), "linesDropped", dropped)
			}
			_ = c.Close()
		}
		c.begun()
		c.release()
	}()
	_ = s.http.ServeConn(c) // errors are of clients, which cause them at any rate they like
}

// Shutdown stops to accept, and returns when the last request has been answered. Connections without a request are
// closed, those that have just been made after at most five seconds.
func (s *Server) Shutdown() error {
	s.mu.Lock()
	s.closed = true
	for _, l := range s.listeners { // also those that the HTTP server does not know yet
		_ = l.Close() // the HTTP server closes it again and tells how that went
	}
	s.mu.Unlock()
	return s.http.Shutdown()
}

// quiet drops what the HTTP server would say of broken connections: clients cause it, at any rate they like.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
