package admin

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"runtime/debug"
	"strings"
	"time"

	"skep/host/internal/auth"
)

// route is one thing that the server can be asked for. Patterns are those of net/http.
type route struct {
	pattern string
	// handle answers with a value that becomes JSON, or has written its answer itself and gives nil.
	handle func(s *Server, w http.ResponseWriter, r *http.Request) (any, error)
	open   bool // for everybody
	change bool // goes into the audit log
	upload bool // takes a body of any size, and checks it itself
	probe  bool // is asked again and again, so that a refusal is no news for the log
}

// routes are all that there is, in the order of the documentation.
var routes = []route{
	{pattern: "GET /healthz", handle: (*Server).healthz, open: true, probe: true},
	{pattern: "GET /readyz", handle: (*Server).readyz, open: true, probe: true},
	{pattern: "GET /metrics", handle: (*Server).prometheus, open: true},

	{pattern: "GET " + Prefix + "/services", handle: (*Server).listServices},
	{pattern: "POST " + Prefix + "/services", handle: (*Server).createService, change: true},
	{pattern: "GET " + Prefix + "/services/{service}", handle: (*Server).showService},
	{pattern: "DELETE " + Prefix + "/services/{service}", handle: (*Server).deleteService, change: true},
	{pattern: "POST " + Prefix + "/services/{service}/actions/enable", handle: (*Server).enable, change: true},
	{pattern: "POST " + Prefix + "/services/{service}/actions/disable", handle: (*Server).disable, change: true},
	{pattern: "POST " + Prefix + "/services/{service}/actions/setMapping", handle: (*Server).setMapping, change: true},
	{pattern: "POST " + Prefix + "/services/{service}/actions/switchToNewest", handle: (*Server).switchToNewest, change: true},
	{pattern: "POST " + Prefix + "/services/{service}/actions/switchTo/{generation}", handle: (*Server).switchTo, change: true},
	{pattern: "POST " + Prefix + "/services/{service}/actions/rollback", handle: (*Server).rollback, change: true},
	{pattern: "POST " + Prefix + "/services/{service}/actions/rollout", handle: (*Server).rollout, change: true},

	{pattern: "GET " + Prefix + "/services/{service}/endpoints/{endpoint}/logs", handle: (*Server).logs},

	{pattern: "GET " + Prefix + "/services/{service}/generations", handle: (*Server).listGenerations},
	{pattern: "GET " + Prefix + "/service/{service}/generations", handle: (*Server).listGenerations}, // as documented
	{pattern: "POST " + Prefix + "/services/{service}/generations", handle: (*Server).uploadGeneration, change: true, upload: true},
	{pattern: "POST " + Prefix + "/services/{service}/generations/actions/importFromArchive", handle: (*Server).importGeneration, change: true},
	{pattern: "POST " + Prefix + "/services/{service}/generations/{generation}/preload", handle: (*Server).preload, change: true},
	{pattern: "DELETE " + Prefix + "/services/{service}/generations/{generation}", handle: (*Server).deleteGeneration, change: true},
	{pattern: "DELETE " + Prefix + "/services-clean-unused", handle: (*Server).cleanUnused, change: true},

	{pattern: "GET " + Prefix + "/keys", handle: (*Server).listKeys},
	{pattern: "POST " + Prefix + "/keys", handle: (*Server).addKey, change: true},
	{pattern: "DELETE " + Prefix + "/keys/{key}", handle: (*Server).deleteKey, change: true},
	{pattern: "DELETE " + Prefix + "/keys/{id}/key", handle: (*Server).deleteKeyByID, change: true},

	{pattern: "GET " + Prefix + "/drain", handle: (*Server).showDrain},
	{pattern: "POST " + Prefix + "/drain", handle: (*Server).drain, change: true},
	{pattern: "DELETE " + Prefix + "/drain", handle: (*Server).undrain, change: true},

	{pattern: "GET " + Prefix + "/metrics", handle: (*Server).metrics},
	{pattern: "DELETE " + Prefix + "/model-cache", handle: (*Server).nothingCached, change: true},
	{pattern: "DELETE " + Prefix + "/cached-code-envs", handle: (*Server).nothingCached, change: true},
	{pattern: "POST " + Prefix + "/model-cache", handle: (*Server).noCodeEnvironments},
	{pattern: "POST " + Prefix + "/cached-code-envs", handle: (*Server).noCodeEnvironments},
	{pattern: "POST " + Prefix + "/register-global-code-env", handle: (*Server).noCodeEnvironments},

	{pattern: everything, handle: (*Server).unknown, open: true},
}

