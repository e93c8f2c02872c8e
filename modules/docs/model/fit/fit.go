package main

import "math"

// fitClasses fits a logistic regression by gradient descent. A small penalty on large weights makes the solution
// unique; the descent goes on until the gradient vanishes.
func fitClasses(data []sample) (w [len(classNames)]vector) {
	const (
		penalty = 0.01
		step    = 0.3
		small   = 1e-11
		rounds  = 100_000
	)
	for range rounds {
		var gradient [len(classNames)]vector
		for i := range data {
			p := softmax(w, data[i].x)
			p[data[i].class]--
			for c := range w {
				for j := range gradient[c] {
					gradient[c][j] += p[c] * data[i].x[j] / float64(len(data))
				}
			}
		}
		largest := 0.0
		for c := range w {
			for j := range w[c] {
				g := gradient[c][j] + penalty*w[c][j]
				w[c][j] -= step * g
				largest = max(largest, math.Abs(g))
			}
		}
		if largest < small {
			return w
		}
	}
	panic("the gradient does not vanish")
}

func softmax(w [len(classNames)]vector, x vector) (p [len(classNames)]float64) {
	sum := 0.0
	for c := range w {
		p[c] = math.Exp(dot(w[c], x))
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
	return p
}

// fitNumber fits a linear regression by its normal equations.
func fitNumber(data []sample) vector {
	var m [len(vector{})][len(vector{}) + 1]float64 // XᵀX and Xᵀy
	for _, s := range data {
		for i := range m {
			for j := range s.x {
				m[i][j] += s.x[i] * s.x[j]
			}
			m[i][len(s.x)] += s.x[i] * s.number
		}
	}
	for i := range m { // the matrix is positive definite: no pivot is zero
		for k := range m {
			if k == i {
				continue
			}
			factor := m[k][i] / m[i][i]
			for j := i; j < len(m[k]); j++ {
				m[k][j] -= factor * m[i][j]
			}
		}
	}
	var w vector
	for i := range w {
		w[i] = m[i][len(m)] / m[i][i]
	}
	return w
}
