// Command echo is an endpoint that answers with its arguments, which it does not copy.
package main

import "skep/guest-sdk/go/skep"

var _ = skep.Function(run)

func run(c *skep.Call) (any, error) { return c.Args, nil }

func main() {}
