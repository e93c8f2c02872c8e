// Package model is the classifier that every guest and every peer computes: three classes over twenty numbers. It takes
// only the four operations of arithmetic, in a fixed order, so that all languages come to the same bits.
package model

import "strconv"

// Features is how many numbers a record has.
const Features = 20

// Names are the names of the features.
var Names = names()

// Classes are the classes, in the order of their probabilities.
var Classes = [3]string{"apple", "pear", "plum"}

func names() (n [Features]string) {
	for i := range n {
		n[i] = "f" + strconv.Itoa(i)
	}
	return n
}

// weight is the weight of a feature for a class, a multiple of 1/4.
func weight(class, feature int) float64 { return float64((class*7+feature*5)%11-5) / 4 }

var weights = func() (w [len(Classes)][Features]float64) {
	for class := range w {
		for feature := range w[class] {
			w[class][feature] = weight(class, feature)
		}
	}
	return w
}()

// Classify gives the probability of each class, and which one is the highest.
func Classify(x *[Features]float64) (p [len(Classes)]float64, best int) {
	sum := 0.0
	for class := range p {
		score := float64(class) / 8
		for i, w := range weights[class] {
			score += w * x[i]
		}
		size := score
		if size < 0 {
			size = -size
		}
		p[class] = 1 + score/(1+size)
		sum += p[class]
	}
	for class := range p {
		p[class] /= sum
		if p[class] > p[best] {
			best = class
		}
	}
	return p, best
}
