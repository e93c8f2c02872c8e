// Command probe is an endpoint that does what its arguments ask for.
package main

import "skep/guest-sdk/go/skep"

var _ = skep.Function(run)

func run(c *skep.Call) (any, error) {
	if !c.Args.Has("do") {
		return "pong", nil
	}
	do, err := c.Args.String("do")
	if err != nil {
		return nil, err
	}
	switch do {
	case "custom":
		return skep.Text("Hello, World!"), nil
	case "fail":
		return nil, &skep.Error{Status: 401, Message: "no key", Type: "NoKey"}
	case "told": // what the init frame says
		return map[string]any{"service": c.Service(), "generation": c.Generation(), "endpoint": c.Endpoint(),
			"infra": c.Infra(), "colour": c.Config("colour")}, nil
	case "path":
		return c.Path()
	case "key":
		headers, err := c.Headers()
		return headers.Get("Authorization"), err
	case "spin":
		c.Info("spinning")
		for {
		}
	}
	return nil, skep.NewError(400, "nothing to do for "+do)
}

func main() {}
