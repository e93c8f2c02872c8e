// Endpoint png answers with a picture of 50 KB, which lies in the memory that requests start from.
package main

import (
	"skep/bench/peers/picture"
	"skep/guest-sdk/go/skep"
)

var _ = skep.Function(run)

var answer = skep.Prepare(skep.Binary(picture.Draw()).As("image/png"))

func run(*skep.Call) (any, error) { return answer, nil }

func main() {}
