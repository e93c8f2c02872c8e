package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// LogLine is one line of an endpoint's log.
type LogLine struct {
	Time       time.Time `json:"time"`
	Level      string    `json:"level"`
	Generation string    `json:"generation"`
	RequestID  string    `json:"requestId"` // empty outside of a request
	Message    string    `json:"message"`
	// Raw is the whole line as it came, without the line break. It is valid until line returns.
	Raw []byte `json:"-"`
}

// Logs hands the lines of an endpoint's log to line, the oldest first: the last that the host has kept, as many as are
// asked for, and with follow those that come, until ctx ends or the host closes. An error of line ends it and comes
// back as it is.
func (c *Client) Logs(ctx context.Context, id, endpoint string, last int, follow bool, line func(LogLine) error) error {
	place := path("services", id, "endpoints", endpoint, "logs") + "?lines=" + strconv.Itoa(last)
	if follow {
		place += "&follow=true"
	}
	r, err := c.request(ctx, http.MethodGet, place, nil)
	if err != nil {
		return err
	}
	res, err := c.open(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		if len(lines.Bytes()) == 0 {
			continue // keeps a quiet connection alive
		}
		var l LogLine
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return fmt.Errorf("%w: %w", ErrAnswer, err)
		}
		l.Raw = lines.Bytes()
		if err := line(l); err != nil {
			return err
		}
	}
	switch err := lines.Err(); {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("%w: a line has more than %d bytes", ErrAnswer, maxLine)
	case err != nil:
		return fmt.Errorf("%w: the log ended early: %w", ErrUnreachable, err)
	}
	return nil
}
