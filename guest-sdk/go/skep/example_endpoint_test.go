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
