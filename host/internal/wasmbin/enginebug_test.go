package wasmbin

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/tetratelabs/wazero"
)

// TestSwappedComparison pins a fault of the engine, for which the generator of modules makes the left side of each
// comparison odd: on amd64, wazero v1.12.0 compiles a branch on 0 < (a & b), with the zero on the left, as one on
// (a & b) < 0. It touches no module of ours: Rewrite compares with a zero on the right. When this test fails, the
// engine is mended: odd32 and odd64 can go.
func TestSwappedComparison(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the fault is in the engine's compiler for amd64")
	}
	compiler, interpreter := newMachine(t, wazero.NewRuntimeConfigCompiler()), newMachine(t, wazero.NewRuntimeConfigInterpreter())
	for op, name := range []string{"eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"} {
		for _, c := range []struct {
			side  string
			code  string
			wrong bool
		}{
			{"zero on the left", i32c(0) + get(0) + get(0) + "\x71", op >= 2},
			{"zero on the right", get(0) + get(0) + "\x71" + i32c(0), false},
			{"odd on the left", i32c(0) + odd32 + get(0) + get(0) + "\x71", false},
		} {
			module := assembly{types: []string{sig(1, 1)}, code: []function{
				{kind: 1, code: c.code + string(rune(0x46+op)) + "\x04\x7f" + i32c(1) + "\x05" + i32c(0) + "\x0b"}}}.bytes()
			if got := differ(t, compiler, interpreter, module); got != c.wrong {
				t.Errorf("%s, %s: compiler and interpreter differ: %v, want %v", name, c.side, got, c.wrong)
			}
		}
	}
}

// differ says whether a function of one number gives different results in two machines.
func differ(t *testing.T, a, b *machine, module []byte) bool {
	t.Helper()
	var results []string
	for _, m := range []*machine{a, b} {
		g, err := m.start(module, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close(context.Background())
		var all string
		for _, argument := range []uint64{0, 1, 0x8000_0000} {
			got, err := g.invoke("0", argument)
			all += fmt.Sprintln(got, err)
		}
		results = append(results, all)
	}
	return results[0] != results[1]
}
