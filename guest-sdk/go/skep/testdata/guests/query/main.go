// Guest query answers with the squares below n, or, where n is negative, with the number of rows that it would change.
package main

import "skep/guest-sdk/go/skep"

var _ = skep.Query(squares)

func squares(c *skep.Call) (skep.Table, error) {
	n, err := c.Args.Int("n")
	if err != nil {
		return skep.Table{}, err
	}
	if n < 0 {
		return skep.Table{Updated: -n}, nil
	}
	t := skep.Table{Columns: []skep.Column{{Name: "n", Type: "bigint"}, {Name: "square", Type: "bigint"}}}
	for i := range n {
		t.Rows = append(t.Rows, []any{i, i * i})
	}
	return t, nil
}

func main() {}
