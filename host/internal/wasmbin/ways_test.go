package wasmbin

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// mark writes that a function has returned.
const mark = "\x41\x00\x41\x01\x36\x02\x00" // i32.const 0, i32.const 1, i32.store

// longLeaf is a function of which a call costs little and that does not check the fuel.
var longLeaf = strings.Repeat(i32c(1)+drop, uncheckedLeaf)

// returns are modules that do most of their work where functions return, one after the other. Function 0 begins each.
var returns = []struct {
	name   string
	module assembly
}{
	{"of a recursion", assembly{types: []string{sig(1, 0)}, memory: "\x00\x01", code: []function{
		{code: i32c(1000) + call(1)},
		{kind: 1, code: get(0) + when(get(0)+i32c(1)+sub+call(1)) + mark + much}}}},
	{"of a recursion, of leaves", assembly{types: []string{sig(1, 0)}, memory: "\x00\x01", code: []function{
		{code: i32c(20) + call(1)},
		{kind: 1, code: get(0) + when(get(0)+i32c(1)+sub+call(1)) + mark + strings.Repeat(call(2), 400)},
		{code: longLeaf}}}},
	{"of a recursion behind another call", assembly{types: []string{sig(1, 0)}, memory: "\x00\x01", code: []function{
		{code: i32c(1000) + call(1)},
		{kind: 1, code: call(2) + get(0) + when(get(0)+i32c(1)+sub+call(1)) + mark + much},
		{code: ""}}}},
	{"early, of a recursion", assembly{types: []string{sig(1, 0)}, memory: "\x00\x01", code: []function{
		{code: i32c(1000) + call(1)},
		{kind: 1, code: get(0) + when(get(0)+i32c(1)+sub+call(1)+mark+much+ret)}}}},
	{"of a chain of calls", descent(longChain-1, mark+much)},
	{"of a chain of calls, of leaves", descent(20, mark+strings.Repeat(call(20), 400))},
}

// descent is a module of n functions, each of which calls the next one and then has a tail, and of a long leaf.
func descent(n int, tail string) assembly {
	a := assembly{memory: "\x00\x01"}
	for i := range n {
		a.code = append(a.code, function{code: call(i+1) + tail})
	}
	a.code = append(a.code, function{code: longLeaf})
	return a
}

// TestWithoutWays shows that functions that return one after the other are stopped, and that they are not where only units
// count on the way to a check. The host ends the call as soon as it is called after a call has returned.
func TestWithoutWays(t *testing.T) {
	m := newMachine(t, wazero.NewRuntimeConfigCompiler())
	for _, c := range returns {
		for _, open := range []bool{false, true} {
			r, err := Open{Ways: open}.Rewrite(c.module.bytes())
			if err != nil {
				t.Fatal(err)
			}
			g := m.mustStart(t, r)
			m.looks = func(api.Module) {
				if returned, _ := g.Memory().ReadUint32Le(0); returned != 0 {
					panic(errEnded)
				}
			}
			m.slice = 2 * maxUnchecked
			if _, err := g.invoke("0"); errors.Is(err, errEnded) == open || !open && m.over > overrun {
				t.Errorf("%s, without ways: %v: ended with %v, %d units behind the end of a slice, at most %d", c.name, open,
					trapOf(err), m.over, overrun)
			}
		}
	}
}

// TestWithoutTouches counts how many pages a guest writes to for the first time between two looks at its fuel, when it has
// none: each instruction writes to two.
func TestWithoutTouches(t *testing.T) {
	const pages, count, kernelPage = 200, 1500, 4096
	stores := func(n int, base string) string { // n instructions, from a base on
		var s strings.Builder
		for i := range n {
			fmt.Fprint(&s, base, "\x42\x01\x37\x00", u(i*2*kernelPage+kernelPage-4)) // i64.const, i64.store
		}
		return s.String()
	}
	leaves := func(n, each int) assembly {
		var calls strings.Builder
		for i := range n {
			fmt.Fprint(&calls, i32c(i*each*2*kernelPage), call(1))
		}
		return assembly{types: []string{sig(1, 0)}, memory: "\x00" + u(pages), code: []function{
			{code: calls.String()}, {kind: 1, code: stores(each, get(0))}}}
	}
	for name, module := range map[string]assembly{
		"a straight line": {memory: "\x00" + u(pages), code: []function{{code: stores(count, i32c(0))}}},
		"short leaves":    leaves(count/20, 20),
		"long leaves":     leaves(count/100, 100),
	} {
		for _, open := range []bool{false, true} {
			m := newMachine(t, wazero.NewRuntimeConfigCompiler())
			m.slice = 0
			r, err := Open{Ways: open}.Rewrite(module.bytes())
			if err != nil {
				t.Fatal(err)
			}
			g := m.mustStart(t, r)
			touched, most := 0, 0
			look := func() {
				n := 0
				memory, _ := g.Memory().Read(0, pages*pageBytes)
				for at := kernelPage - 4; at < len(memory); at += 2 * kernelPage {
					n += int(memory[at]) // and the same on the next page
				}
				touched, most = n, max(most, n-touched)
			}
			m.looks = func(api.Module) { look() }
			if _, err := g.invoke("0"); err != nil {
				t.Fatal(err)
			}
			look()
			if bound := 2 * maxUnchecked / (1 + touchWay); touched != count || (most > bound) == !open {
				t.Errorf("%s, without ways: %v: %d of %d instructions ran without a check, at most %d", name, open, most,
					touched, bound)
			}
		}
	}
}

// TestWithoutPieces counts how often a guest looks at its fuel in one bulk instruction on all of its memory.
func TestWithoutPieces(t *testing.T) {
	for i, name := range []string{"fill", "copy"} {
		for _, open := range []bool{false, true} {
			r, err := Open{Pieces: open}.Rewrite(bulk().bytes())
			if err != nil {
				t.Fatal(err)
			}
			m := newMachine(t, wazero.NewRuntimeConfigCompiler())
			m.slice = 0
			if _, err := m.mustStart(t, r).invoke(fmt.Sprint(i), 0, 0, 8*pageBytes); err != nil {
				t.Fatal(err)
			}
			if want := 8 * pageBytes / pieceBytes; (m.slices < want) != open {
				t.Errorf("%s, without pieces: %v: the host was called %d times, for %d pieces", name, open, m.slices, want)
			}
		}
	}
}

// TestWithoutTableLimit shows how far a table grows.
func TestWithoutTableLimit(t *testing.T) {
	grow := assembly{tables: []string{"\x70\x00\x00"}, types: []string{sig(1, 1)}, code: []function{
		{kind: 1, code: "\xd0\x70" + get(0) + "\xfc\x0f\x00"}}}
	for _, open := range []bool{false, true} {
		r, err := Open{Tables: open}.Rewrite(grow.bytes())
		if err != nil {
			t.Fatal(err)
		}
		got, err := newMachine(t, wazero.NewRuntimeConfigCompiler()).mustStart(t, r).invoke("0", 10*MaxTable)
		if err != nil || (int32(got[0]) < 0) == open {
			t.Errorf("without a limit: %v: growing by %d gives %v, %v", open, 10*MaxTable, got, err)
		}
	}
}
