package skep

import (
	"errors"
	"slices"
	"strconv"

	"skep/abi"
)

// predictionDepth is how deep CustomKeys lie in the value of the result: an array of maps.
const predictionDepth = 2

// appendPredictions adds the value of a result: an array with nil or a map for each prediction.
//
//	[nil | {"prediction": str or float, "probas": {class: p}, "customKeys": {…}}, …]
func (m *module) appendPredictions(b []byte, list []Prediction) ([]byte, error) {
	b = abi.AppendArrayHeader(b, len(list))
	for i := range list {
		p := &list[i]
		if n := len(p.fields); n > 0 && p.kind == m.kind && p.CustomKeys == nil {
			if n > cap(b)-len(b) { // the others are about as long
				b = slices.Grow(b, min((n+fieldBytes)*(len(list)-i), abi.MaxResult))
			}
			b = append(b, p.fields...)
			continue
		}
		var err error
		if b, err = m.appendPrediction(b, p); err != nil {
			return b, errors.New("prediction " + strconv.Itoa(i) + ": " + err.Error())
		}
	}
	return b, nil
}

func (m *module) appendPrediction(b []byte, p *Prediction) (_ []byte, err error) {
	if p.kind == 0 {
		return abi.AppendNil(b), nil
	}
	if p.kind != m.kind {
		return b, errors.New("the endpoint is a " + m.kind.String() + ", this is the answer of a " + p.kind.String())
	}
	head := len(b)
	switch {
	case p.kind == abi.KindRegression:
		b, err = m.encoder.Append(append(b, headAlone...), p.number, predictionDepth)
	case p.odd != nil:
		b, err = m.appendOdd(b, p.odd)
	default:
		b = append(b, p.fields...)
	}
	if err == nil && p.CustomKeys != nil {
		b[head]++ // one field more
		b, err = m.encoder.Append(abi.AppendString(b, "customKeys"), p.CustomKeys, predictionDepth)
	}
	return b, err
}

// appendOdd adds the fields of any prediction of a class, or says what is wrong with it.
func (m *module) appendOdd(b []byte, c *class) (_ []byte, err error) {
	if len(c.probas) == 0 {
		return m.encoder.Append(append(b, headAlone...), c.label, predictionDepth)
	}
	if b, err = m.encoder.Append(append(b, headProbas...), c.label, predictionDepth); err != nil {
		return b, err
	}
	b = abi.AppendMapHeader(append(b, probasHead...), len(c.probas))
	seen := make(map[string]struct{}, len(c.probas))
	for _, p := range c.probas {
		if _, twice := seen[p.Class]; twice {
			return b, errors.New("class " + strconv.Quote(p.Class) + " has two probabilities")
		}
		seen[p.Class] = struct{}{}
		if b, err = m.encoder.Append(b, p.Class, predictionDepth); err == nil {
			b, err = m.encoder.Append(b, p.P, predictionDepth)
		}
		if err != nil {
			return b, errors.New("probability of " + strconv.Quote(p.Class) + ": " + err.Error())
		}
	}
	return b, nil
}
