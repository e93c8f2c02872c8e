package main

import "math/rand/v2"

// vector is 1, for the bias, and the four features; or their weights.
type vector [5]float64

// sample is one record of the training data.
type sample struct {
	x      vector
	class  int // index in classNames
	number float64
}

var classNames = [...]string{"apple", "pear", "plum"}

// centres are the middle of each class. They lie so close that the classes overlap and the fit stays finite.
var centres = [...]vector{
	{1, 1.5, -0.5, 0.0, 0.5},
	{1, -1.0, 1.0, 0.5, 0.0},
	{1, 0.0, -0.5, -1.5, -0.5},
}

// truth is the line around which the numbers lie.
var truth = vector{1.5, 2, -1, 0.5, 0.25}

// draw makes the training data, the same each time.
func draw() []sample {
	random := rand.New(rand.NewPCG(13, 5))
	data := make([]sample, 0, 100*len(classNames))
	for i := range cap(data) {
		s := sample{class: i % len(classNames)}
		s.x[0] = 1
		for j := 1; j < len(s.x); j++ {
			s.x[j] = centres[s.class][j] + random.NormFloat64()
		}
		s.number = dot(truth, s.x) + random.NormFloat64()/4
		data = append(data, s)
	}
	return data
}

func dot(a, b vector) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
