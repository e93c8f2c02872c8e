// Endpoint classify predicts the class of each record from twenty numbers.
package main

import (
	"skep/bench/peers/model"
	"skep/guest-sdk/go/skep"
)

var _ = skep.Classifier(predict)

var features = skep.NewFeatures(model.Names[:]...)

func predict(b *skep.Batch) ([]skep.Prediction, error) { return b.Each(classify) }

func classify(row skep.Args) (skep.Prediction, error) {
	var x [model.Features]float64
	if err := features.Read(row, x[:]); err != nil {
		return skep.Prediction{}, err
	}
	p, best := model.Classify(&x)
	probas := make([]skep.Proba, len(p))
	for j := range p {
		probas[j] = skep.Proba{Class: model.Classes[j], P: p[j]}
	}
	return skep.Class(model.Classes[best], probas...), nil
}

func main() {}
