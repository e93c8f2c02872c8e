package store

import (
	"cmp"
	"strings"
)

// compareNatural orders names as people do: runs of digits count as numbers, so that v10 comes after v9. Names that
// differ in leading zeros only are ordered as text, so that the order is total.
func compareNatural(a, b string) int {
	restA, restB := a, b
	for restA != "" && restB != "" {
		digitsA, digitsB := leadingDigits(restA), leadingDigits(restB)
		if digitsA == 0 || digitsB == 0 {
			if c := cmp.Compare(restA[0], restB[0]); c != 0 {
				return c
			}
			restA, restB = restA[1:], restB[1:]
			continue
		}
		if c := compareNumbers(restA[:digitsA], restB[:digitsB]); c != 0 {
			return c
		}
		restA, restB = restA[digitsA:], restB[digitsB:]
	}
	return cmp.Or(cmp.Compare(len(restA), len(restB)), strings.Compare(a, b))
}

// compareNumbers compares runs of digits of any length by value.
func compareNumbers(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

func leadingDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
