package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"skep/host"
)

// call is one request to an endpoint, and what is printed of its answer.
type call struct {
	url     string
	header  http.Header
	body    []byte
	include bool         // status and headers are printed too
	client  *http.Client // nil is one that honours the proxies of the environment
	out     io.Writer
}

// do sends the request and prints the answer. A status of 400 or above is an error; the body is printed all the same.
func (c call) do(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(c.body))
	if err != nil {
		return err
	}
	req.Header = http.Header{
		"Content-Type": {"application/json"},
		"User-Agent":   {"skep/" + host.Version},
	}
	maps.Copy(req.Header, c.header)
	req.Host = c.header.Get("Host") // the client takes it from here; empty: that of the URL
	client := c.client
	if client == nil {
		client = &http.Client{Transport: &http.Transport{DisableCompression: true, Proxy: http.ProxyFromEnvironment}}
	}
	defer client.CloseIdleConnections()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("no answer: %w", err)
	}
	defer res.Body.Close()
	if c.include {
		fmt.Fprintf(c.out, "%s %s\n", res.Proto, res.Status)
		var head bytes.Buffer
		_ = res.Header.Write(&head) // a buffer takes everything
		fmt.Fprintf(c.out, "%s\n", strings.ReplaceAll(head.String(), "\r\n", "\n"))
	}
	if _, err := io.Copy(c.out, res.Body); err != nil {
		return fmt.Errorf("the answer broke off: %w", err)
	}
	if isTerminal(c.out) {
		fmt.Fprintln(c.out)
	}
	if res.StatusCode >= 400 {
		return fmt.Errorf("the status is %s", res.Status)
	}
	return nil
}

// isURL says whether a target is a URL, not a file.
func isURL(target string) bool {
	return strings.HasPrefix(target, "http://") || strings.HasPrefix(target, "https://")
}

// endpointURL is the URL of an endpoint's action. The action is the target's own, else the given one, else run.
func endpointURL(target, action string) (string, error) {
	u, err := url.Parse(target)
	if err != nil {
		return "", err
	}
	_, rest, ok := strings.Cut(u.Path, "/public/api/v1/")
	parts := strings.Split(strings.Trim(rest, "/"), "/")
	if !ok || len(parts) < 2 || len(parts) > 3 {
		return "", fmt.Errorf("%s is not the URL of an endpoint: it ends as .../public/api/v1/<service>/<endpoint>/<action>",
			target)
	}
	switch {
	case len(parts) == 2 && action == "":
		return u.JoinPath(actions()[0]).String(), nil
	case len(parts) == 2:
		return u.JoinPath(action).String(), nil
	case action != "" && action != parts[2]:
		return "", fmt.Errorf("the URL has the action %s already, and %s is asked for", parts[2], action)
	}
	return u.String(), nil
}

// parseHeaders reads headers as "Name: value". Repeated names are kept in order.
func parseHeaders(list []string) (http.Header, error) {
	header := http.Header{}
	for _, text := range list {
		name, value, ok := strings.Cut(text, ":")
		if !ok || name == "" || strings.ContainsAny(name, " \t") {
			return nil, fmt.Errorf("bad value %q for --header or %s: allowed is 'NAME: VALUE'", text, variable("header"))
		}
		header.Add(name, strings.TrimSpace(value))
	}
	return header, nil
}
