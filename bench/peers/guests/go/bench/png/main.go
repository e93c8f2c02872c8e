// Endpoint png answers with a picture of 50 KB, which lies in the memory that requests start from.
package main

import (
	"skep/bench/peers/picture"
	"skep/guest-sdk/go/skep"
)

var _ = skep.Function(run)

var body = picture.Draw()

func run(*skep.Call) (any, error) { return skep.Binary(body).As("image/png"), nil }

func main() {}
