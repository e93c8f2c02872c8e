// Package client is the admin API of a host from the outside: it makes requests and reads answers. It knows nothing of
// the host behind the API, and keeps the key out of all that it says.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Client talks to one host.
type Client struct {
	// URL is where the host listens for administrators, as http://127.0.0.1:12001. A path in it comes before that of
	// the API, for hosts behind a proxy.
	URL string
	// Key is that of an administrator. Empty, requests are made without one, and refused.
	Key string
	// HTTP makes the requests; nil: [http.DefaultClient], without redirects.
	HTTP *http.Client
}

// ErrURL says that a URL cannot be that of a host.
var ErrURL = errors.New("not the URL of a host")

// ErrAnswer says that something answers, and that it is no admin API.
var ErrAnswer = errors.New("the answer is not that of an admin API")

// ErrUnreachable says that nothing answers; it wraps the reason.
var ErrUnreachable = errors.New("the host cannot be reached")

// Error is what a host answers to a request that it refuses.
type Error struct {
	Status  int    // of HTTP
	Type    string // "NotFound", "GenerationRefused", …
	Message string
}

// Error is the host's message.
func (e *Error) Error() string { return e.Message }

// Is compares status and type with those of another Error; what that leaves empty is not compared.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && (t.Status == 0 || t.Status == e.Status) && (t.Type == "" || t.Type == e.Type)
}

const (
	prefix    = "/admin/api"
	maxAnswer = 64 << 20 // bytes that are read of an answer
	maxLine   = 1 << 20  // bytes of one line of a log
)

// Check says whether the URL can be that of a host. The error is an [ErrURL].
func (c *Client) Check() error {
	u, err := url.Parse(c.URL)
	switch {
	case err != nil:
		return fmt.Errorf("%w: it cannot be read as a URL; give one as http://127.0.0.1:12001", ErrURL) // err would repeat it, with what may be a key
	case u.User != nil:
		return fmt.Errorf("%w: it holds a user name, and a key does not belong there", ErrURL)
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("%w: %q; give one as http://127.0.0.1:12001", ErrURL, c.URL)
	}
	return nil
}

// path joins segments to the path of a request.
func path(segments ...string) string {
	var b strings.Builder
	b.WriteString(prefix)
	for _, s := range segments {
		b.WriteString("/" + url.PathEscape(s))
	}
	return b.String()
}

// call makes a request with a JSON body, where there is one, and reads the answer.
func (c *Client) call(ctx context.Context, method, path string, body, into any) error {
	var source io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		source = bytes.NewReader(text)
	}
	r, err := c.request(ctx, method, path, source)
	if err != nil {
		return err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return c.do(r, into)
}

func (c *Client) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.URL, "/")+path, body)
	if err == nil && c.Key != "" {
		r.Header.Set("Authorization", "Bearer "+c.Key)
	}
	return r, err
}

// do makes a request and reads its answer as JSON.
func (c *Client) do(r *http.Request, into any) error {
	res, err := c.open(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%w: the answer ended early: %w", ErrUnreachable, err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	return nil
}

// open makes a request. The body of the answer, which is a success, must be closed.
func (c *Client) open(r *http.Request) (*http.Response, error) {
	client := http.Client{}
	if c.HTTP != nil {
		client = *c.HTTP
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(r)
	if err != nil {
		if r.Context().Err() != nil {
			return nil, r.Context().Err()
		}
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err // without the URL: whoever prints it knows it
		}
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if res.StatusCode == http.StatusOK {
		return res, nil
	}
	defer res.Body.Close()
	return nil, refusal(res)
}

// refusal is the error in an answer that is no success.
func refusal(res *http.Response) error {
	var body struct{ ErrorType, Message string }
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	admin := res.Header.Get("Skep-Api") == "admin"
	if err != nil || json.Unmarshal(text, &body) != nil || body.ErrorType == "" || !admin {
		return fmt.Errorf("%w: status %d", ErrAnswer, res.StatusCode)
	}
	return &Error{Status: res.StatusCode, Type: body.ErrorType, Message: body.Message}
}
