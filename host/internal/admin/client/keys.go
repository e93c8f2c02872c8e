package client

import (
	"context"
	"net/http"
	"time"
)

// Key is a key of an administrator, as a host lists it.
type Key struct {
	ID          string    `json:"id"`
	Key         string    `json:"key,omitempty"` // the key itself: when it is made, and never again
	Label       string    `json:"label,omitempty"`
	Description string    `json:"description,omitempty"`
	Created     time.Time `json:"createdOn,omitzero"`
	Expiry      time.Time `json:"expiry,omitzero"` // zero: never
}

// Keys lists the keys of the administrators.
func (c *Client) Keys(ctx context.Context) (list []Key, err error) {
	err = c.call(ctx, http.MethodGet, path("keys"), nil, &list)
	return list, err
}

// NewKey makes a key with the label, the description and the expiry that are given.
func (c *Client) NewKey(ctx context.Context, like Key) (made Key, err error) {
	body := Key{Label: like.Label, Description: like.Description, Expiry: like.Expiry}
	err = c.call(ctx, http.MethodPost, path("keys"), body, &made)
	return made, err
}

// RevokeKey makes the key of an id invalid.
func (c *Client) RevokeKey(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, path("keys", id, "key"), nil, new(changed))
}
