package bench

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

// Sizes of a drawing, in its own units.
const (
	panelWidth, panelHeight         = 400, 250
	left, right, top, bottom, title = 58, 14, 44, 40, 30
)

// dashes are the kinds of strokes, in the order in which a panel has its curves.
var dashes = []string{"", "7 4", "2 4"}

// style draws on a ground of its own, as a page may be light or dark whatever the reader's system says.
const style = `<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.m { text-anchor: middle } .e { text-anchor: end } .b { font-weight: 600 }
.ground { fill: #ffffff } .grid { stroke: #d1d9e0; stroke-width: 1 }
.c { fill: none; stroke-width: 2 } .k { stroke: #59636e }
.c0 { stroke: #0969da } .c1 { stroke: #bc4c00 } .d0 { fill: #0969da } .d1 { fill: #bc4c00 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .ground { fill: #0d1117 } .grid { stroke: #3d444d } .k { stroke: #9198a1 }
.c0 { stroke: #4493f8 } .c1 { stroke: #f0883e } .d0 { fill: #4493f8 } .d1 { fill: #f0883e }
}
</style>
`

// curve is something that is drawn for each line of an axis, in a stroke of its own.
type curve struct {
	name string
	of   func(point) float64
}

// panel is one picture of a drawing.
type panel struct {
	title  string
	curves []curve
}

var panels = []panel{
	{"requests/s", []curve{{"", func(p point) float64 { return p.PerSecond }}}},
	{"CPU µs of the server for a request", []curve{{"", func(p point) float64 { return p.CPU }}}},
	{"latency, ms", []curve{
		{"one client", func(p point) float64 { return p.Alone / 1e3 }},
		{"all, p50", func(p point) float64 { return p.P50 / 1e3 }},
		{"all, p99", func(p point) float64 { return p.P99 / 1e3 }},
	}},
	{"memory of the server, MB", []curve{
		{"without code", func(p point) float64 { return float64(p.memory()) / 1e6 }},
		{"most, RSS", func(p point) float64 { return float64(p.Peak) / 1e6 }},
		{"code", visibleCode},
	}},
}

// visibleCode is 0 for the code of a guest that is a few instructions: beside it nothing else would be told apart.
func visibleCode(p point) float64 {
	if p.Code < 1e6 {
		return 0
	}
	return float64(p.Code) / 1e6
}

// draw is an SVG of an axis: four panels, two beside each other.
func (a axis) draw(w io.Writer, points []point) {
	width, height := 2*panelWidth, title+2*panelHeight
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">`+"\n",
		width, height, width, height)
	fmt.Fprintf(w, "<title>%s</title>\n%s", escape(a.label), style)
	fmt.Fprintf(w, `<rect class="ground" width="%d" height="%d"/>`+"\n", width, height)
	for i, l := range a.lines {
		x := left + i*110
		fmt.Fprintf(w, `<path class="c c%d" d="M%d 18h24"/><text x="%d" y="22">%s</text>`+"\n", i, x, x+30, escape(l.name))
	}
	values := make([]float64, len(a.values))
	for i, v := range a.values {
		values[i] = float64(v)
	}
	xs := exactScale(values)
	for i, p := range panels {
		fmt.Fprintf(w, `<g transform="translate(%d %d)">`+"\n", i%2*panelWidth, title+i/2*panelHeight)
		a.drawPanel(w, p, points, xs)
		fmt.Fprintln(w, "</g>")
	}
	fmt.Fprintln(w, "</svg>")
}

