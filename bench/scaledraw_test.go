package bench

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var scalePlots = flag.String("scale.plots", "", "TestScalePlots: draw the figures of -scale.into into this folder")

// TestScalePlots draws what BenchmarkScale has measured in full, where a flag asks for that, and writes the figures as
// tables beside the drawings.
func TestScalePlots(t *testing.T) {
	if *scalePlots == "" {
		t.Skip("no -scale.plots")
	}
	var tables strings.Builder
	tables.WriteString("# How skep scales\n\nWritten by `make bench-plots`; [what is measured](../README.md#scale). " +
		"Memory is all that the server has but\ncode, images whole and once; RSS and PSS are with code.\n")
	for _, a := range axes {
		points, err := readPoints(*scaleInto, a)
		if err != nil {
			t.Fatal(err)
		}
		if len(points) == 0 {
			t.Errorf("%s has not been measured in full", a.name)
			continue
		}
		var drawn bytes.Buffer
		a.draw(&drawn, points)
		if err := os.WriteFile(filepath.Join(*scalePlots, a.name+".svg"), drawn.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&tables, "\n%s", tableOf(a, points))
	}
	if err := os.WriteFile(filepath.Join(*scalePlots, "README.md"), []byte(tables.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestDraw draws figures that grow with the value, and looks at what comes out.
func TestDraw(t *testing.T) {
	for _, a := range axes {
		var points []point
		for i, value := range a.values {
			for _, l := range a.lines {
				v := float64(i*i*100 + 1)
				points = append(points, point{Axis: a.name, Value: value, Line: l.name, PerSecond: 1e5 / v, P50: v, P99: 2 * v,
					Alone: v / 2, CPU: v, Share: int64(v * 1e6), Peak: int64(v * 3e6)})
			}
		}
		var drawn bytes.Buffer
		a.draw(&drawn, points)
		elements := make(map[string]int)
		for d := xml.NewDecoder(&drawn); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", a.name, err)
			}
			if start, ok := token.(xml.StartElement); ok {
				elements[start.Name.Local]++
				for _, attr := range start.Attr {
					if strings.ContainsAny(attr.Value, "NI%!") {
						t.Errorf("%s: <%s %s=%q>", a.name, start.Name.Local, attr.Name.Local, attr.Value)
					}
				}
			}
		}
		// Seven curves have figures; code is 0, which a scale of logarithms leaves out.
		if want := 7 * len(points); elements["svg"] != 1 || elements["circle"] < want {
			t.Errorf("%s: %d points, drawn as %v", a.name, len(points), elements)
		}
	}
}

func TestScales(t *testing.T) {
	for _, c := range []struct {
		s       scale
		at      []float64
		want    []float64
		numbers string
	}{
		{exactScale([]float64{1, 10, 100}), []float64{1, 10, 100}, []float64{0, 0.5, 1}, "1 10 100"},
		{exactScale([]float64{0, 1e3, 1e5}), []float64{0, 1e3, 1e5}, []float64{0, 1. / 3, 1}, "0 1k 100k"},
		{roundScale([]float64{3, 7}), []float64{0, 4, 8}, []float64{0, 0.5, 1}, "0 2 4 6 8"},
		{roundScale([]float64{8, 21}), []float64{0, 25}, []float64{0, 1}, "0 5 10 15 20 25"},
		{roundScale([]float64{0.15, 18}), nil, nil, "0.2 0.5 1 2 5 10 20"},
		{roundScale([]float64{5.5, 5.5}), nil, nil, "0 1 2 3 4 5 6"},
		{roundScale([]float64{95e3}), nil, nil, "0 20k 40k 60k 80k 100k"},
		{roundScale([]float64{2, 3e6}), nil, nil, "10 100 1k 10k 100k 1M"},
	} {
		var numbers []string
		for _, tick := range c.s.ticks {
			numbers = append(numbers, number(tick))
		}
		if got := strings.Join(numbers, " "); got != c.numbers {
			t.Errorf("marks at %s, want %s", got, c.numbers)
		}
		for i, v := range c.at {
			if got := c.s.at(v); got < c.want[i]-1e-9 || got > c.want[i]+1e-9 {
				t.Errorf("%v is at %v, want %v", v, got, c.want[i])
			}
		}
		if !slices.IsSorted(c.s.ticks) {
			t.Errorf("marks %v", c.s.ticks)
		}
	}
}
