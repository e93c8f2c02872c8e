package wasmbin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// TestRewriteGo runs what a Go program needs to start.
func TestRewriteGo(t *testing.T) {
	original := goGuest(t)
	r := mustRewrite(t, original)
	t.Logf("%d bytes become %d; %d globals, %d segments", len(original), len(r.Module), len(r.Globals), len(r.Data))
	g := newMachine(t, wazero.NewRuntimeConfig()).mustStart(t, r)
	if _, err := g.invoke("_initialize"); err != nil {
		t.Fatal(err)
	}
	again := mustRewrite(t, original)
	if !bytes.Equal(again.Module, r.Module) {
		t.Error("the same module is rewritten in two ways")
	}
}

// TestTaint shows which instructions make an instance one that its memory and globals do not describe.
func TestTaint(t *testing.T) {
	null, zero, one := "\xd0\x70", i32c(0), i32c(1)
	for _, c := range []struct {
		name, code string
		want       bool
	}{
		{"table.set", zero + null + "\x26\x00", true},
		{"table.grow", null + one + "\xfc\x0f\x00" + drop, true},
		{"table.grow that fails", null + i32c(-1) + "\xfc\x0f\x00" + drop, true},
		{"table.fill", zero + null + zero + "\xfc\x11\x00", true},
		{"table.copy", zero + zero + one + "\xfc\x0e\x00\x00", true},
		{"table.init", zero + zero + zero + "\xfc\x0c\x00\x00", true},
		{"elem.drop", "\xfc\x0d\x00", true},
		{"data.drop", "\xfc\x09\x00", true},
		{"memory", zero + one + "\x36\x00\x00" + one + memGrow + drop,
			false},
		{"memory.init", zero + zero + zero + "\xfc\x08\x00\x00", false},
		{"table.get", zero + "\x25\x00" + drop + "\xfc\x10\x00" + drop, false},
		{"not executed", i32c(0) + when("\xfc\x09\x00"), false},
	} {
		module := assembly{memory: "\x00\x01", tables: []string{"\x70\x00\x02"}, elements: []string{"\x05\x70" + vec("\xd0\x70\x0b")},
			data: []string{"\x01" + name("x")}, code: []function{{code: c.code}}}
		g := newMachine(t, wazero.NewRuntimeConfigInterpreter()).mustStart(t, mustRewrite(t, module.bytes()))
		if g.tainted() {
			t.Errorf("%s: tainted before anything ran", c.name)
		}
		if _, err := g.invoke("0"); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := g.tainted(); got != c.want {
			t.Errorf("%s: taint is %v, want %v", c.name, got, c.want)
		}
	}
}

// TestNames shows that traces name the functions that they named before the added import moved them.
func TestNames(t *testing.T) {
	names := "\x00" + name(name("some module")) +
		"\x01" + name(vec("\x00"+name("imported"), "\x01"+name("outer"), "\x02"+name("inner"))) +
		"\x02" + name(vec("\x01"+vec("\x00"+name("local"))))
	module := assembly{imports: []string{name("wasi_snapshot_preview1") + name("sched_yield") + "\x00\x01"},
		types: []string{sig(0, 1)}, code: []function{{code: call(0) + drop + call(2)}, {code: trap}}, names: names}
	for _, e := range bothEngines {
		g := newMachine(t, e.config()).mustStart(t, mustRewrite(t, module.bytes()))
		_, err := g.invoke("0")
		if want := "wasm error: unreachable\nwasm stack trace:\n\t.inner()\n\t.outer()"; err == nil || err.Error() != want {
			t.Errorf("%s: trace %v, want %s", e.name, err, want)
		}
	}
}

