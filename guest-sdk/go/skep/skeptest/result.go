package skeptest

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"

	"skep/abi"
	"skep/guest-sdk/go/skep"
	"skep/guest-sdk/go/skep/internal/codec"
)

// Result is what a client would get, and the log. Which fields count depends on the answer: a value, predictions, an
// error or a custom response. All of it is a copy.
type Result struct {
	// Status is the HTTP status: 200 for a value and for predictions.
	Status int

	// Value is what a handler returned, as nil, bool, int64, uint64 (only above the range of int64), float64, string,
	// []any or map[string]any; nil for predictions.
	Value any

	// Predictions are the answers of a classifier or regressor, one for each record; those of others are in Value.
	Predictions []Prediction

	// ErrorType and Message are those of an error. An empty type is the host's default.
	ErrorType, Message string

	// Response is a custom response, nil for every other answer.
	Response *skep.Response

	// Log holds the lines that the handler wrote, and what it panicked with.
	Log []Line
}

// Prediction is the answer for one record.
type Prediction struct {
	Ignored    bool               // the record could not be predicted, the other fields are empty
	Value      any                // a string for a classifier, a float64 for a regressor
	Probas     map[string]float64 // nil when the handler told none
	CustomKeys map[string]any     // nil when the handler told none
}

// Line is one line of the log.
type Line struct {
	Level slog.Level
	Text  string
}

func newLine(level abi.Level, text string) Line { return Line{slog.Level(level), text} }

func newResult(kind abi.Kind, raw abi.Result) (r Result, err error) {
	r.Status = 200
	switch raw.Tag {
	case abi.TagError:
		r.Status, r.ErrorType, r.Message = raw.Status, raw.Type, raw.Message
		if r.Status < abi.MinErrorStatus || r.Status > abi.MaxStatus {
			r.Status = 500 // as a host does
		}
	case abi.TagCustom:
		r.Status = raw.Status
		r.Response = &skep.Response{Status: raw.Status, Headers: raw.Headers, Body: bytes.Clone(raw.Body)}
	case abi.TagJSON:
		r.Value, err = fromJSON(raw.Value)
	default:
		if r.Value, err = codec.Any(raw.Value); err == nil && kind.Predicts() {
			r.Predictions, err = newPredictions(r.Value)
			r.Value = nil
		}
	}
	return r, err
}

func newPredictions(v any) ([]Prediction, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, errors.New("predictions are no list")
	}
	predictions := make([]Prediction, len(list))
	for i, item := range list {
		if item == nil {
			predictions[i].Ignored = true
			continue
		}
		m, ok := item.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("prediction %d is no map", i)
		}
		p := &predictions[i]
		p.Value = m["prediction"]
		p.CustomKeys, _ = m["customKeys"].(map[string]any)
		if probas, ok := m["probas"].(map[string]any); ok {
			p.Probas = make(map[string]float64, len(probas))
			for class, proba := range probas {
				p.Probas[class], _ = proba.(float64)
			}
		}
	}
	return predictions, nil
}
