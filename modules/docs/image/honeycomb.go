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
	const rowHeight = 0.8660254037844386                // √3 / 2
	nearest, second := math.MaxFloat64, math.MaxFloat64 // squares of distances
	var colour uint8
	top := int(y / rowHeight)
	for row := top; row <= top+1; row++ {
		shift := float64(row&1) / 2
		left := int(x - shift)
		for column := left; column <= left+1; column++ {
			dx, dy := x-shift-float64(column), y-rowHeight*float64(row)
			switch d := dx*dx + dy*dy; {
			case d < nearest:
				nearest, second = d, nearest
				colour = 1 + uint8((row+2*column)%3)
			case d < second:
				second = d
			}
		}
	}
	if math.Sqrt(second)-math.Sqrt(nearest) < 0.12 {
		return 0
	}
	return colour
}
