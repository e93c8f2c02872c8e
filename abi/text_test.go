package abi_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"skep/abi"
)

// A byte that is not ASCII is seen wherever it stands, and judged as the standard library does.
func TestValidString(t *testing.T) {
	for _, piece := range []string{"", "é", "日", "🐝", "\x80", "\xff", "\xc3", "\xe6\x97", "\xed\xa0\x80", "\xc0\xaf"} {
		for before := range 20 {
			for after := range 12 {
				s := strings.Repeat("a", before) + piece + strings.Repeat("z", after)
				if got, want := abi.ValidString(s), utf8.ValidString(s); got != want {
					t.Errorf("%q: %v, want %v", s, got, want)
				}
			}
		}
	}
}
