// Guest effect gives the effect of a treatment, half of the feature x.
package main

import (
	"errors"

	"skep/guest-sdk/go/skep"
)

var _ = skep.EffectPredictor(effects)

func effects(b *skep.Batch) ([]map[string]any, error) {
	list := make([]map[string]any, b.Len())
	for i, row := range b.Rows() {
		x, err := row.Float("x")
		if errors.Is(err, skep.ErrMissing) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list[i] = map[string]any{"predictedEffect": x / 2}
	}
	return list, nil
}

func main() {}
