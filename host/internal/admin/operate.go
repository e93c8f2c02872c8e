package admin

import (
	"net/http"
	"runtime"
	"runtime/debug"
	"time"
)

// healthz says that the process answers.
func (s *Server) healthz(http.ResponseWriter, *http.Request) (any, error) { return ok{OK: true}, nil }

// readyz says whether the host takes requests.
func (s *Server) readyz(http.ResponseWriter, *http.Request) (any, error) {
	if s.Ready != nil && !s.Ready() {
		return nil, failure{http.StatusServiceUnavailable, "NotReady", "the host is starting, is drained, or is about to end"}
	}
	return ok{OK: true}, nil
}

// prometheus writes the metrics as Prometheus reads them.
func (s *Server) prometheus(w http.ResponseWriter, r *http.Request) (any, error) {
	s.Observer.Handler().ServeHTTP(w, r)
	return nil, nil
}

// metrics sums up how the host is.
func (s *Server) metrics(http.ResponseWriter, *http.Request) (any, error) {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	answer := struct {
		Version    string  `json:"version"`
		Services   int     `json:"services"`
		Endpoints  int     `json:"endpoints"`
		Goroutines int     `json:"goroutines"`
		HeapBytes  uint64  `json:"heapBytes"`
		Go         string  `json:"go"`
		Uptime     float64 `json:"uptimeSeconds"`

		Connections int   `json:"connections"`
		MemoryUsed  int64 `json:"memoryBudgetUsedBytes"`
		MemoryLimit int64 `json:"memoryBudgetBytes"`
	}{Version: s.Version, Goroutines: runtime.NumGoroutine(), HeapBytes: memory.HeapAlloc, Go: runtime.Version(),
		Uptime: time.Since(started).Seconds()}
	if info, ok := debug.ReadBuildInfo(); ok && info.GoVersion != "" {
		answer.Go = info.GoVersion
	}
	now := s.Look()
	answer.Connections, answer.MemoryUsed, answer.MemoryLimit = now.Connections, now.MemoryUsed, now.MemoryLimit
	for _, st := range s.Activator.Services() {
		answer.Services++
		for _, g := range st.Generations {
			if g.Share > 0 {
				answer.Endpoints += len(g.Endpoints)
			}
		}
	}
	return answer, nil
}

var started = time.Now()

// nothingCached empties what this host does not have.
func (s *Server) nothingCached(http.ResponseWriter, *http.Request) (any, error) {
	return ok{OK: true}, nil
}

// noCodeEnvironments refuses what goes with Python code on the node.
func (s *Server) noCodeEnvironments(http.ResponseWriter, *http.Request) (any, error) {
	return nil, failure{http.StatusNotImplemented, "NotSupported", "modules bring all that they need: this host has no " +
		"caches of models and no code environments"}
}
