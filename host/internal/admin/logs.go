package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"skep/host/internal/observe"
	"skep/host/internal/store"
)

const (
	usualLines = 100 // that are shown where the request does not say
	// followerTimeout is how long a client may take to read what follows; beyond, it is let go.
	followerTimeout = 10 * time.Second
)

// logs writes the last log lines of an endpoint as JSON, one a line, and with follow=true those that come, until the
// client goes.
func (s *Server) logs(w http.ResponseWriter, r *http.Request) (any, error) {
	query := r.URL.Query()
	lines, follow := usualLines, false
	var err error
	if text := query.Get("lines"); text != "" {
		if lines, err = strconv.Atoi(text); err != nil || lines < 0 {
			return nil, badRequest(fmt.Sprintf("lines=%.40q: wanted is a number that is not negative", text))
		}
	}
	if text := query.Get("follow"); text != "" {
		if follow, err = strconv.ParseBool(text); err != nil {
			return nil, badRequest(fmt.Sprintf("follow=%.40q: wanted is true or false", text))
		}
	}
	log := s.Observer.Log(r.PathValue("service"), r.PathValue("endpoint"))
	if log == nil {
		return nil, fmt.Errorf("%w: no endpoint %.80q of service %.80q is loaded", store.ErrNotFound,
			r.PathValue("endpoint"), r.PathValue("service"))
	}
	out := newLineWriter(w)
	defer func() { _ = out.control.SetWriteDeadline(time.Time{}) }() // it would hold for the connection's next request
	if !follow {
		out.write(log.Last(lines)...)
		return nil, nil
	}
	last, follower, ok := log.Follow(lines)
	if !ok {
		return nil, failure{http.StatusServiceUnavailable, "TooManyFollowers", "too many clients follow this log already"}
	}
	defer follower.Close()
	_ = out.control.SetReadDeadline(time.Time{}) // that of the request would end it
	for ok = out.write(last...); ok; {
		select {
		case line, more := <-follower.Lines:
			if more {
				ok = out.write(line)
				continue
			}
			if follower.Lost() {
				out.write(observe.Line{Time: time.Now(), Level: "WARN", Message: "this client was too slow to follow"})
			}
			return nil, nil
		case <-r.Context().Done():
			return nil, nil
		}
	}
	return nil, nil
}

// lineWriter writes log lines to a client that may be slow.
type lineWriter struct {
	control *http.ResponseController
	encoder *json.Encoder
}

func newLineWriter(w http.ResponseWriter) lineWriter {
	w.Header().Set("Content-Type", "application/x-ndjson;charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return lineWriter{http.NewResponseController(w), encoder}
}

// write sends lines at once. It reports false when the client is gone or takes too long.
func (l lineWriter) write(lines ...observe.Line) bool {
	if l.control.SetWriteDeadline(time.Now().Add(followerTimeout)) != nil {
		return false
	}
	for _, line := range lines {
		if l.encoder.Encode(line) != nil {
			return false
		}
	}
	return l.control.Flush() == nil
}
