package skep

import (
	"math"
	"slices"

	"skep/abi"
)

// Classifier registers the handler of an endpoint of kind "classification". It gets all records of a request and
// returns as many predictions in the same order, each a [Class] or the zero Prediction. An error fails all of them.
func Classifier(predict func(*Batch) ([]Prediction, error)) Registration {
	return predictor(abi.KindClassification, "skep.Classifier", predict)
}

// Regressor registers the handler of an endpoint of kind "regression". It gets all records of a request and returns as
// many predictions in the same order, each a [Number] or the zero Prediction. An error fails all of them.
func Regressor(predict func(*Batch) ([]Prediction, error)) Registration {
	return predictor(abi.KindRegression, "skep.Regressor", predict)
}

func predictor(kind abi.Kind, name string, predict func(*Batch) ([]Prediction, error)) Registration {
	m := &module{kind: kind, predict: predict}
	if predict == nil {
		m.problem = name + " was given nil instead of a handler"
	}
	return register(m)
}

// Prediction is the answer for one record. The zero Prediction says that the record could not be predicted: the client
// gets it marked as ignored, and the others are not touched.
type Prediction struct {
	kind   abi.Kind // 0: ignored
	number float64  // of a regression
	fields []byte   // of a classification, encoded: a map with "prediction" and "probas"
	odd    *class   // one that has something about it, in place of fields

	// CustomKeys are added to the answer of this record as "customKeys", nil for none. Values as for [Function].
	CustomKeys map[string]any
}

// class is what [Class] was given.
type class struct {
	label  string
	probas []Proba
}

// Proba is the probability of one class.
type Proba struct {
	Class string
	P     float64 // 0 to 1
}

// Class is the prediction of a class, with the probabilities of all classes where they are known, which are copied.
func Class(label string, probas ...Proba) Prediction {
	room := roomForFields(len(probas))
	if n := encodeClass(room, label, probas); n > 0 {
		return Prediction{kind: abi.KindClassification, fields: keepFields(room, n)}
	}
	return Prediction{kind: abi.KindClassification, odd: &class{label, slices.Clone(probas)}}
}

// Number is the prediction of a number. NaN says that the record could not be predicted, as the zero Prediction does.
func Number(v float64) Prediction {
	if math.IsNaN(v) {
		return Prediction{}
	}
	return Prediction{kind: abi.KindRegression, number: v}
}

// Ignored says whether the record could not be predicted.
func (p Prediction) Ignored() bool { return p.kind == 0 }
