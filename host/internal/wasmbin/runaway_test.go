package wasmbin

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
)

// bothEngines are the two that every property holds for.
var bothEngines = []struct {
	name   string
	config func() wazero.RuntimeConfig
}{
	{"compiler", wazero.NewRuntimeConfigCompiler},
	{"interpreter", wazero.NewRuntimeConfigInterpreter},
}

// overrun is the most fuel that code may use behind the end of its slice: what a function without calls may do without a
// check, what its caller may then, and one piece of a bulk instruction.
const overrun = 2*(maxUnchecked+callWay) + pieceBytes>>bulkShift

// runaways never end by themselves. Function 0 begins each.
var runaways = []struct {
	name   string
	module assembly
	want   error // errEnded or errStack
}{
	{"loop", only(loop(br(0))), errEnded},
	{"loop by br_if", only(loop(i32c(1), brIf(0))), errEnded},
	{"loop by br_table", only(loop(i32c(0), brTable(0, 0))), errEnded},
	{"loop by the default of br_table", only(loop(i32c(7), brTable(1, 0))), errEnded},
	{"loop from within blocks", only(loop(within(i32c(1), when(br(1)), trap), br(0))), errEnded},
	{"loop with dead code", only(loop(br(0), i32c(1), drop, loop(br(0)), within(br(1)), i32c(1), i32c(1), i32c(1), memFill)),
		errEnded},
	{"loop in a loop", only(loop(loop(i32c(0), brIf(0)), br(0))), errEnded},
	{"loop left and entered again", only(loop(within(loop(br(1))), br(0))), errEnded},
	{"loop with values", assembly{types: []string{sig(1, 1)}, memory: "\x00\x01",
		code: []function{{code: i32c(0) + "\x03\x01" + i32c(1) + add + br(0) + "\x0b" + drop}}}, errEnded},
	{"loop in dead code only", only(loop(within(br(0), loop(br(0))), br(0))), errEnded},
	{"long loop", only(loop(strings.Repeat(i32c(1)+drop, 100_000), br(0))), errEnded},
	{"loop with memory.fill", only(loop(i32c(0), i32c(7), i32c(60_000), memFill, br(0))), errEnded},
	{"loop with memory.grow", only(loop(i32c(0), memGrow, drop, br(0))), errEnded},
	{"loop with failing memory.grow", only(loop(i32c(-1), memGrow, drop, br(0))), errEnded},
	{"loop with a call", functions(loop(call(1), br(0)), ""), errEnded},
	{"loop before a recursion", functions(loop(i32c(0), brIf(0))+call(0), ""), errStack},
	{"hot loop before a recursion with large frames", assembly{code: []function{
		{locals: vec(u(2000) + i32), code: loop(i32c(0), brIf(0)) + call(0)}}}, errStack},
	{"loop that calls, before a recursion", functions(loop(call(1), i32c(0), brIf(0))+call(0), ""), errStack},
	{"loop around a recursion", functions(loop(call(0), br(0)), ""), errStack},
	{"recursion", only(call(0)), errStack},
	{"mutual recursion", functions(call(1), call(2), call(0)), errStack},
	{"recursion in an unlikely branch", functions(i32c(1)+when(call(0)), ""), errStack},
	{"recursion with results", assembly{types: []string{sig(1, 3)}, code: []function{
		{code: i32c(1) + call(1) + drop + drop + drop}, {kind: 1, code: get(0) + call(1)}}}, errStack},
	{"recursion with large frames", assembly{code: []function{{locals: vec(u(20_000) + i32), code: call(0)}}}, errStack},
	{"indirect recursion", assembly{tables: []string{"\x70\x00\x01"}, elements: []string{"\x00\x41\x00\x0b" + vec("\x00")},
		code: []function{{code: i32c(0) + "\x11\x00\x00"}}}, errStack},
	{"indirect recursion by a reference", assembly{tables: []string{"\x70\x00\x01"}, elements: []string{"\x03\x00" + vec("\x01")},
		code: []function{{code: i32c(0) + "\xd2\x01\x26\x00" + call(1)}, {code: i32c(0) + "\x11\x00\x00"}}}, errStack},
	{"call tree", tree(42), errEnded},
	{"wide call tree", functions(strings.Repeat(call(1), 1000), strings.Repeat(call(2), 1000), strings.Repeat(call(3), 1000),
		strings.Repeat(call(4), 1000), ""), errEnded},
	{"calls of a leaf", functions(loop(strings.Repeat(call(1), 100_000), br(0)), strings.Repeat(i32c(1)+drop, uncheckedLeaf)),
		errEnded},
	{"calls of a leaf of some length", functions(loop(strings.Repeat(call(1), 100_000), br(0)),
		strings.Repeat(i32c(1)+drop, maxUnchecked-1)), errEnded},
	{"calls of a long leaf", functions(loop(strings.Repeat(call(1), 100_000), br(0)), strings.Repeat(i32c(1)+drop, 300_000)),
		errEnded},
	{"calls of a leaf of branches", functions(loop(strings.Repeat(call(1), 1000), br(0)),
		strings.Repeat(within(i32c(0), brIf(0), strings.Repeat(i32c(1)+drop, 10)), 5000)), errEnded},
	{"calls of a leaf that fills", functions(loop(strings.Repeat(call(1), 100), br(0)),
		strings.Repeat(i32c(0)+i32c(1)+i32c(pieceBytes)+memFill, 1000)), errEnded},
	{"calls of a leaf that grows", functions(loop(strings.Repeat(call(1), 1000), br(0)),
		strings.Repeat(i32c(-1)+memGrow+drop, 1000)), errEnded},
	{"fills of a table", assembly{tables: []string{"\x70\x00" + u(MaxTable)}, memory: "\x00\x01", code: []function{
		{code: loop(call(1), br(0))},
		{code: strings.Repeat(i32c(0)+"\xd0\x70"+i32c(MaxTable)+"\xfc\x11\x00", 1000)}}}, errEnded},
}

