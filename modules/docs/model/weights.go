package model

import (
	_ "embed"
	"errors"
	"strconv"
	"strings"
)

//go:embed weights.txt
var weightsText string

// fitted is read when a module starts, so that it lies in the image from which requests start.
var fitted = mustParse(weightsText)

// weights are all numbers of both models.
type weights struct {
	classes []line
	number  line
}

// line is a linear function of the features.
type line struct {
	name    string // of the class
	bias    float64
	weights Features
}

func mustParse(text string) weights {
	w, err := parse(text)
	if err != nil {
		panic("weights.txt: " + err.Error())
	}
	return w
}

// parse reads a text of lines, each a name, a bias and a weight for every feature. Lines that begin with # are
// comments.
//
//	class:apple 0.25 1 -1 0 0.5
//	number 1.5 2 -1 0.5 0.25
func parse(text string) (weights, error) {
	var w weights
	for row := range strings.Lines(text) {
		fields := strings.Fields(row)
		if len(fields) == 0 || fields[0][0] == '#' {
			continue
		}
		if len(fields) != 2+len(Names) {
			return weights{}, errors.New("not a name, a bias and a weight for each feature: " + row)
		}
		var numbers [1 + len(Names)]float64
		for i, field := range fields[1:] {
			v, err := strconv.ParseFloat(field, 64)
			if err != nil {
				return weights{}, err
			}
			numbers[i] = v
		}
		l := line{bias: numbers[0], weights: Features(numbers[1:])}
		class, ok := strings.CutPrefix(fields[0], "class:")
		switch {
		case ok:
			l.name = class
			w.classes = append(w.classes, l)
		case fields[0] == "number":
			w.number = l
		default:
			return weights{}, errors.New("unknown name: " + fields[0])
		}
	}
	if len(w.classes) < 2 || w.number == (line{}) {
		return weights{}, errors.New("two classes and a number are needed at least")
	}
	return w, nil
}
