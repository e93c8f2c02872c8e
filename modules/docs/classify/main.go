// Endpoint classify predicts the class of each record from the numbers f0 to f3, for callers that say who they are. It
// shows a custom prediction with probabilities.
package main

import (
	"skep/guest-sdk/go/skep"
	"skep/modules/docs/model"
)

var _ = skep.Classifier(predict)

var features = skep.NewFeatures(model.Names[:]...)

func predict(b *skep.Batch) ([]skep.Prediction, error) {
	headers, err := b.Headers()
	if err != nil {
		return nil, err // metadata is not enabled: nobody can be authorized
	}
	if headers.Get("Authorization") == "" {
		return nil, skep.NewError(401, "The caller is not authorized")
	}
	return b.Each(classify)
}

// classify is the zero Prediction, which marks the record as ignored, when a feature is missing or no number.
func classify(row skep.Args) (skep.Prediction, error) {
	var x model.Features
	if features.Read(row, x[:]) != nil {
		return skep.Prediction{}, nil
	}
	classes, ok := model.Classify(x)
	if !ok {
		return skep.Prediction{}, nil
	}
	probas := make([]skep.Proba, len(classes))
	for i, c := range classes {
		probas[i] = skep.Proba{Class: c.Name, P: c.P}
	}
	return skep.Class(model.Best(classes).Name, probas...), nil
}

func main() {}
