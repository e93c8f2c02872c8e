// Endpoint plain answers with the arguments that it got. It shows a value, which comes in an envelope.
package main

import "skep/guest-sdk/go/skep"

var _ = skep.Function(run)

func run(c *skep.Call) (any, error) {
	return c.Args, nil
}

func main() {}
