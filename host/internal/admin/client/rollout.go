package client

import (
	"context"
	"net/http"
)

// Plan says how a generation takes over, step by step. What is zero is chosen by the host.
type Plan struct {
	Generation       string  `json:"generation"`
	Share            float64 `json:"share"`            // of the requests to begin with
	MaxErrorRate     float64 `json:"maxErrorRate"`     // by which more calls may fail than of the old generation
	MaxLatencyFactor float64 `json:"maxLatencyFactor"` // times as long calls may take
	MinSamples       uint64  `json:"minSamples"`       // calls of each generation before a step ends
	Interval         string  `json:"interval"`         // that a step takes at least, as "30s"
}

// Rollout is how a rollout goes, or how it ended.
type Rollout struct {
	State      string  `json:"state"` // running, promoted or withdrawn; empty: there is none
	Reason     string  `json:"reason"`
	From       string  `json:"from"`
	Generation string  `json:"generation"`
	Share      float64 `json:"share"`
}

// StartRollout has a generation take over while it does no worse than the old one.
func (c *Client) StartRollout(ctx context.Context, id string, plan Plan) error {
	return c.call(ctx, http.MethodPost, path("services", id, "actions", "rollout"), plan, new(changed))
}

// Rollout tells how the last rollout of a service goes.
func (c *Client) Rollout(ctx context.Context, id string) (Rollout, error) {
	var s struct {
		Rollout Rollout `json:"rollout"`
	}
	err := c.call(ctx, http.MethodGet, path("services", id), nil, &s)
	return s.Rollout, err
}
