package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// answering is a client of a server that answers everything alike, and notes the last request.
func answering(t *testing.T, status int, body string, header ...string) (*Client, *http.Request) {
	t.Helper()
	seen := new(http.Request)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*seen = *r
		w.Header().Set("Skep-Api", "admin")
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // the client may be gone
	}))
	t.Cleanup(s.Close)
	return &Client{URL: s.URL + "/behind/", Key: "the-key"}, seen
}

func TestRequests(t *testing.T) {
	c, seen := answering(t, 200, `{"generation":"v1","serviceId":"demo","services":[]}`)
	ctx := t.Context()
	const services = "/behind/admin/api/services"
	for want, call := range map[string]func() error{
		"GET " + services + "/a%2F..":                           func() error { _, err := c.Service(ctx, "a/.."); return err },
		"POST " + services:                                      func() error { return c.Create(ctx, "demo") },
		"DELETE " + services + "/demo":                          func() error { return c.Delete(ctx, "demo") },
		"DELETE " + services + "/demo/generations/v1":           func() error { return c.DeleteGeneration(ctx, "demo", "v1") },
		"POST " + services + "/demo/actions/enable":             func() error { return c.SetEnabled(ctx, "demo", true) },
		"POST " + services + "/demo/actions/disable":            func() error { return c.SetEnabled(ctx, "demo", false) },
		"POST " + services + "/demo/actions/switchTo/v1":        func() error { return c.SwitchTo(ctx, "demo", "v1") },
		"POST " + services + "/demo/actions/switchToNewest":     func() error { _, err := c.SwitchToNewest(ctx, "demo"); return err },
		"POST " + services + "/demo/actions/rollback":           func() error { _, err := c.Rollback(ctx, "demo"); return err },
		"POST " + services + "/demo/actions/setMapping":         func() error { return c.SetMapping(ctx, "demo", nil) },
		"POST " + services + "/demo/generations/v1/preload":     func() error { return c.Preload(ctx, "demo", "v1") },
		"DELETE /behind/admin/api/services-clean-unused?keep=2": func() error { _, err := c.Clean(ctx, 2); return err },
		"DELETE /behind/admin/api/keys/k1/key":                  func() error { return c.RevokeKey(ctx, "k1") },
		"POST /behind/admin/api/keys":                           func() error { _, err := c.NewKey(ctx, Key{}); return err },
		"POST " + services + "/demo/generations?generation=v1": func() error {
			_, err := c.Upload(ctx, "demo", "v1", strings.NewReader("zip"), 3)
			return err
		},
	} {
		if err := call(); err != nil {
			t.Errorf("%s: %v", want, err)
		}
		if got := seen.Method + " " + seen.URL.RequestURI(); got != want || seen.Header.Get("Authorization") != "Bearer the-key" {
			t.Errorf("got %s with %v, want %s", got, seen.Header, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		header []string
		want   error
	}{
		{404, `{"errorType":"NotFound","message":"no"}`, nil, &Error{404, "NotFound", ""}},
		{422, `{"errorType":"PackageRefused","message":"no"}`, nil, &Error{Status: 422}},
		{404, `{"errorType":"NotFound","message":"no"}`, []string{"Skep-Api", ""}, ErrAnswer},
		{502, `<html>`, nil, ErrAnswer},
		{200, `<html>`, nil, ErrAnswer},
		{200, ``, nil, ErrAnswer},
		{302, ``, []string{"Location", "http://elsewhere.invalid/"}, ErrAnswer},
	} {
		c, _ := answering(t, test.status, test.body, test.header...)
		if _, err := c.Service(t.Context(), "demo"); !errors.Is(err, test.want) || strings.Contains(err.Error(), "the-key") {
			t.Errorf("%d %s gives %v, want %v", test.status, test.body, err, test.want)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	c, _ := answering(t, 200, `{}`)
	if _, err := c.Service(ended, "demo"); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended gives %v", err)
	}
	if _, err := (&Client{URL: "http://127.0.0.1:1"}).Services(t.Context()); !errors.Is(err, ErrUnreachable) {
		t.Errorf("where nothing listens: %v", err)
	}
	for _, bad := range []string{"", "127.0.0.1:1", "ftp://h", "http://", "http://u:secret@h", "http://h?q", "http://h#f", "http://\x7f"} {
		if err := (&Client{URL: bad}).Check(); !errors.Is(err, ErrURL) || strings.Contains(err.Error(), "secret") {
			t.Errorf("URL %q gives %v", bad, err)
		}
	}
}

func TestNewKeyKeepsTimes(t *testing.T) {
	c, _ := answering(t, 200, `{"id":"k1","key":"s","createdOn":"2026-01-02T03:04:05Z","expiry":"2130-01-02T03:04:05Z"}`)
	made, err := c.NewKey(t.Context(), Key{Label: "ci"})
	if err != nil || made.Key != "s" || !made.Expiry.Equal(time.Date(2130, 1, 2, 3, 4, 5, 0, time.UTC)) {
		t.Errorf("got %+v, %v", made, err)
	}
}

func TestLogs(t *testing.T) {
	stop := errors.New("enough")
	for _, test := range []struct {
		body  string
		lines int
		end   error // of the function
		want  error
	}{
		{`{"message":"a"}` + "\n\n" + `{"message":"b"}`, 2, nil, nil},
		{``, 0, nil, nil},
		{`{"message":"a"}` + "\n" + `{"message":"b"}`, 1, stop, stop},
		{`{"message":"a"}` + "\nnot JSON\n", 1, nil, ErrAnswer},
		{`{"message":"` + strings.Repeat("x", maxLine) + `"}`, 0, nil, ErrAnswer},
	} {
		c, seen := answering(t, 200, test.body)
		lines := 0
		err := c.Logs(t.Context(), "demo", "a", 7, true, func(l LogLine) error {
			if lines++; l.Message == "" || !strings.Contains(string(l.Raw), l.Message) {
				t.Errorf("line %+v", l)
			}
			return test.end
		})
		if !errors.Is(err, test.want) || lines != test.lines {
			t.Errorf("%.40q: %d lines, %v; want %d, %v", test.body, lines, err, test.lines, test.want)
		}
		if want := "/behind/admin/api/services/demo/endpoints/a/logs?lines=7&follow=true"; seen.URL.RequestURI() != want {
			t.Errorf("asked for %s", seen.URL.RequestURI())
		}
	}
}

// canned is a transport that gives one answer.
type canned struct {
	status int
	body   string
}

// RoundTrip answers.
func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: c.status, Header: http.Header{"Skep-Api": {"admin"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(c.body))}, nil
}

func FuzzAnswer(f *testing.F) {
	f.Add(200, `[{"serviceId":"demo","enabled":true,"generations":[{"generation":"v1","proba":1}]}]`)
	f.Add(404, `{"errorType":"NotFound","message":"no"}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		c := &Client{URL: "http://h", HTTP: &http.Client{Transport: canned{status, body}}}
		list, err := c.Services(t.Context())
		var refused *Error
		switch {
		case err == nil && status != 200:
			t.Errorf("status %d is a success: %v", status, list)
		case err != nil && list != nil && !errors.Is(err, ErrAnswer):
			t.Errorf("%v, with %v", err, list)
		case err != nil && !errors.Is(err, ErrAnswer) && (!errors.As(err, &refused) || refused.Type == ""):
			t.Errorf("%v is no error of this package", err)
		}
	})
}