func (a axis) drawPanel(w io.Writer, p panel, points []point, xs scale) {
	var values []float64
	for _, c := range p.curves {
		for _, at := range points {
			values = append(values, c.of(at))
		}
	}
	ys := roundScale(values)
	x := func(v float64) float64 { return left + xs.at(v)*(panelWidth-left-right) }
	y := func(v float64) float64 { return panelHeight - bottom - ys.at(v)*(panelHeight-top-bottom) }
	fmt.Fprintf(w, `<text class="b" x="%d" y="16">%s</text>`+"\n", left, escape(p.title))
	if len(p.curves) > 1 {
		for i, c := range p.curves {
			fmt.Fprintf(w, `<path class="c k" stroke-dasharray="%s" d="M%d 30h20"/><text x="%d" y="34">%s</text>`+"\n",
				dashes[i], left+i*118, left+i*118+25, escape(c.name))
		}
	}
	for _, t := range ys.ticks {
		fmt.Fprintf(w, `<path class="grid" d="M%d %.1fH%d"/><text class="e" x="%d" y="%.1f">%s</text>`+"\n",
			left, y(t), panelWidth-right, left-6, y(t)+4, number(t))
	}
	for _, t := range xs.ticks {
		fmt.Fprintf(w, `<path class="grid" d="M%.1f %dv4"/><text class="m" x="%.1f" y="%d">%s</text>`+"\n",
			x(t), panelHeight-bottom, x(t), panelHeight-bottom+17, number(t))
	}
	fmt.Fprintf(w, `<text class="m" x="%d" y="%d">%s</text>`+"\n", (left+panelWidth-right)/2, panelHeight-6, escape(a.label))
	for i, l := range a.lines {
		for j, c := range p.curves {
			var path bytes.Buffer
			for _, at := range points {
				if v := c.of(at); at.Line == l.name && (v > 0 || !ys.log) {
					fmt.Fprintf(&path, "%c%.1f %.1f", "ML"[min(path.Len(), 1)], x(float64(at.Value)), y(v))
					fmt.Fprintf(w, `<circle class="d%d" cx="%.1f" cy="%.1f" r="2.5"/>`+"\n", i, x(float64(at.Value)), y(v))
				}
			}
			fmt.Fprintf(w, `<path class="c c%d" stroke-dasharray="%s" d="%s"/>`+"\n", i, dashes[j], path.String())
		}
	}
}

// scale places values between 0 and 1: by their logarithms where they span more than a decade. A zero has its place then
// below all others.
type scale struct {
	log       bool
	low, high float64 // or the logarithms of these
	ticks     []float64
}

// exactScale has a mark at each value.
func exactScale(values []float64) scale {
	s := scale{log: true, high: math.Log10(slices.Max(values)), ticks: values}
	for _, v := range values {
		if v > 0 {
			s.low = math.Log10(v) // of the first one
			break
		}
	}
	if values[0] == 0 {
		s.low--
	}
	return s
}

// roundScale has marks at round numbers.
func roundScale(values []float64) (s scale) {
	least, most := math.Inf(1), 0.0
	for _, v := range values {
		if v > 0 {
			least, most = min(least, v), max(most, v)
		}
	}
	if most > 10*least {
		s = scale{log: true, low: math.Log10(least) - 0.1, high: math.Log10(most) + 0.1}
		steps := []float64{1}
		if s.high-s.low < 3.2 {
			steps = []float64{1, 2, 5}
		}
		for decade := math.Floor(s.low); decade <= s.high; decade++ {
			for _, step := range steps {
				if at := math.Log10(step) + decade; at >= s.low && at <= s.high {
					s.ticks = append(s.ticks, step*math.Pow(10, decade))
				}
			}
		}
		return s
	}
	step := math.Pow(10, math.Floor(math.Log10(most))) / 5
	for _, wider := range []float64{2.5, 2, 2} { // at most seven marks
		if most/step > 6 {
			step *= wider
		}
	}
	s.high = math.Ceil(most*1.02/step) * step
	for i := 0.0; i*step <= s.high; i++ {
		s.ticks = append(s.ticks, i*step)
	}
	return s
}

func (s scale) at(v float64) float64 {
	if s.log {
		v = max(s.low, math.Log10(v))
	}
	return (v - s.low) / (s.high - s.low)
}

// number is a value beside an axis: 40k, 4M.
func number(v float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e6, "M"}, {1e3, "k"}} {
		if v >= unit.size {
			return strconv.FormatFloat(v/unit.size, 'g', 4, 64) + unit.name
		}
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

func escape(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer takes all
	return b.String()
}
