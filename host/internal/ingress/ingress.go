// Package ingress is the data plane: it speaks the public protocol of the API node over HTTP. It finds the endpoint of
// a request, has the body made into a frame, lets the endpoint's sandbox answer, and writes the reply. It knows nothing
// of modules or of how they get here, and it is the only package that knows the HTTP server.
package ingress

import (
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/valyala/fasthttp"

	"skep/host/internal/manifest"
	"skep/host/internal/service"
)

// Limits of the wire. See the package's README section in host/README.md for the statuses that answer them.
const (
	maxHead     = 16 << 10 // request line and headers, in bytes
	readTimeout = 10 * time.Second
	idleTimeout = 60 * time.Second
)

// Config is what a server needs. All fields are required but Metadata.
type Config struct {
	Registry *service.Registry
	Version  string // sent as DSS-Version
	Metadata bool   // endpoints see headers and path of a request
	Log      *slog.Logger
}

// Server answers requests. It is safe for concurrent use.
type Server struct {
	Config
	http      *fasthttp.Server
	exchanges sync.Pool // of *exchange: buffers, no state
}

// New gives a server that is not listening yet.
func New(config Config) *Server {
	s := &Server{Config: config}
	s.exchanges.New = func() any { return new(exchange) }
	s.http = &fasthttp.Server{
		Handler:                       s.handle,
		ErrorHandler:                  s.handleBroken,
		Logger:                        quiet{},
		ReadBufferSize:                maxHead,
		MaxRequestBodySize:            manifest.MaxBody,
		ReadTimeout:                   readTimeout,
		WriteTimeout:                  readTimeout,
		IdleTimeout:                   idleTimeout,
		NoDefaultServerHeader:         true,
		NoDefaultContentType:          true,
		DisablePreParseMultipartForm:  true,
		DisableHeaderNamesNormalizing: true,
		CloseOnShutdown:               true,
		SecureErrorLogMessage:         true,
	}
	return s
}

// Serve answers the connections of a listener until Shutdown.
func (s *Server) Serve(ln net.Listener) error { return s.http.Serve(ln) }

// Shutdown stops to accept, and returns when the last request has been answered.
func (s *Server) Shutdown() error { return s.http.Shutdown() }

// quiet drops what the HTTP server would say of broken connections: clients cause it, at any rate they like.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