// TestBrokenNames shows that a section of names which cannot be read costs the names, not the module.
func TestBrokenNames(t *testing.T) {
	for _, names := range []string{"\x01", "\x01\x05\x01", "\x01" + name("\x05\x00"), "\x01" + name(vec("\x00"+name("\xff")))} {
		r, err := Rewrite(assembly{code: []function{{}}, names: names}.bytes())
		if err != nil {
			t.Errorf("%q: %v", names, err)
			continue
		}
		newMachine(t, wazero.NewRuntimeConfigInterpreter()).mustStart(t, r)
	}
}

// TestRewrittenExports shows what a rewritten module exports beside what it did before.
func TestRewrittenExports(t *testing.T) {
	module := assembly{memory: "\x00\x01", code: []function{{}}, start: "\x00",
		globals: []string{i32Constant, i64Mutable, f64Mutable}}
	r := mustRewrite(t, module.bytes())
	list, err := Exports(r.Module)
	if err != nil {
		t.Fatal(err)
	}
	want := []Export{{"0", ExportFunction, 1}, {"memory", ExportMemory, 0}, {"g0", ExportGlobal, 0}, {"g1", ExportGlobal, 1},
		{"g2", ExportGlobal, 2}, {ReservedPrefix + "global.1", ExportGlobal, 1}, {ReservedPrefix + "global.2", ExportGlobal, 2},
		{ExportFuel, ExportGlobal, 3}, {ExportStack, ExportGlobal, 4}, {ExportTaint, ExportGlobal, 5},
		{ExportStart, ExportFunction, 1}}
	if got := fmt.Sprint(list); got != fmt.Sprint(want) {
		t.Errorf("exports %s, want %v", got, want)
	}
	if got, want := fmt.Sprint(r.Globals), fmt.Sprint([]string{want[5].Name, want[6].Name}); got != want {
		t.Errorf("globals %s, want %s", got, want)
	}
	if err := Check(r.Module); !errors.Is(err, ErrReserved) {
		t.Errorf("a rewritten module passes as one of a guest: %v", err)
	}
}

// TestSegments shows that a clone finds its memory empty and its segments dropped, as an instance that has started does.
func TestSegments(t *testing.T) {
	module := assembly{memory: "\x00\x01", types: []string{sig(3, 0)}, data: []string{
		"\x00" + i32c(5) + "\x0b" + name("active"), "\x01" + name("passive"), "\x02\x00" + i32c(-1) + "\x0b" + name("")},
		code: []function{{kind: 1, code: get(0) + get(1) + get(2) + "\xfc\x08\x00\x00"},
			{kind: 1, code: get(0) + get(1) + get(2) + "\xfc\x08\x01\x00"}}}
	r := mustRewrite(t, module.bytes())
	if got, want := fmt.Sprintf("%d %s %d", r.Data[0].Offset, r.Data[0].Bytes, r.Data[1].Offset), "5 active 4294967295"; got != want {
		t.Errorf("segments %q, want %q", got, want)
	}
	var segments []Segment
	for segment, err := range Segments(module.bytes()) {
		if err != nil {
			t.Fatal(err)
		}
		segments = append(segments, segment)
	}
	if got, want := fmt.Sprint(segments), fmt.Sprint(r.Data); got != want {
		t.Errorf("segments %s, want %s", got, want)
	}
	m := newMachine(t, wazero.NewRuntimeConfigInterpreter())
	g := &guest{machine: m, rewritten: r}
	var err error
	if g.Module, err = m.rt.InstantiateWithConfig(t.Context(), r.Module, wazero.NewModuleConfig()); err != nil {
		t.Fatal(err)
	}
	if all, _ := g.Memory().Read(0, pageBytes); !bytes.Equal(all, make([]byte, pageBytes)) {
		t.Error("the memory is not empty")
	}
	if _, err := g.invoke("0", 0, 0, 1); err == nil {
		t.Error("an active segment can be read again")
	}
	if _, err := g.invoke("1", 0, 0, 7); err != nil {
		t.Errorf("a passive segment cannot be read: %v", err)
	}
}

