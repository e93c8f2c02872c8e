// Package model is the small model that the endpoints classify and regress of service docs share: a logistic regression
// with three classes and a linear regression, over the same four numbers. It knows nothing of requests.
//
// The weights are in weights.txt, which program fit makes from synthetic data.
package model

import "math"

//go:generate go run ./fit

// Names are the names of the features, in the order of [Features].
var Names = [...]string{"f0", "f1", "f2", "f3"}

// Features are the input of both models.
type Features [len(Names)]float64

// Class is a class with its probability.
type Class struct {
	Name string
	P    float64
}

// Classify gives the probability of every class, always in the same order; they sum to 1. It reports false when the
// features are so large that there is no answer.
func Classify(x Features) (classes []Class, ok bool) {
	classes = make([]Class, len(fitted.classes))
	highest := math.Inf(-1)
	for i, c := range fitted.classes {
		score := c.at(x)
		if math.IsNaN(score) || math.IsInf(score, 0) {
			return nil, false
		}
		classes[i] = Class{c.name, score}
		highest = max(highest, score)
	}
	sum := 0.0
	for i := range classes {
		classes[i].P = math.Exp(classes[i].P - highest) // at most 1: it cannot overflow
		sum += classes[i].P
	}
	for i := range classes {
		classes[i].P /= sum
	}
	return classes, true
}

// Best is the class with the highest probability, the first of several.
func Best(classes []Class) Class {
	best := classes[0]
	for _, c := range classes[1:] {
		if c.P > best.P {
			best = c
		}
	}
	return best
}

// Regress predicts the number. It reports false when the features are so large that there is no answer.
func Regress(x Features) (y float64, ok bool) {
	y = fitted.number.at(x)
	return y, !math.IsNaN(y) && !math.IsInf(y, 0)
}

// at is the value of the line at x.
func (l line) at(x Features) float64 {
	y := l.bias
	for i, w := range l.weights {
		y += w * x[i]
	}
	return y
}
