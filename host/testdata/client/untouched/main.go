// Guest untouched answers with the text that the client sent.
package main

import "skep/guest-sdk/go/skep"

var _ = skep.Function(run)

func run(c *skep.Call) (any, error) { return string(c.JSON()), nil }

func main() {}
