package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
)

// Upload makes a generation of a zip archive of size bytes, which serves once somebody switches to it. It gives the id
// of the generation: the one that is asked for, or, where that is empty, one made of a digest.
func (c *Client) Upload(ctx context.Context, id, generation string, archive io.Reader, size int64) (string, error) {
	place := path("services", id, "generations")
	if generation != "" {
		place += "?generation=" + url.QueryEscape(generation)
	}
	r, err := c.request(ctx, http.MethodPost, place, archive)
	if err != nil {
		return "", err
	}
	r.ContentLength = size
	r.Header.Set("Content-Type", "application/zip")
	r.Header.Set("Expect", "100-continue") // who is refused learns it before the archive is sent
	var done changed
	err = c.do(r, &done)
	return done.Generation, err
}
