// Endpoint json answers with a JSON document. It shows a JSON response, which comes without an envelope.
package main

import "skep/guest-sdk/go/skep"

var _ = skep.Function(run)

func run(*skep.Call) (any, error) {
	return skep.JSON(map[string]any{
		"a": "b",
		"c": []any{"e", 42},
	})
}

func main() {}
