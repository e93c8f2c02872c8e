package main

import (
	"bytes"
	"image/png"
	"testing"

	"skep/guest-sdk/go/skep/skeptest"
)

func TestImage(t *testing.T) {
	r := skeptest.Run(t, nil)
	if r.Status != 200 || r.Response == nil {
		t.Fatalf("got %+v", r)
	}
	if got := r.Response.Headers.Get("Content-Type"); got != "image/png" {
		t.Errorf("content type %q", got)
	}
	img, err := png.Decode(bytes.NewReader(r.Response.Body))
	if err != nil {
		t.Fatal(err)
	}
	if got := img.Bounds().Size().String(); got != "(192,144)" {
		t.Errorf("size %s", got)
	}
}

// TestHoneycomb counts the colours: cells of all three, and walls that are thin.
func TestHoneycomb(t *testing.T) {
	img := honeycomb(192, 144, 20)
	var pixels [4]int
	for _, index := range img.Pix {
		pixels[index]++
	}
	for index, n := range pixels {
		if share := float64(n) / float64(len(img.Pix)); share < 0.1 || share > 0.4 {
			t.Errorf("colour %d has a share of %.2f", index, share)
		}
	}
}
