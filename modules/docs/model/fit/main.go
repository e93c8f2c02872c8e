// Program fit makes weights.txt: it draws synthetic data from a fixed seed, fits both models and writes their weights.
// The same program gives the same file on every machine: both fits have one exact solution, which is computed far
// beyond the digits that are written.
//
//	go generate ./modules/docs/model
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

func main() {
	if err := os.WriteFile("weights.txt", []byte(weights()), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "fit:", err)
		os.Exit(1)
	}
}

// weights is the text of weights.txt.
func weights() string {
	data := draw()
	var b strings.Builder
	b.WriteString("# Made by program fit from synthetic data. Name, bias, and the weights of f0 to f3.\n")
	for i, w := range fitClasses(data) {
		row(&b, "class:"+classNames[i], w)
	}
	row(&b, "number", fitNumber(data))
	return b.String()
}

func row(b *strings.Builder, name string, w vector) {
	b.WriteString(name)
	for _, v := range w {
		b.WriteString(" " + strconv.FormatFloat(v, 'f', 6, 64))
	}
	b.WriteString("\n")
}
