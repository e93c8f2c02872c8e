// Endpoint element tells of a chemical element by its symbol. It shows a table that lies in a file, which is read once: the
// memory that requests find holds it.
package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"strconv"

	"skep/guest-sdk/go/skep"
)

var _ = skep.Setup(load)
var _ = skep.Function(run)

type element struct {
	Name   string  `json:"name"`
	Number int     `json:"number"`
	Mass   float64 `json:"mass"`
}

var elements = map[string]element{}

// load reads the table.
func load(s *skep.Start) error {
	f, err := os.Open(s.Resource("elements.csv"))
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return err
	}
	for i, row := range rows[1:] { // the reader has made sure that all have as many columns as the head
		number, err := strconv.Atoi(row[2])
		if err != nil {
			return fmt.Errorf("line %d: %w", i+2, err)
		}
		mass, err := strconv.ParseFloat(row[3], 64)
		if err != nil {
			return fmt.Errorf("line %d: %w", i+2, err)
		}
		elements[row[0]] = element{row[1], number, mass}
	}
	return nil
}

func run(c *skep.Call) (any, error) {
	symbol, err := c.Args.String("symbol")
	if err != nil {
		return nil, err
	}
	e, ok := elements[symbol]
	if !ok {
		return nil, skep.NewError(404, "There is no element "+symbol+" in the table")
	}
	return e, nil
}

func main() {}
