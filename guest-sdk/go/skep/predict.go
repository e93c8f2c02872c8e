package skep

import (
	"errors"
	"math"
	"strconv"

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
	class  string
	number float64
	probas []Proba

	// CustomKeys are added to the answer of this record as "customKeys", nil for none. Values as for [Function].
	CustomKeys map[string]any
}

// Proba is the probability of one class.
type Proba struct {
	Class string
	P     float64 // 0 to 1
}

// Class is the prediction of a class, with the probabilities of all classes where they are known.
func Class(label string, probas ...Proba) Prediction {
	return Prediction{kind: abi.KindClassification, class: label, probas: probas}
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

// predictionDepth is how deep CustomKeys lie in the value of the result: an array of maps.
const predictionDepth = 2

// appendPredictions adds the value of a result: an array with nil or a map for each prediction.
//
//	[nil | {"prediction": str or float, "probas": {class: p}, "customKeys": {…}}, …]
func (m *module) appendPredictions(b []byte, list []Prediction) ([]byte, error) {
	b = abi.AppendArrayHeader(b, len(list))
	var err error
	for i := range list {
		if b, err = m.appendPrediction(b, &list[i]); err != nil {
			return b, errors.New("prediction " + strconv.Itoa(i) + ": " + err.Error())
		}
	}
	return b, nil
}

func (m *module) appendPrediction(b []byte, p *Prediction) ([]byte, error) {
	if p.kind == 0 {
		return abi.AppendNil(b), nil
	}
	if p.kind != m.kind {
		return b, errors.New("the endpoint is a " + m.kind.String() + ", this is the answer of a " + p.kind.String())
	}
	fields := 1
	if len(p.probas) > 0 {
		fields++
	}
	if p.CustomKeys != nil {
		fields++
	}
	b = abi.AppendString(abi.AppendMapHeader(b, fields), "prediction")
	var err error
	if p.kind == abi.KindRegression {
		b, err = m.encoder.Append(b, p.number, predictionDepth)
	} else {
		b, err = m.encoder.Append(b, p.class, predictionDepth)
	}
	if err == nil && len(p.probas) > 0 {
		b, err = m.appendProbas(b, p.probas)
	}
	if err == nil && p.CustomKeys != nil {
		b, err = m.encoder.Append(abi.AppendString(b, "customKeys"), p.CustomKeys, predictionDepth)
	}
	return b, err
}

func (m *module) appendProbas(b []byte, probas []Proba) ([]byte, error) {
	b = abi.AppendMapHeader(abi.AppendString(b, "probas"), len(probas))
	var err error
	for i, p := range probas {
		for _, earlier := range probas[:i] {
			if earlier.Class == p.Class {
				return b, errors.New("class " + strconv.Quote(p.Class) + " has two probabilities")
			}
		}
		if b, err = m.encoder.Append(b, p.Class, predictionDepth); err == nil {
			b, err = m.encoder.Append(b, p.P, predictionDepth)
		}
		if err != nil {
			return b, errors.New("probability of " + strconv.Quote(p.Class) + ": " + err.Error())
		}
	}
	return b, nil
}
