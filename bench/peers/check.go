package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// reply is an answer without what differs from one to the next.
type reply struct {
	status      int
	contentType string
	body        string
	headers     []string // sorted
}

var (
	timing = regexp.MustCompile(`"timing":\{[^}]*\}`)
	digits = regexp.MustCompile(`[0-9]+`)
)

// ask sends the request of a scenario once.
func ask(port int, s scenario) (reply, error) {
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	request.Header.DisableNormalizing()
	request.Header.SetMethod(fasthttp.MethodPost)
	request.SetRequestURI("http://" + address(port) + s.path())
	request.Header.SetContentType("application/json")
	for _, h := range s.headers {
		request.Header.Set(h.name, h.value)
	}
	request.SetBodyString(s.body)
	request.SetConnectionClose()
	if err := fasthttp.DoTimeout(request, response, 5*time.Second); err != nil {
		return reply{}, err
	}
	if response.StatusCode() != fasthttp.StatusOK {
		return reply{}, fmt.Errorf("status %d, %s", response.StatusCode(), response.Body())
	}
	r := reply{status: response.StatusCode(), contentType: string(response.Header.ContentType())}
	r.body = timing.ReplaceAllStringFunc(string(response.Body()), func(t string) string {
		return digits.ReplaceAllString(t, "0")
	})
	for key, v := range response.Header.All() {
		switch name := string(key); {
		case name == "Date" || name == "Content-Length" || name == "Connection" || name == "X-Request-Id":
		case strings.HasPrefix(name, "X-Timing-") || name == "DSS-Version":
			r.headers = append(r.headers, name)
		default:
			r.headers = append(r.headers, name+": "+string(v))
		}
	}
	slices.Sort(r.headers)
	return r, nil
}

// compare says how an answer differs from the native one. Hosts must send the same headers, too; others may have some
// of their own beside them.
func compare(p peer, got, want reply) error {
	switch {
	case got.body != want.body:
		return fmt.Errorf("%s answers %.300q, native %.300q", p.name, got.body, want.body)
	case strings.ReplaceAll(got.contentType, " ", "") != strings.ReplaceAll(want.contentType, " ", ""):
		return fmt.Errorf("%s answers as %s, native as %s", p.name, got.contentType, want.contentType)
	}
	if p.isHost() && !slices.Equal(got.headers, want.headers) {
		return fmt.Errorf("%s has the headers %q, native %q", p.name, got.headers, want.headers)
	}
	for _, h := range want.headers {
		name, _, _ := strings.Cut(h, ":")
		if !slices.ContainsFunc(got.headers, func(g string) bool {
			return len(g) >= len(name) && strings.EqualFold(g[:len(name)], name)
		}) {
			return fmt.Errorf("%s lacks the header %s", p.name, name)
		}
	}
	return nil
}
