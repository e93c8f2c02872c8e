package skep

import (
	"testing"

	"skep/abi"
)

// TestRand shows that every request has its own random numbers, and one source for all of its own calls.
func TestRand(t *testing.T) {
	m := &module{kind: abi.KindFunction, function: func(c *Call) (any, error) {
		first := c.Rand().Uint64()
		if c.Rand().Uint64() == first {
			t.Error("the second call seeds the source again, with the same")
		}
		return first, nil
	}}
	frame := requestFrame(abi.KindFunction, numbers(1, 2))
	seen := map[string]bool{}
	for range 100 {
		seen[string(read(t, m.Call(frame)).Value)] = true
	}
	if len(seen) != 100 {
		t.Errorf("100 requests got %d different numbers", len(seen))
	}
}
