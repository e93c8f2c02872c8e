// Endpoint headers greets with headers. It shows how to set one, and how to add several of the same name.
package main

import "skep/guest-sdk/go/skep"

var _ = skep.Function(run)

func run(*skep.Call) (any, error) {
	response := skep.Text("Hello, World!")
	response.Headers.Set("Machin", "Truc")
	response.Headers.Add("Set-Cookie", "chocolate")
	response.Headers.Add("Set-Cookie", "pecan")
	return response, nil
}

func main() {}
