// Package picture draws the picture that scenario png sends.
package picture

import (
	"bytes"
	"image"
	"image/png"
)

// Draw gives a PNG of 50 KB: noise, which cannot be compressed, from a generator of random numbers that is the same
// everywhere.
func Draw() []byte {
	img := image.NewGray(image.Rect(0, 0, 256, 199))
	state := uint32(1)
	for i := range img.Pix {
		state = state*1664525 + 1013904223
		img.Pix[i] = byte(state >> 24)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		panic(err) // a buffer takes everything
	}
	return out.Bytes()
}
