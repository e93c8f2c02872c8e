package client

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
)

// Service is what a host knows of a service.
type Service struct {
	ID      string `json:"serviceId"`
	Enabled bool   `json:"enabled"`
	// Mode is "newest" or "pinned", empty where a service has no state yet.
	Mode    string `json:"mode,omitempty"`
	Problem string `json:"problem,omitempty"` // why it is not what it should be
	// Generations are those there are, the newest first.
	Generations []Generation `json:"generations"`
}

// Generation is what a host knows of a generation.
type Generation struct {
	ID     string  `json:"generation"`
	Active bool    `json:"active"` // gets requests
	Share  float64 `json:"proba"`  // of the requests, 0 to 1
	Loaded bool    `json:"loaded"` // can serve at once
	Held   bool    `json:"held,omitempty"`
	Reason string  `json:"reason,omitempty"` // why it cannot serve
	// Endpoints are what is known of them; of a generation in a list, those that are refused.
	Endpoints []Endpoint `json:"endpoints,omitempty"`
}

// Endpoint is what a host knows of an endpoint.
type Endpoint struct {
	ID         string `json:"endpoint"`
	Generation string `json:"generation"` // the one that its module is from
	State      string `json:"state"`      // "loading", "ready" or "refused"
	Reason     string `json:"reason,omitempty"`
	Kind       string `json:"kind,omitempty"`
	SHA256     string `json:"sha256,omitempty"` // of its module, in hex
	Pool       *Pool  `json:"pool,omitempty"`   // nil where it is not loaded, or the host does not tell
	// Counts are counters of its requests, as the host gives them; nil where it does not.
	Counts json.RawMessage `json:"counts,omitempty"`
}

// Pool is how the instances of an endpoint are.
type Pool struct {
	Idle    int   `json:"idle"`
	InUse   int   `json:"inUse"`
	Waiting int   `json:"waiting"` // requests that wait for one
	Ceil    int   `json:"ceil"`    // the most there may be
	Memory  int64 `json:"memoryBytes"`
}

// Share is how much of a service's traffic a generation gets.
type Share struct {
	Generation string  `json:"generation"`
	Proba      float64 `json:"proba"` // 0 to 1
}

// Cleaned are the generations of a service that were removed.
type Cleaned struct {
	Service string   `json:"serviceId"`
	Removed []string `json:"removed"`
}

// changed is the answer to a change.
type changed struct {
	Generation string `json:"generation"`
}

// Services lists all services, by id.
func (c *Client) Services(ctx context.Context) (list []Service, err error) {
	err = c.call(ctx, http.MethodGet, path("services"), nil, &list)
	return list, err
}

// Service tells of one service and the endpoints of its generations.
func (c *Client) Service(ctx context.Context, id string) (s Service, err error) {
	err = c.call(ctx, http.MethodGet, path("services", id), nil, &s)
	return s, err
}

// Create makes a service without generations. One that is there already is a conflict.
func (c *Client) Create(ctx context.Context, id string) error {
	body := struct {
		ID string `json:"serviceId"`
	}{id}
	return c.call(ctx, http.MethodPost, path("services"), body, new(changed))
}

// Delete removes a service with all its generations.
func (c *Client) Delete(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, path("services", id), nil, new(changed))
}

// DeleteGeneration removes a generation that is not in use.
func (c *Client) DeleteGeneration(ctx context.Context, id, generation string) error {
	return c.call(ctx, http.MethodDelete, path("services", id, "generations", generation), nil, new(changed))
}

// SetEnabled says whether a service answers.
func (c *Client) SetEnabled(ctx context.Context, id string, enabled bool) error {
	action := "disable"
	if enabled {
		action = "enable"
	}
	_, err := c.act(ctx, id, action)
	return err
}

// Preload has a generation loaded, so that a switch to it takes no time. It returns when it can serve.
func (c *Client) Preload(ctx context.Context, id, generation string) error {
	return c.call(ctx, http.MethodPost, path("services", id, "generations", generation, "preload"), nil, new(changed))
}

// SwitchTo makes a generation the active one, once it is loaded.
func (c *Client) SwitchTo(ctx context.Context, id, generation string) error {
	_, err := c.act(ctx, id, "switchTo", generation)
	return err
}

// SwitchToNewest makes the newest generation active, and each one that appears from now on. It gives the newest.
func (c *Client) SwitchToNewest(ctx context.Context, id string) (generation string, err error) {
	return c.act(ctx, id, "switchToNewest")
}

// Rollback makes the generation active that was it before, and gives its id.
func (c *Client) Rollback(ctx context.Context, id string) (generation string, err error) {
	return c.act(ctx, id, "rollback")
}

func (c *Client) act(ctx context.Context, id string, action ...string) (generation string, err error) {
	var done changed
	err = c.call(ctx, http.MethodPost, path(append([]string{"services", id, "actions"}, action...)...), nil, &done)
	return done.Generation, err
}

// SetMapping divides the traffic of a service between generations, once all of them are loaded.
func (c *Client) SetMapping(ctx context.Context, id string, mapping []Share) error {
	body := struct {
		Entries []Share `json:"entries"`
	}{mapping}
	return c.call(ctx, http.MethodPost, path("services", id, "actions", "setMapping"), body, new(changed))
}

// Clean removes the generations of all services that nothing maps to and that came before the active one, but for the
// newest keep of them.
func (c *Client) Clean(ctx context.Context, keep int) ([]Cleaned, error) {
	var report struct {
		Services []Cleaned `json:"services"`
	}
	err := c.call(ctx, http.MethodDelete, path("services-clean-unused")+"?keep="+strconv.Itoa(keep), nil, &report)
	return report.Services, err
}
