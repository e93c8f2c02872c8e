// Endpoint raw answers with the client's text as a value, which nothing but the host's check of it reads.
package main

import "skep/guest-sdk/go/skep"

var _ = skep.Function(run)

func run(c *skep.Call) (any, error) { return skep.RawJSON(c.JSON()), nil }

func main() {}
