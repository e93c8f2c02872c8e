// Endpoint regress predicts a number for each record from the numbers f0 to f3, for callers that say who they are. It
// shows a custom prediction.
package main

import (
	"skep/guest-sdk/go/skep"
	"skep/modules/docs/model"
)

var _ = skep.Regressor(predict)

func predict(b *skep.Batch) ([]skep.Prediction, error) {
	headers, err := b.Headers()
	if err != nil {
		return nil, err // metadata is not enabled: nobody can be authorized
	}
	if headers.Get("Authorization") == "" {
		return nil, skep.NewError(401, "The caller is not authorized")
	}
	predictions := make([]skep.Prediction, b.Len())
	for i, row := range b.Rows() {
		predictions[i] = regress(row)
	}
	return predictions, nil
}

// regress is the zero Prediction, which marks the record as ignored, when a feature is missing or no number.
func regress(row skep.Args) skep.Prediction {
	x, ok := model.Read(row)
	if !ok {
		return skep.Prediction{}
	}
	y, ok := model.Regress(x)
	if !ok {
		return skep.Prediction{}
	}
	return skep.Number(y)
}

func main() {}
