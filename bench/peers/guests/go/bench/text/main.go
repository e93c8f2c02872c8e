// Endpoint text greets.
package main

import "skep/guest-sdk/go/skep"

var _ = skep.Function(run)

func run(*skep.Call) (any, error) { return skep.Text("Hello, World!"), nil }

func main() {}
