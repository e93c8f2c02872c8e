// Guest forecast repeats the last number of its rows as many times as the config says, and then does not know.
package main

import (
	"math"
	"strconv"

	"skep/guest-sdk/go/skep"
)

var _ = skep.Forecaster(forecast)

func forecast(b *skep.Batch) ([]skep.Forecast, error) {
	last := 0.0
	for _, row := range b.Rows() {
		v, err := row.Float("y")
		if err != nil {
			return nil, err
		}
		last = v
	}
	n, err := strconv.Atoi(b.Config("horizon"))
	if err != nil {
		return nil, err
	}
	list := make([]skep.Forecast, n, n+1)
	for i := range list {
		list[i] = skep.Forecast{Value: last, Time: "2015-03-2" + strconv.Itoa(i) + "T00:00:00.000000Z",
			Series: map[string]any{"shop": "a"}, Quantiles: []float64{0.5}, QuantileValues: []float64{last}}
	}
	return append(list, skep.Forecast{Value: math.NaN()}), nil
}

func main() {}
