package admin

import (
	"context"
	"net/http"
	"time"
)

// maxWait bounds how long a request may wait for those of clients.
const maxWait = time.Hour

// drainItem is how far the host is out of traffic.
type drainItem struct {
	Draining bool  `json:"draining"` // load balancers are told to look elsewhere
	InFlight int64 `json:"inFlight"` // requests that are being answered
}

func (s *Server) showDrain(http.ResponseWriter, *http.Request) (any, error) {
	return drainItem{s.Drain.Load(), s.Observer.InFlight("")}, nil
}

// drain takes the host out of traffic: it says that it is to get no more requests, and answers those that come.
func (s *Server) drain(_ http.ResponseWriter, r *http.Request) (any, error) {
	wait, err := waitOf(r)
	if err != nil {
		return nil, err
	}
	s.Drain.Store(true)
	left := s.idle(r.Context(), "", wait)
	return drainItem{s.Drain.Load(), left}, nil
}

func (s *Server) undrain(w http.ResponseWriter, r *http.Request) (any, error) {
	s.Drain.Store(false)
	return s.showDrain(w, r)
}

// waitOf is how long a request is to wait.
func waitOf(r *http.Request) (time.Duration, error) {
	text := r.URL.Query().Get("wait")
	if text == "" {
		return 0, nil
	}
	wait, err := time.ParseDuration(text)
	if err != nil || wait < 0 || wait > maxWait {
		return 0, badRequest("wait is to be a time up to 1h, as 30s")
	}
	return wait, nil
}

// idle waits until no request of a service, or with an empty id of any, is being answered, but no longer than wait. It
// gives how many still are.
func (s *Server) idle(ctx context.Context, id string, wait time.Duration) int64 {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return s.Observer.InFlight(id)
		case <-tick.C: // a request that has just found its endpoint is counted by now
			if s.Observer.InFlight(id) == 0 {
				return 0
			}
		}
	}
}
