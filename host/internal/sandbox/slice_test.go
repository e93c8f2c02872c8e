package sandbox

import (
	"testing"
	"time"
)

// TestSliceFits shows that slices which take long get shorter, down to a least size, and short ones longer, up to a most.
func TestSliceFits(t *testing.T) {
	for _, c := range []struct {
		name        string
		slice, used int64
		took        time.Duration
		want        int64
	}{
		{"short", firstSlice, firstSlice, sliceTime / 10, 2 * firstSlice},
		{"short and large", mostSlice, mostSlice, sliceTime / 10, mostSlice},
		{"right", firstSlice, firstSlice, sliceTime, firstSlice},
		{"four times too long", firstSlice, firstSlice, 4 * sliceTime, firstSlice / 4},
		{"much too long", firstSlice, firstSlice, time.Second, leastSlice},
		{"too long for little", firstSlice, 10, 4 * sliceTime, leastSlice},
		{"too long for a jump beyond its end", firstSlice, 100 * firstSlice, 4 * sliceTime, firstSlice},
		{"short again", leastSlice, leastSlice, time.Microsecond, 2 * leastSlice},
	} {
		m := meter{slice: c.slice}
		m.fit(c.used, c.took)
		if m.slice != c.want {
			t.Errorf("%s: %d after %d, want %d", c.name, m.slice, c.slice, c.want)
		}
	}
}
