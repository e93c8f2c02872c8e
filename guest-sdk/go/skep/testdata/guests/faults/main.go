// Command faults is an endpoint that misbehaves as its arguments say.
package main

import (
	"runtime"

	"skep/guest-sdk/go/skep"
)

var _ = skep.Function(run)

func run(c *skep.Call) (any, error) {
	how, err := c.Args.String("how")
	if err != nil {
		return nil, err
	}
	switch how {
	case "panic":
		panic("the secret")
	case "nil":
		var p *int
		return *p, nil
	case "goexit":
		runtime.Goexit()
	}
	return how, nil
}

func main() {}
