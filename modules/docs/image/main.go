// Endpoint image draws a honeycomb. It shows a binary response.
package main

import (
	"bytes"
	"image/png"

	"skep/guest-sdk/go/skep"
)

var _ = skep.Function(run)

func run(*skep.Call) (any, error) {
	var out bytes.Buffer
	if err := png.Encode(&out, honeycomb(192, 144, 20)); err != nil {
		return nil, err
	}
	return skep.Binary(out.Bytes()).As("image/png"), nil
}

func main() {}
