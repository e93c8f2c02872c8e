// Command keeper is an endpoint that keeps what it is shown of each request, and answers with all of it.
package main

import "skep/guest-sdk/go/skep"

var _ = skep.Function(run)

var kept skep.Headers

func run(c *skep.Call) (any, error) {
	path, err := c.Path()
	if err != nil {
		return nil, err
	}
	headers, err := c.Headers()
	if err != nil {
		return nil, err
	}
	kept.Add("Path", path)
	for _, h := range headers {
		kept.Add(h.Name, h.Value)
	}
	headers.Add("Of-This", "list")
	again, err := c.Headers()
	if err != nil {
		return nil, err
	}
	response := skep.Text("")
	response.Headers = append(again, kept...)
	return response, nil
}

func main() {}
