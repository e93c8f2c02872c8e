package wasmbin

import (
	"testing"

	"github.com/tetratelabs/wazero"
)

// TestReferences sees that code takes the references that it made from a table, with and without tables and segments of
// the module's own.
func TestReferences(t *testing.T) {
	ref := func(f int) string { return "\xd2" + u(f) }
	put := func(at, f int) string { return i32c(at) + ref(f) + "\x26\x00" }
	indirect := func(at int) string { return i32c(at) + "\x11\x01\x00" }
	for _, module := range []assembly{
		{tables: []string{"\x70\x00\x02", "\x6f\x00\x00"}, elements: []string{"\x01\x00" + vec(u(0)), "\x03\x00" + vec(u(1))},
			code: []function{{kind: 1, code: i32c(10)}, {kind: 1, code: i32c(3)}, {kind: 1,
				code: put(0, 1) + put(1, 0) + ref(1) + drop + indirect(1) + indirect(0) + sub}}},
		{elements: []string{"\x03\x00" + vec(u(0))}, code: []function{{kind: 1, code: i32c(10)}, {kind: 1, code: i32c(3)},
			{kind: 1, code: i32c(7) + ref(0) + drop + ret + ref(0) + drop}}},
	} {
		module.types = []string{sig(0, 1)}
		r := mustRewrite(t, module.bytes())
		m, err := parse(r.Module)
		if err != nil {
			t.Fatal(err)
		}
		for i, body := range m.bodies {
			for r, in := body, new(instruction); r.err == nil && r.more(); r.next(in) {
				if in.op == opRefFunc {
					t.Errorf("function %d still makes references", i)
				}
			}
		}
		for _, config := range []wazero.RuntimeConfig{wazero.NewRuntimeConfigInterpreter(), wazero.NewRuntimeConfig()} {
			got, err := newMachine(t, config).mustStart(t, r).invoke("2")
			if err != nil || len(got) != 1 || got[0] != 7 {
				t.Errorf("%v, %v; want 7", got, err)
			}
		}
	}
	plain, err := parse(mustRewrite(t, assembly{code: []function{{code: ""}}}.bytes()).Module)
	if err != nil || plain.tables != 0 {
		t.Errorf("%d tables without need, %v", plain.tables, err)
	}
}
