package wasmbin

import "testing"

func TestImportsFrom(t *testing.T) {
	// One type without parameters and results; the function b.f of that type, and the memory c.m of at least one page.
	const types = "\x01\x04\x01\x60\x00\x00"
	const module = header + types + "\x02\x0e\x02\x01b\x01f\x00\x00\x01c\x01m\x02\x00\x01"
	for name, want := range map[string]bool{"b": true, "c": true, "f": false, "m": false, "": false} {
		if got, err := ImportsFrom([]byte(module), name); got != want || err != nil {
			t.Errorf("imports from %q: %v, %v; want %v", name, got, err, want)
		}
	}
	if got, err := ImportsFrom([]byte(header), "b"); got || err != nil {
		t.Errorf("the empty module: %v, %v", got, err)
	}
	for _, cut := range []string{"", module[:len(module)-1], header + types + "\x02\x01\x02", header + "\x02\x05\x01\x01b\x01f"} {
		if _, err := ImportsFrom([]byte(cut), "z"); err == nil {
			t.Errorf("%q is read to its end", cut)
		}
	}
}