// much is code that costs a little less than what may go unchecked.
var much = strings.Repeat(i32c(1)+drop, maxUnchecked-100)

// unchecked is a module that calls for ever a function that does much, then something, and so on.
func unchecked(something string) assembly { return again(strings.Repeat(much+something, 40)) }

// again is a module that calls a function with that code for ever.
func again(code string) assembly { return functions(loop(call(1), br(0)), code) }

// straight is code without loops of its own, called again and again, of which no way through has a check but for what
// the planner puts there.
var straight = []struct {
	name   string
	module assembly
}{
	{"in a branch not taken", unchecked(i32c(0) + when(strings.Repeat(i32c(1)+drop, 300)))},
	{"in a branch that ends", unchecked(i32c(0) + when(trap))},
	{"in the other branch", unchecked(
		i32c(0) + "\x04\x40" + strings.Repeat(i32c(1)+drop, 300) + "\x05" + i32c(1) + drop + "\x0b")},
	{"where one branch ends", unchecked(i32c(0) + "\x04\x40" + trap + "\x05\x0b")},
	{"where the other branch ends", unchecked(i32c(1) + "\x04\x40\x05" + trap + "\x0b")},
	{"behind a br", again(strings.Repeat(within(much, br(0)), 40))},
	{"behind a br_if", again(strings.Repeat(within(much, i32c(1), brIf(0), trap), 40))},
	{"behind a br_table", again(strings.Repeat(within(within(much, i32c(3), brTable(0, 1)), trap), 40))},
	{"behind a loop", again(strings.Repeat(much+loop(), 40))},
}

// only is a module of one function, with a page of memory.
func only(code string) assembly { return functions(code) }

// functions is a module of functions that take and give nothing, with a page of memory.
func functions(code ...string) assembly {
	a := assembly{memory: "\x01\x01\x04"}
	for _, c := range code {
		a.code = append(a.code, function{code: c})
	}
	return a
}

// tree is a module of n functions, each of which calls the next one twice.
func tree(n int) assembly {
	code := make([]string, n)
	for i := range n - 1 {
		code[i] = call(i+1) + call(i+1)
	}
	return functions(code...)
}

