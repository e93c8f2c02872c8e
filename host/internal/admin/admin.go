// Package admin is the control plane: the admin API of the API node, and what operators need beside it, over net/http.
// It turns requests into changes of the store and of what is active, and knows nothing of how endpoints are called.
package admin

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"skep/host/internal/activate"
	"skep/host/internal/observe"
	"skep/host/internal/rollout"
	"skep/host/internal/store"
)

// Config says what a server administers.
type Config struct {
	Store     *store.Store
	Activator *activate.Activator
	Rollouts  *rollout.Rollouts
	// Access says why what the files of a service say of access is not in force, empty where it is; nil: always empty.
	Access func(service string) string
	// Version is that of the host.
	Version string
	// Observer has the metrics of the host and the log lines of its endpoints.
	Observer *observe.Observer
	// Look tells how the host is.
	Look func() observe.Snapshot
	// Ready says whether the host takes requests; nil: always.
	Ready func() bool
	// Drain says that load balancers are to look elsewhere; it is never nil.
	Drain *atomic.Bool
	// Audit takes a record of every change and of every refused key.
	Audit *slog.Logger
	Log   *slog.Logger
}

// Prefix is where the API begins.
const Prefix = "/admin/api"

// Server answers the admin API.
type Server struct {
	Config
	mux     *http.ServeMux
	nothing http.Handler // answers what no route takes
	http    *http.Server
}

// How long a client may take. A package of some gigabytes over a slow line takes a while.
const (
	headTimeout   = 10 * time.Second
	uploadTimeout = 30 * time.Minute
	idleTimeout   = 2 * time.Minute
	maxHead       = 16 << 10
	maxBody       = 1 << 20 // of all but uploads
)

// New gives a server. It must be closed once it serves.
func New(c Config) *Server {
	s := &Server{Config: c, mux: http.NewServeMux()}
	for _, r := range routes {
		s.mux.Handle(r.pattern, s.route(r))
	}
	s.nothing, _ = s.mux.Handler(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: everything}})
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headTimeout,
		ReadTimeout:       uploadTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHead,
		ErrorLog:          slog.NewLogLogger(c.Log.Handler(), slog.LevelWarn),
	}
	return s
}

// Serve answers the connections of a listener until the server is closed; it returns nil then.
func (s *Server) Serve(ln net.Listener) error {
	if err := s.http.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Shutdown stops to accept, and waits for the requests that run, or for ctx.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err != nil {
		_ = s.http.Close() // whoever follows a log does so for ever
	}
	return err
}

// ServeHTTP answers one request. Repeated slashes count as one, and one at the end as none; nothing is ever redirected.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Skep-Api", "admin") // the other listener of a host answers with errors that look the same
	w.Header().Set("DSS-API-Version", "1")
	w.Header().Set("DSS-Version", s.Version)
	w.Header().Set("Cache-Control", "no-store")
	if path := canonical(r.URL.EscapedPath()); path != r.URL.EscapedPath() {
		clean := new(http.Request)
		*clean = *r
		u := *r.URL
		u.RawPath = path
		var err error
		if u.Path, err = pathUnescape(path); err != nil {
			writeError(w, badRequest("the path cannot be decoded"))
			return
		}
		clean.URL = &u
		r = clean
	}
	if !plain(r.URL) {
		s.nothing.ServeHTTP(w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// canonical is a path with single slashes and without one at the end.
func canonical(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	return path
}
