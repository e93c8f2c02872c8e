// Endpoint forward hands its arguments to another endpoint of the service, the one that "to" names, and answers what that
// answers: a value, a custom response or an error. It shows calls between endpoints.
package main

import "skep/guest-sdk/go/skep"

var _ = skep.Function(run)

func run(c *skep.Call) (any, error) {
	to, err := c.Args.String("to")
	if err != nil {
		return nil, err
	}
	var args skep.Args
	if c.Args.Has("args") {
		if args, err = c.Args.Map("args"); err != nil {
			return nil, err
		}
	}
	return c.Self().Run(to, args)
}

func main() {}
