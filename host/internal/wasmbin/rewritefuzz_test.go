package wasmbin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/tetratelabs/wazero"
)

// outcome is what a generated module leaves of some calls.
type outcome struct {
	results []string // of each call: what it gives, or why it traps
	fuel    []int64  // of each call that returns; only of rewritten modules
	memory  uint64
	globals []uint64
}

// outcomeOf calls the functions of a generated module one after the other, until one traps.
func outcomeOf(t *testing.T, m *machine, binary []byte, r *Rewritten) outcome {
	t.Helper()
	g, err := m.start(binary, r)
	if err != nil {
		t.Fatalf("cannot start (rewritten: %v): %v", r != nil, err)
	}
	defer g.Close(context.Background())
	var out outcome
	for i := range 8 {
		counter(g, "g0").Set(500)
		got, err := g.invoke(fmt.Sprint(i%4), uint64(i), uint64(i)<<33+7)
		if err != nil {
			out.results = append(out.results, trapOf(err))
			break
		}
		out.results = append(out.results, fmt.Sprint(got))
		if r != nil {
			out.fuel = append(out.fuel, g.fuel())
			if left := counter(g, ExportStack).Get(); left != testStack {
				t.Errorf("%d of %d bytes of the stack budget are left", left, testStack)
			}
		}
	}
	out.memory = g.memoryHash()
	for i := range 4 {
		out.globals = append(out.globals, g.ExportedGlobal(fmt.Sprint("g", i)).Get())
	}
	return out
}

func (o outcome) same(p outcome) bool {
	return slices.Equal(o.results, p.results) && o.memory == p.memory && slices.Equal(o.globals, p.globals)
}

// quartet are the four ways in which a module is run.
type quartet struct{ original, rewritten [2]*machine }

func newQuartet(tb testing.TB) *quartet {
	q := new(quartet)
	for i, e := range bothEngines {
		q.original[i], q.rewritten[i] = newMachine(tb, e.config()), newMachine(tb, e.config())
	}
	return q
}

// compare runs a generated module in all ways.
func (q *quartet) compare(t *testing.T, module []byte, slice int64) outcome {
	t.Helper()
	if err := Check(module); err != nil {
		t.Fatalf("the generated module is refused: %v", err)
	}
	before := bytes.Clone(module)
	r, err := Rewrite(module)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, module) {
		t.Error("the module was written to")
	}
	want := outcomeOf(t, q.original[0], module, nil)
	var fuel [][]int64
	for i, e := range bothEngines {
		original := outcomeOf(t, q.original[i], module, nil)
		q.rewritten[i].slice = slice
		rewritten := outcomeOf(t, q.rewritten[i], r.Module, r)
		if !original.same(want) {
			t.Errorf("the original in the %s: %v, in the other engine %v", e.name, original, want)
		}
		if !rewritten.same(want) {
			t.Errorf("rewritten, in the %s: %v, want %v", e.name, rewritten, want)
		}
		fuel = append(fuel, rewritten.fuel)
	}
	if !slices.Equal(fuel[0], fuel[1]) {
		t.Errorf("the compiler counts %d units, the interpreter %d", fuel[0], fuel[1])
	}
	return want
}

// TestDifferential runs modules made of random bytes, in the original and rewritten, compiled and interpreted.
func TestDifferential(t *testing.T) {
	q := newQuartet(t)
	n := 600
	if testing.Short() {
		n = 150
	}
	calls, traps := 0, 0
	for seed := range n {
		random := rand.New(rand.NewPCG(uint64(seed), 0))
		source := make([]byte, 50+random.IntN(1500))
		for i := range source {
			source[i] = byte(random.Uint32())
		}
		ok := t.Run(fmt.Sprint(seed), func(t *testing.T) {
			got := q.compare(t, generated(source).bytes(), []int64{1, testSlice}[seed%2])
			calls += len(got.results)
			if got.results[len(got.results)-1][0] != '[' {
				traps++
			}
		})
		if !ok {
			return
		}
	}
	t.Logf("%d calls, %d modules end with a trap", calls, traps)
	if calls < 3*n/2 {
		t.Errorf("only %d calls in %d modules", calls, n)
	}
}

// FuzzRewrite does the same with what the fuzzer finds.
func FuzzRewrite(f *testing.F) {
	for seed := range 8 {
		random := rand.New(rand.NewPCG(uint64(seed), 1))
		source := make([]byte, 100<<(seed%4))
		for i := range source {
			source[i] = byte(random.Uint32())
		}
		f.Add(source, int64(1+seed*1000))
	}
	q := newQuartet(f)
	f.Fuzz(func(t *testing.T, source []byte, slice int64) {
		q.compare(t, generated(source).bytes(), max(1, min(slice, testSlice)))
	})
}

// FuzzRewriteAny takes any bytes: what Check accepts is rewritten without a panic and, where an engine accepts it, gives a
// module that the engine accepts. Only globals that cannot be set back are refused.
func FuzzRewriteAny(f *testing.F) {
	f.Add([]byte(sound))
	for _, c := range runaways {
		if module := c.module.bytes(); len(module) < 1000 {
			f.Add(module)
		}
	}
	f.Add(generated(bytes.Repeat([]byte("some seed of it"), 20)).bytes())
	f.Add(bulk().bytes())
	rt := wazero.NewRuntimeWithConfig(context.Background(), wazero.NewRuntimeConfigInterpreter())
	f.Cleanup(func() { rt.Close(context.Background()) })
	valid := func(module []byte) error {
		compiled, err := rt.CompileModule(context.Background(), module)
		if err == nil {
			compiled.Close(context.Background())
		}
		return err
	}
	f.Fuzz(func(t *testing.T, module []byte) {
		if Check(module) != nil {
			return
		}
		errOriginal := valid(module)
		r, err := Rewrite(module)
		if err != nil {
			if errOriginal == nil && !errors.Is(err, ErrGlobal) {
				t.Fatalf("an engine accepts it, Rewrite says %v", err)
			}
			return
		}
		if err := valid(r.Module); err != nil && errOriginal == nil {
			t.Fatalf("an engine accepts the original, of the rewritten it says %v", err)
		}
		again, err := Rewrite(module)
		if err != nil || !bytes.Equal(again.Module, r.Module) {
			t.Fatalf("the second time it becomes another module: %v", err)
		}
	})
}
