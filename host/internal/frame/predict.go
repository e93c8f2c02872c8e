package frame

import (
	"github.com/go-json-experiment/json/jsontext"

	"skep/abi"
)

// appendPredicted takes
//
//	{"prediction": str | number, "probas"?: {str: number}, "customKeys"?: map}
//
// and adds the JSON of the row.
func (d *Decoder) appendPredicted(dst []byte) ([]byte, error) {
	first := len(d.r.keys)
	n, err := d.r.object("a prediction's item")
	if err != nil {
		return dst, err
	}
	predicted := false
	dst = append(dst, '{')
	for range n {
		key, err := d.r.key()
		if err != nil {
			return dst, err
		}
		dst, _ = jsontext.AppendQuote(dst, key)
		dst = append(dst, ':')
		switch string(key) {
		case "prediction":
			predicted = true
			dst, err = d.appendPrediction(dst)
		case "probas":
			dst, err = d.appendProbas(dst)
		case "customKeys":
			if err = d.r.want(classMap, "customKeys"); err == nil {
				dst, err = d.r.appendJSON(dst, abi.MaxDepth-2) // below the array and the item
			}
		default:
			err = d.r.broken("an item with the unknown key " + quoted(string(key)) + ", which ends")
		}
		if err != nil {
			return dst, err
		}
		dst = append(dst, ',')
	}
	switch err := d.r.unique(first); {
	case err != nil:
		return dst, err
	case !predicted:
		return dst, d.r.broken("an item without prediction, which ends")
	}
	return append(dst, `"ignored":false}`...), nil
}

// appendPrediction takes a class label for a classification and a number for a regression.
func (d *Decoder) appendPrediction(dst []byte) ([]byte, error) {
	if d.Kind == abi.KindClassification {
		if err := d.r.want(classStr, "the prediction of a classification"); err != nil {
			return dst, err
		}
		return d.r.appendString(dst)
	}
	return d.appendNumber(dst, "the prediction of a regression")
}

// appendNumber takes an integer or a float.
func (d *Decoder) appendNumber(dst []byte, what string) ([]byte, error) {
	if c := d.r.next(); c != classInt && c != classFloat {
		return dst, d.r.broken(what + " is " + c.String() + " instead of a number")
	}
	return d.r.appendJSON(dst, 0)
}

// appendProbas takes the probabilities by class.
func (d *Decoder) appendProbas(dst []byte) ([]byte, error) {
	first := len(d.r.keys)
	n, err := d.r.object("probas")
	if err != nil {
		return dst, err
	}
	dst = append(dst, '{')
	for i := range n {
		if i > 0 {
			dst = append(dst, ',')
		}
		key, err := d.r.key()
		if err != nil {
			return dst, err
		}
		dst, _ = jsontext.AppendQuote(dst, key)
		dst = append(dst, ':')
		if dst, err = d.appendNumber(dst, "a probability"); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), d.r.unique(first)
}
