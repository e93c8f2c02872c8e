// Endpoint classify predicts the class of each record from twenty numbers.
package main

import (
	"skep/bench/peers/model"
	"skep/guest-sdk/go/skep"
)

var _ = skep.Classifier(predict)

func predict(b *skep.Batch) ([]skep.Prediction, error) {
	predictions := make([]skep.Prediction, b.Len())
	for i, row := range b.Rows() {
		var x [model.Features]float64
		for j, name := range model.Names {
			v, err := row.Float(name)
			if err != nil {
				return nil, err
			}
			x[j] = v
		}
		p, best := model.Classify(&x)
		probas := make([]skep.Proba, len(p))
		for j := range p {
			probas[j] = skep.Proba{Class: model.Classes[j], P: p[j]}
		}
		predictions[i] = skep.Class(model.Classes[best], probas...)
	}
	return predictions, nil
}

func main() {}
