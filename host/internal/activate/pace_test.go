package activate

import (
	"sync/atomic"
	"testing"

	"skep/host/internal/pace"
)

// Loading a module has places where it makes room for others.
func TestMakesRoom(t *testing.T) {
	b, services := prepare(t, "static", files{"docs/generations/v1/a.wasm": says("one")})
	var asked atomic.Int64
	var p pace.Pace
	p.Beside(func() bool { asked.Add(1); return false })
	b.Pace = &p
	b.apply(t, services...)
	b.checkSays(t, "a", "v1", "one")
	if n := asked.Load(); n < 10 { // in reading, compiling, initialising and testing it
		t.Errorf("loading asked %d times whether it has to make room", n)
	}
}
