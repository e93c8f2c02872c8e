package admin

import (
	"net/http"
	"time"

	"skep/host/internal/rollout"
	"skep/host/internal/service"
)

// rolloutItem is a rollout that goes on, or the last one.
type rolloutItem struct {
	From       string         `json:"from"`
	Generation string         `json:"generation"`
	State      string         `json:"state"`
	Share      float64        `json:"share"`
	Reason     string         `json:"reason,omitempty"`
	Since      time.Time      `json:"since"` // of its present state or step
	Old        generationLoad `json:"old"`
	New        generationLoad `json:"new"`
}

// generationLoad is how a generation does.
type generationLoad struct {
	Calls        uint64  `json:"calls"`
	Errors       uint64  `json:"errors"`
	MedianMillis float64 `json:"medianMillis"`
	P95Millis    float64 `json:"p95Millis"`
}

func describeLoad(c service.Counts) generationLoad {
	millis := func(p int) float64 { return float64(c.Percentile(p).Microseconds()) / 1000 }
	return generationLoad{c.Calls(), c.Errors, millis(50), millis(95)}
}

// describeRollout is nil for a service that has had no rollout since the host was started.
func (s *Server) describeRollout(id string) *rolloutItem {
	st, ok := s.Rollouts.Status(id)
	if !ok {
		return nil
	}
	return &rolloutItem{From: st.From, Generation: st.To, State: string(st.Phase), Share: st.Share, Reason: st.Reason,
		Since: st.Since, Old: describeLoad(st.Old), New: describeLoad(st.Next)}
}

// rollout has a generation take over step by step, while it does no worse than the one that serves.
func (s *Server) rollout(_ http.ResponseWriter, r *http.Request) (any, error) {
	plan := rollout.Default()
	var body struct {
		Generation       string
		Share            *float64
		Steps            []float64
		Interval         *string
		MinSamples       *uint64
		MaxErrorRate     *float64
		MaxLatencyFactor *float64
	}
	if err := readBody(r, &body); err != nil {
		return nil, err
	}
	plan.Generation = body.Generation
	if body.Steps != nil {
		plan.Steps = body.Steps
	}
	if body.Share != nil {
		plan.Steps = beginWith(*body.Share, plan.Steps)
	}
	if body.Interval != nil {
		interval, err := time.ParseDuration(*body.Interval)
		if err != nil {
			return nil, badRequest("interval is not a time as 30s or 5m")
		}
		plan.Interval = interval
	}
	set(&plan.MinSamples, body.MinSamples)
	set(&plan.MaxErrorRate, body.MaxErrorRate)
	set(&plan.MaxLatencyFactor, body.MaxLatencyFactor)
	if err := s.Rollouts.Start(r.Context(), r.PathValue("service"), plan); err != nil {
		return nil, err
	}
	return ok{true, plan.Generation}, nil
}

// beginWith are the steps from a share on.
func beginWith(share float64, steps []float64) []float64 {
	first := []float64{share}
	for _, step := range steps {
		if !(step <= share) { // what is no number is found out later
			first = append(first, step)
		}
	}
	return first
}

func set[T any](to, value *T) {
	if value != nil {
		*to = *value
	}
}
