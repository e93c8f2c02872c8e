package skep

import (
	"errors"
	"math"
	"strconv"

	"skep/abi"
)

// Forecaster registers the handler of an endpoint of kind "forecast". It gets the rows of one or more time series and
// returns any number of forecasts. An error fails all of them.
func Forecaster(forecast func(*Batch) ([]Forecast, error)) Registration {
	m := &module{kind: abi.KindForecast, items: func(b *Batch) (items, error) {
		list, err := forecast(b)
		return forecasts(list), err
	}}
	if forecast == nil {
		m.problem = "skep.Forecaster was given nil instead of a handler"
	}
	return register(m)
}

// EffectPredictor registers the handler of an endpoint of kind "effect": of a causal prediction. It gets all records of a
// request and returns as many answers in the same order, each any map, with values as for [Function]; nil says that the
// record could not be predicted. An error fails all of them.
func EffectPredictor(predict func(*Batch) ([]map[string]any, error)) Registration {
	return mapper(abi.KindEffect, "skep.EffectPredictor", predict)
}

// Lookup registers the handler of an endpoint of kind "lookup". It gets keys, the records, and returns for each in the
// same order the row of a table that belongs to it, with values as for [Function]; nil says that there is none. An error
// fails all of them.
func Lookup(lookup func(*Batch) ([]map[string]any, error)) Registration {
	return mapper(abi.KindLookup, "skep.Lookup", lookup)
}

func mapper(kind abi.Kind, name string, handler func(*Batch) ([]map[string]any, error)) Registration {
	m := &module{kind: kind, items: func(b *Batch) (items, error) {
		list, err := handler(b)
		return maps(list), err
	}}
	if handler == nil {
		m.problem = name + " was given nil instead of a handler"
	}
	return register(m)
}

// Forecast is one point of a time series.
type Forecast struct {
	Value  float64        // NaN says that there is none: the client gets it marked as ignored
	Time   string         // as "2015-03-21T00:00:00.000000Z"
	Series map[string]any // the identifier of the series; nil for the only one

	Quantiles      []float64 // such as 0.1, 0.5, 0.9
	QuantileValues []float64 // for each of them
}

// items are what a handler of records answers.
type items interface {
	count() int
	appendItem(m *module, b []byte, i int) ([]byte, error)
}

// serveItems leaves the answers of the other kinds that take records in m.result.
func (m *module) serveItems() error {
	list, err := m.items(&m.batch)
	if err != nil {
		return err
	}
	n := list.count()
	if m.kind != abi.KindForecast && !m.request.JSON && n != m.batch.Len() {
		return invalidResult(errors.New("the handler returned " + strconv.Itoa(n) + " answers for " +
			strconv.Itoa(m.batch.Len()) + " records"))
	}
	b := abi.AppendArrayHeader(abi.AppendValueHead(m.result[:0]), n)
	for i := range n {
		if b, err = list.appendItem(m, b, i); err != nil {
			return invalidResult(errors.New("answer " + strconv.Itoa(i) + ": " + err.Error()))
		}
	}
	m.result = b
	return nil
}

type maps []map[string]any

func (list maps) count() int { return len(list) }

func (list maps) appendItem(m *module, b []byte, i int) ([]byte, error) {
	if list[i] == nil {
		return abi.AppendNil(b), nil
	}
	return m.encoder.Append(b, list[i], 1) // below the array
}

type forecasts []Forecast

func (list forecasts) count() int { return len(list) }

func (list forecasts) appendItem(m *module, b []byte, i int) ([]byte, error) {
	f := &list[i]
	if len(f.Quantiles) != len(f.QuantileValues) {
		return b, errors.New(strconv.Itoa(len(f.Quantiles)) + " quantiles with " + strconv.Itoa(len(f.QuantileValues)) +
			" values")
	}
	b = abi.AppendString(abi.AppendMapHeader(b, 6), "forecast")
	if math.IsNaN(f.Value) {
		b = abi.AppendNil(b)
	} else if math.IsInf(f.Value, 0) {
		return b, errors.New("the value is infinite")
	} else {
		b = abi.AppendFloat(b, f.Value)
	}
	b = abi.AppendBool(abi.AppendString(b, "ignored"), math.IsNaN(f.Value))
	series := f.Series
	if series == nil {
		series = map[string]any{}
	}
	for _, field := range [...]struct {
		key   string
		value any
	}{
		{"quantiles", append([]float64{}, f.Quantiles...)}, // an empty list, never nil
		{"quantilesValues", append([]float64{}, f.QuantileValues...)},
		{"time", f.Time},
		{"timeseriesIdentifier", series},
	} {
		var err error
		if b, err = m.encoder.Append(abi.AppendString(b, field.key), field.value, 2); err != nil {
			return b, errors.New(field.key + ": " + err.Error())
		}
	}
	return b, nil
}
