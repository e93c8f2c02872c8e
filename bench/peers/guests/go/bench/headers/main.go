// Endpoint headers answers with twenty headers whose values come from those of the request.
package main

import (
	"skep/bench/peers/work"
	"skep/guest-sdk/go/skep"
)

var _ = skep.Function(run)

func run(c *skep.Call) (any, error) {
	headers, err := c.Headers()
	if err != nil {
		return nil, err
	}
	response := skep.Text(work.Greeting)
	for i, name := range work.HeadersOut {
		response.Headers.Add(name, headers.Get(work.HeadersIn[i]))
	}
	return response, nil
}

func main() {}
