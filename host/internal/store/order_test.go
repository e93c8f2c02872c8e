package store

import (
	"cmp"
	"testing"
)

func TestCompareNatural(t *testing.T) {
	// in order; each comes before all that follow
	names := []string{"", "1", "01.4", "1.4", "01.5", "2", "10", "99999999999999999999", "100000000000000000000",
		"A", "a", "v", "v-1", "v1", "v1.0", "v1.2", "v1.10", "v01a", "v1a", "v2", "v9", "v010", "v10", "v10.1", "va"}
	for i, a := range names {
		for j, b := range names {
			if got, want := compareNatural(a, b), cmp.Compare(i, j); cmp.Compare(got, 0) != want {
				t.Errorf("compareNatural(%q, %q) = %d, want the sign of %d", a, b, got, want)
			}
		}
	}
}