// TestRunaway shows that nothing runs on when its slices are over or its stack is, and that nothing uses much behind the
// end of its slice.
func TestRunaway(t *testing.T) {
	for _, e := range bothEngines {
		m := newMachine(t, e.config())
		m.ends = 20
		for _, c := range runaways {
			t.Run(e.name+"/"+c.name, func(t *testing.T) {
				g := m.mustStart(t, mustRewrite(t, c.module.bytes()))
				_, err := g.invoke("0")
				deep := e.name == "interpreter" && err != nil && trapOf(err) == "wasm error: stack overflow"
				if !errors.Is(err, c.want) && !(deep && c.want == errStack) {
					t.Errorf("ended with %v, want %v", trapOf(err), c.want)
				}
				most := int64(overrun)
				if strings.Contains(c.name, "table") {
					most = MaxTable + maxUnchecked
				}
				if m.deep > 8*20_000+1000 {
					t.Errorf("%d bytes beyond the stack budget, that is more than a frame", m.deep)
				}
				if m.over > most {
					t.Errorf("%d units behind the end of a slice, at most %d", m.over, most)
				}
			})
		}
	}
}

// TestStraight shows that code without loops is checked as often as its length asks for, on every way through it.
func TestStraight(t *testing.T) {
	m := newMachine(t, wazero.NewRuntimeConfigCompiler())
	m.ends = 20
	for _, c := range straight {
		g := m.mustStart(t, mustRewrite(t, c.module.bytes()))
		if _, err := g.invoke("0"); !errors.Is(err, errEnded) {
			t.Errorf("%s: ended with %v", c.name, trapOf(err))
		}
		if m.over > maxUnchecked+maxSmall {
			t.Errorf("%s: %d units behind the end of a slice, at most %d", c.name, m.over, maxUnchecked+maxSmall)
		}
	}
}

// TestStackBudget shows how deep a recursion gets, and that a chain of calls without one cannot take much more.
func TestStackBudget(t *testing.T) {
	m := newMachine(t, wazero.NewRuntimeConfigCompiler())
	for _, c := range []struct {
		name   string
		module assembly
		want   error
	}{
		{"a chain of small frames", chain(longChain-1, 120), nil},
		{"a long chain of small frames", chain(9_000, 20), errStack},
		{"a chain of large frames", chain(40, 20_000), errStack},
		{"a chain of some large frames", chain(5, 20_000), nil},
	} {
		g := m.mustStart(t, mustRewrite(t, c.module.bytes()))
		if _, err := g.invoke("0"); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, trapOf(err), c.want)
		}
	}
}

// chain is a module of n functions with some locals, each of which calls the next one.
func chain(n, locals int) assembly {
	a := assembly{}
	for i := range n {
		f := function{locals: vec(u(locals) + i32), code: call(i + 1)}
		if i == n-1 {
			f.code = ""
		}
		a.code = append(a.code, f)
	}
	return a
}

// TestStackComesBack shows that every way out of a function gives its part of the stack budget back.
func TestStackComesBack(t *testing.T) {
	again := get(0) + "\x04\x40" + get(0) + i32c(1) + sub + call(1) + drop + drop + drop + "\x0b"
	three := get(0) + i32c(5) + i32c(6)
	ways := map[string]string{
		"end":                 three,
		"return":              three + ret,
		"return below values": i32c(9) + three + ret,
		"return in a block":   within(three, ret) + trap,
		"return in a loop":    loop(three, ret) + trap,
		"br":                  three + br(0),
		"br out of blocks":    within(loop(three, br(2))) + trap,
		"br_if":               three + i32c(1) + brIf(0),
		"br_if not taken":     three + i32c(0) + brIf(0),
		"br_table":            within(three, i32c(1), brTable(1, 1, 1)) + trap,
		"br_if in a hot loop": loop(three, i32c(1), brIf(1), drop, drop, drop, br(0)) + trap,
		"a loop ahead":        loop(i32c(0), brIf(0)) + three,
	}
	for _, e := range bothEngines {
		m := newMachine(t, e.config())
		for name, way := range ways {
			module := assembly{types: []string{sig(1, 3)}, code: []function{
				{code: i32c(100) + call(1) + drop + drop + drop}, {kind: 1, code: again + way}}}
			g := m.mustStart(t, mustRewrite(t, module.bytes()))
			got, err := g.invoke("1", 100)
			if want := fmt.Sprint([]uint64{100, 5, 6}); err != nil || fmt.Sprint(got) != want {
				t.Errorf("%s, %s: gives %v, %v, want %v", e.name, name, got, err, want)
			}
			if left := counter(g, ExportStack).Get(); left != testStack {
				t.Errorf("%s, %s: %d of %d bytes are left", e.name, name, left, testStack)
			}
		}
	}
}