// everything is the pattern of what no other takes.
const everything = "/"

// route makes a handler of a route: it asks for the key, bounds the body, and turns the outcome into JSON.
func (s *Server) route(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		start := time.Now()
		defer s.recovered(w, req)
		id, err := "", error(nil)
		if !r.open {
			id, err = s.authorize(w, req)
		}
		if !r.upload {
			req.Body = http.MaxBytesReader(w, req.Body, maxBody)
		}
		name := shown(req.URL.Path)
		var answer any
		if err == nil {
			answer, err = r.handle(s, w, req)
		}
		if r.change {
			s.audit(req, name, id, err, time.Since(start))
		}
		switch {
		case err != nil:
			if !r.probe {
				s.Log.Warn("admin request refused", "method", req.Method, "path", name, "reason", err)
			}
			writeError(w, failureOf(err))
		case answer != nil:
			writeJSON(w, http.StatusOK, answer)
		}
	})
}

// recovered answers a request whose handling panicked.
func (s *Server) recovered(w http.ResponseWriter, r *http.Request) {
	if p := recover(); p != nil {
		s.Log.Error("admin request failed", "method", r.Method, "path", shown(r.URL.Path), "panic", fmt.Sprint(p),
			"stack", string(debug.Stack()))
		writeError(w, internalError)
	}
}

// audit records a change, or the attempt.
func (s *Server) audit(r *http.Request, path, key string, err error, took time.Duration) {
	if s.Audit == nil {
		return
	}
	outcome := "ok"
	if err != nil {
		outcome = failureOf(err).errorType
	}
	s.Audit.LogAttrs(r.Context(), slog.LevelInfo, "admin", slog.String("method", r.Method), slog.String("path", path),
		slog.String("query", r.URL.RawQuery), slog.String("keyId", key), slog.String("remote", r.RemoteAddr),
		slog.String("outcome", outcome), slog.Duration("took", took))
}

// unknown answers what no route takes. It tells nobody without a key which paths there are.
func (s *Server) unknown(w http.ResponseWriter, r *http.Request) (any, error) {
	if _, err := s.authorize(w, r); err != nil {
		return nil, err
	}
	if allowed := s.allowed(r); len(allowed) > 0 {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		return nil, failure{http.StatusMethodNotAllowed, "MethodNotAllowed",
			"the path takes " + strings.Join(allowed, ", ") + ", not " + r.Method}
	}
	return nil, failure{http.StatusNotFound, "NotFound", "no such path: " + shown(r.URL.Path)}
}

// allowed are the methods with which there is a route of the request's path.
func (s *Server) allowed(r *http.Request) (methods []string) {
	if !plain(r.URL) {
		return nil
	}
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete} {
		other := *r
		other.Method = method
		if _, pattern := s.mux.Handler(&other); pattern != everything {
			methods = append(methods, method)
		}
	}
	return methods
}

// shown is a path as it may be logged: without the key that one below /keys holds, unless it is a key's id.
func shown(path string) string {
	const keys = Prefix + "/keys/"
	rest, ok := strings.CutPrefix(path, keys)
	if id, isID := strings.CutSuffix(rest, "/key"); !ok || isID && !auth.LooksSecret(id) {
		return path
	}
	return keys + "…"
}

// plain says whether a path names what it seems to: it has no segment . or .., for which a mux would redirect.
func plain(u *url.URL) bool { return path.Clean(u.EscapedPath()) == u.EscapedPath() }

func pathUnescape(path string) (string, error) { return url.PathUnescape(path) }
