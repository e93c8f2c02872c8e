package skep_test

import (
	"errors"

	"skep/guest-sdk/go/skep"
)

// A function is registered in a package variable. This one needs credentials and two numbers.
func ExampleFunction() {
	var _ = skep.Function(func(c *skep.Call) (any, error) {
		headers, err := c.Headers()
		if err != nil {
			return nil, err
		}
		if headers.Get("Authorization") == "" {
			return nil, skep.NewError(401, "The caller is not authorized")
		}
		p1, err := c.Args.Float("p1")
		if err != nil {
			return nil, err
		}
		p2, err := c.Args.Float("p2")
		if err != nil {
			return nil, err
		}
		return p1 + p2, nil
	})
}

// A record without the feature is left out, and so marked as ignored; its neighbours get their class.
func ExampleClassifier() {
	var _ = skep.Classifier(func(b *skep.Batch) ([]skep.Prediction, error) {
		predictions := make([]skep.Prediction, b.Len())
		for i, row := range b.Rows() {
			length, err := row.Float("length")
			if errors.Is(err, skep.ErrMissing) {
				continue
			}
			if err != nil {
				return nil, err
			}
			p := min(length/10, 1)
			label := "short"
			if p > 0.5 {
				label = "long"
			}
			predictions[i] = skep.Class(label, skep.Proba{Class: "long", P: p}, skep.Proba{Class: "short", P: 1 - p})
		}
		return predictions, nil
	})
}

// A model that takes its records one by one.
func ExampleBatch_Each() {
	features := skep.NewFeatures("length", "width") // in a variable of the package
	score := func(row skep.Args) (skep.Prediction, error) {
		var x [2]float64
		if err := features.Read(row, x[:]); err != nil {
			return skep.Prediction{}, err
		}
		return skep.Number(2*x[0] + 3*x[1]), nil
	}
	var _ = skep.Regressor(func(b *skep.Batch) ([]skep.Prediction, error) { return b.Each(score) })
}

func ExampleRegressor() {
	var _ = skep.Regressor(func(b *skep.Batch) ([]skep.Prediction, error) {
		predictions := make([]skep.Prediction, b.Len())
		for i := range predictions {
			area, err := b.Row(i).Float("area")
			if err != nil {
				return nil, err
			}
			predictions[i] = skep.Number(1000 + 12.5*area)
			predictions[i].CustomKeys = map[string]any{"model": "linear"}
		}
		return predictions, nil
	})
}

// The rows of a series come in, what follows comes out.
func ExampleForecaster() {
	var _ = skep.Forecaster(func(b *skep.Batch) ([]skep.Forecast, error) {
		last := 0.0
		for _, row := range b.Rows() {
			v, err := row.Float("sales")
			if err != nil {
				return nil, err
			}
			last = v
		}
		return []skep.Forecast{{Value: last, Time: "2015-03-21T00:00:00.000000Z"}}, nil
	})
}

func ExampleEffectPredictor() {
	var _ = skep.EffectPredictor(func(b *skep.Batch) ([]map[string]any, error) {
		effects := make([]map[string]any, b.Len())
		for i, row := range b.Rows() {
			age, err := row.Float("age")
			if err != nil {
				return nil, err
			}
			effects[i] = map[string]any{"predictedEffect": 0.5 - age/100}
		}
		return effects, nil
	})
}

// A key without a row is answered as such, and its neighbours get theirs.
func ExampleLookup() {
	cities := map[string]string{"F": "Paris", "D": "Berlin"}
	var _ = skep.Lookup(func(b *skep.Batch) ([]map[string]any, error) {
		rows := make([]map[string]any, b.Len())
		for i, key := range b.Rows() {
			country, err := key.String("country")
			if err != nil {
				return nil, err
			}
			if city, ok := cities[country]; ok {
				rows[i] = map[string]any{"capital": city}
			}
		}
		return rows, nil
	})
}

func ExampleQuery() {
	var _ = skep.Query(func(c *skep.Call) (skep.Table, error) {
		n, err := c.Args.Int("n")
		if err != nil {
			return skep.Table{}, err
		}
		t := skep.Table{Columns: []skep.Column{{Name: "n", Type: "bigint"}, {Name: "square", Type: "bigint"}}}
		for i := range n {
			t.Rows = append(t.Rows, []any{i, i * i})
		}
		return t, nil
	})
}

func ExampleArgs_Bind() {
	type order struct {
		Item  string   `json:"item"`
		Count *int     `json:"count"` // nil when the client leaves it out
		Tags  []string `json:"tags,omitempty"`
	}
	var _ = skep.Function(func(c *skep.Call) (any, error) {
		var o order
		if err := c.Args.Bind(&o); err != nil {
			return nil, err
		}
		return o, nil
	})
}

func ExampleList_All() {
	var _ = skep.Function(func(c *skep.Call) (any, error) {
		points, err := c.Args.List("points")
		if err != nil {
			return nil, err
		}
		total := 0.0
		for _, v := range points.All() {
			point, err := v.Map()
			if err != nil {
				return nil, err
			}
			x, err := point.Float("x")
			if err != nil {
				return nil, err
			}
			total += x
		}
		return total, nil
	})
}

func ExampleValue_Type() {
	var _ = skep.Function(func(c *skep.Call) (any, error) {
		id, _ := c.Args.Get("id")
		switch id.Type() {
		case skep.TypeNumber:
			return id.Int()
		case skep.TypeString:
			return id.Text()
		}
		return nil, skep.NewError(400, "id must be a number or a string")
	})
}

// Lines go to the endpoint's log with its name.
func ExampleCall_Info() {
	var _ = skep.Function(func(c *skep.Call) (any, error) {
		c.Info("asked for " + c.Config("model"))
		return nil, nil
	})
}
