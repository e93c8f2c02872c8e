// Endpoint echo answers with its arguments as a value.
package main

import "skep/guest-sdk/go/skep"

var _ = skep.Function(run)

func run(c *skep.Call) (any, error) { return c.Args, nil }

func main() {}
