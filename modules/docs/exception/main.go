// Endpoint exception adds two numbers, for callers that say who they are. It shows an error with a status.
package main

import "skep/guest-sdk/go/skep"

var _ = skep.Function(run)

func run(c *skep.Call) (any, error) {
	headers, err := c.Headers()
	if err != nil {
		return nil, err // metadata is not enabled: nobody can be authorized
	}
	if headers.Get("Authorization") == "" {
		return nil, skep.NewError(401, "The caller is not authorized")
	}
	p1, err := c.Args.Float("p1")
	if err != nil {
		return nil, err
	}
	p2, err := c.Args.Float("p2")
	if err != nil {
		return nil, err
	}
	if sum, ok := exact(c.Args); ok {
		return sum, nil
	}
	return p1 + p2, nil
}

// exact is the sum of two integers. It reports false when the sum does not fit or one of them has a fraction.
func exact(args skep.Args) (sum int64, ok bool) {
	a, errA := args.Int("p1")
	b, errB := args.Int("p2")
	if errA != nil || errB != nil {
		return 0, false
	}
	sum = a + b
	return sum, (sum > a) == (b > 0)
}

func main() {}
