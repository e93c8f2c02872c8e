// Endpoint direct greets with a response that is put together by hand: status, body and headers.
package main

import "skep/guest-sdk/go/skep"

var _ = skep.Function(run)

func run(*skep.Call) (any, error) {
	return skep.NewResponse(200, "Hello No Helper World",
		skep.Header{Name: "Content-Type", Value: "text/plain"},
		skep.Header{Name: "Content-Encoding", Value: "utf-8"},
	), nil
}

func main() {}