// TestTables shows that no table grows beyond the most, declared or not.
func TestTables(t *testing.T) {
	grow := func(table int) function {
		return function{kind: 1, code: "\xd0\x70" + get(0) + "\xfc\x0f" + u(table)}
	}
	module := assembly{types: []string{sig(1, 1)}, code: []function{grow(0), grow(1), grow(2)},
		tables: []string{"\x70\x00\x00", "\x70\x01\x00\x0a", "\x70\x01\x00" + u(1<<32-1)}}
	g := newMachine(t, wazero.NewRuntimeConfigInterpreter()).mustStart(t, mustRewrite(t, module.bytes()))
	for i, most := range []uint64{MaxTable, 10, MaxTable} {
		name := fmt.Sprint(i)
		if got, err := g.invoke(name, most+1); err != nil || int32(got[0]) != -1 {
			t.Errorf("table %d grows by %d: %v, %v", i, most+1, got, err)
		}
		if got, err := g.invoke(name, most); err != nil || got[0] != 0 {
			t.Errorf("table %d does not grow by %d: %v, %v", i, most, got, err)
		}
	}
}

// TestAtLimits rewrites modules that are as large as Check allows in what a rewrite adds to.
func TestAtLimits(t *testing.T) {
	segments := make([]string, 20_000)
	var inits strings.Builder
	for i := range segments {
		segments[i] = "\x01\x00"
		inits.WriteString(i32c(0) + i32c(0) + i32c(0) + "\xfc\x08" + u(i) + "\x00")
	}
	types := make([]string, 10_000)
	for i := range types {
		types[i] = sig(i%1000, i/1000+2)
	}
	deep := assembly{types: types}
	for i := range types {
		if i%1000 == 0 {
			deep.code = append(deep.code, function{kind: i + 1, code: trap + call(i/1000)})
		}
	}
	for name, module := range map[string]assembly{
		"locals":   {memory: "\x00\x01", code: []function{{locals: vec(u(MaxLocals) + i32), code: loop() + i32c(0) + memGrow + drop}}},
		"segments": {memory: "\x00\x01", data: segments, code: []function{{code: inits.String()}}},
		"types":    deep,
		"nesting":  only(strings.Repeat("\x03\x40", MaxControl/2) + strings.Repeat("\x0b", MaxControl/2)),
	} {
		t.Run(name, func(t *testing.T) {
			if name == "nesting" && testing.Short() {
				t.Skip("takes long")
			}
			newMachine(t, wazero.NewRuntimeConfigInterpreter()).mustStart(t, mustRewrite(t, module.bytes()))
		})
	}
}

// TestImports shows that the imports of a module stay where they are, exported, started and referred to.
func TestImports(t *testing.T) {
	calls := 0
	m := newMachine(t, wazero.NewRuntimeConfigCompiler())
	_, err := m.rt.NewHostModuleBuilder("host").NewFunctionBuilder().
		WithGoFunction(api.GoFunc(func(context.Context, []uint64) { calls++ }), nil, nil).Export("f").Instantiate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	module := assembly{imports: []string{name("host") + name("f") + "\x00\x00"}, start: "\x00", tables: []string{"\x70\x00\x03"},
		elements: []string{"\x00\x41\x00\x0b" + vec("\x00", "\x01"), "\x04\x41\x02\x0b" + vec("\xd2\x00\x0b")},
		code: []function{
			{code: i32c(0) + "\x11\x00\x00" + i32c(1) + "\x11\x00\x00" + i32c(2) + "\x11\x00\x00"}, {code: call(0)}}}
	module.elements[0] = "\x00\x41\x00\x0b" + vec("\x00", "\x02")
	g := m.mustStart(t, mustRewrite(t, module.bytes()))
	if calls != 1 {
		t.Errorf("the imported start function ran %d times", calls)
	}
	if _, err := g.invoke("0"); err != nil || calls != 4 {
		t.Errorf("%v, the imported function ran %d times, want 4", err, calls)
	}
}
