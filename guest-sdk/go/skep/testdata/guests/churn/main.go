// Command churn is an endpoint that leaves garbage behind: it copies its text, builds a map and answers with both.
package main

import "skep/guest-sdk/go/skep"

var _ = skep.Function(run)

func run(c *skep.Call) (any, error) {
	text, err := c.Args.String("text")
	if err != nil {
		return nil, err
	}
	n, err := c.Args.Int("repeat")
	if err != nil {
		return nil, err
	}
	var words []string
	for range n {
		words = append(words, text+"!")
	}
	return map[string]any{"words": words, "count": len(words)}, nil
}

func main() {}
