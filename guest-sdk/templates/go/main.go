// Command main is an endpoint: a function that greets.
package main

import "skep/guest-sdk/go/skep"

var _ = skep.Function(run)

func run(c *skep.Call) (any, error) {
	name, err := c.Args.String("name")
	if err != nil {
		return nil, err // status 400, with the name of the argument
	}
	if name == "" {
		return nil, skep.NewError(422, "whom shall I greet?")
	}
	return c.Config("greeting") + ", " + name + "!", nil
}

func main() {} // does not run in a WebAssembly library
