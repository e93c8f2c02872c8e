// Package modeltest has records with the answers that the models of package model must give. An independent program,
// expected.py, has computed them.
package modeltest

import (
	_ "embed"
	"math"
	"strconv"
	"strings"
	"testing"

	"skep/modules/docs/model"
)

//go:embed expected.csv
var expected string

// Row is a record with the expected answers.
type Row struct {
	Features model.Features
	Class    string
	Classes  []model.Class // with their probabilities
	Number   float64
}

// Record is the features by name, as a client sends them.
func (r Row) Record() map[string]any {
	record := make(map[string]any, len(model.Names))
	for i, name := range model.Names {
		record[name] = r.Features[i]
	}
	return record
}

// Rows are all records, at least 20.
func Rows(tb testing.TB) []Row {
	tb.Helper()
	lines := strings.Split(strings.TrimSpace(expected), "\n")
	head := strings.Split(lines[0], ",")
	var rows []Row
	for _, line := range lines[1:] {
		var row Row
		for i, cell := range strings.Split(line, ",") {
			if head[i] == "class" {
				row.Class = cell
				continue
			}
			v, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				tb.Fatal(err)
			}
			switch {
			case i < len(row.Features):
				row.Features[i] = v
			case head[i] == "number":
				row.Number = v
			default:
				row.Classes = append(row.Classes, model.Class{Name: head[i], P: v})
			}
		}
		rows = append(rows, row)
	}
	if len(rows) < 20 {
		tb.Fatalf("only %d records", len(rows))
	}
	return rows
}

// Near says whether two numbers are equal but for the rounding of a few operations.
func Near(a, b float64) bool { return math.Abs(a-b) <= 1e-12*max(math.Abs(a), math.Abs(b)) }
