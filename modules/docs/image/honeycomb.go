package main

import (
	"image"
	"image/color"
	"math"
)

// colours are a wall and three fillings of cells.
var colours = color.Palette{
	color.RGBA{0x5a, 0x3a, 0x0a, 0xff},
	color.RGBA{0xf6, 0xb9, 0x2b, 0xff},
	color.RGBA{0xff, 0xcf, 0x5c, 0xff},
	color.RGBA{0xe0, 0x98, 0x12, 0xff},
}

// honeycomb draws hexagonal cells whose centres are size pixels apart.
func honeycomb(width, height int, size float64) *image.Paletted {
	img := image.NewPaletted(image.Rect(0, 0, width, height), colours)
	for y := range height {
		for x := range width {
			img.SetColorIndex(x, y, cell(float64(x)/size, float64(y)/size))
		}
	}
	return img
}

// cell is the colour at a point, with the distance of centres as the unit. Every row of centres is moved by half a cell
// against the one above it; a point is in the cell of the nearest centre, and in a wall when two are about as near.
func cell(x, y float64) uint8 {
	rowHeight := math.Sqrt(3) / 2
	nearest, second := math.Inf(1), math.Inf(1)
	var colour uint8
	for row := int(y / rowHeight); row <= int(y/rowHeight)+1; row++ {
		shift := float64(row&1) / 2
		for column := int(x-shift) - 1; column <= int(x-shift)+1; column++ {
			d := math.Hypot(x-float64(column)-shift, y-float64(row)*rowHeight)
			switch {
			case d < nearest:
				nearest, second = d, nearest
				colour = 1 + uint8(row+2*column+1<<10)%3
			case d < second:
				second = d
			}
		}
	}
	if second-nearest < 0.12 {
		return 0
	}
	return colour
}
