package wasmbin

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/tetratelabs/wazero"
)

// Globals of a generated function in pieces.
const (
	pathTaken = 0 // tells by which pieces it came
	stepsLeft = 1
	chance    = 2 // decides at every turn
	comesBack = 3 // the number by which it is to be entered when it has been left
)

// path makes functions in pieces of bytes: every piece notes that it was there.
type path struct {
	generator
	pieces int
}

// pathModule makes the module of such a function.
func pathModule(source []byte) []byte {
	p := &path{generator: generator{source: source}}
	p.pieces = 1 + p.n(9)
	var numbers []int
	var pieces []func(int) string
	for i := range p.pieces {
		for range 1 + p.n(2) {
			numbers = append(numbers, i)
		}
		pieces = append(pieces, p.piece(i, numbers))
	}
	zero := i32 + "\x01\x41\x00\x0b"
	return assembly{types: straightTypes, globals: []string{zero, zero, zero, zero}, code: []function{
		{kind: kindPieces, locals: vec(u(2) + i32), code: get(one) + drop + inPieces(numbers, pieces...)},
		{kind: kindCalled, code: p.chance()},
	}}.bytes()
}

func getGlobal(i int) string { return "\x23" + u(i) }
func setGlobal(i int) string { return "\x24" + u(i) }

const (
	xor  = "\x73"
	mul  = "\x6c"
	and  = "\x71"
	shru = "\x76"
)

// chance gives 0 or 1.
func (p *path) chance() string {
	return getGlobal(chance) + i32c(1103515245) + mul + i32c(12345) + add + setGlobal(chance) +
		getGlobal(chance) + i32c(16) + shru + i32c(1) + and
}

// piece makes the i-th piece. The numbers of it and of those before are known; the next one has the number behind.
func (p *path) piece(i int, numbers []int) func(int) string {
	next := len(numbers)
	return func(loop int) string {
		code := get(one) + i32c(3) + mul + i32c(i+1) + add + tee(one) + getGlobal(pathTaken) + i32c(31) + mul + add +
			setGlobal(pathTaken) + // a local is part of the path, since leaving must lose it
			getGlobal(stepsLeft) + i32c(1) + sub + setGlobal(stepsLeft) +
			getGlobal(stepsLeft) + "\x45" + when(i32c(0)+ret)
		for range p.n(4) {
			code += p.statement(loop)
		}
		switch p.n(4) {
		case 1:
			return code + p.jump(loop)
		case 2:
			return code + i32c(next) + setGlobal(comesBack) + call(1) + brIf(loop+1)
		case 3:
			return code + i32c(0) + ret
		}
		return code
	}
}

func (p *path) statement(loop int) string {
	switch p.n(6) {
	case 1:
		return within(p.chance() + brIf(0) + p.jump(loop+1))
	case 2:
		return p.chance() + "\x04\x40" + p.jump(loop+1) + "\x05" + p.statement(loop+1) + "\x0b"
	case 3:
		return p.chance() + when(i32c(7)+set(two), p.jump(loop+1))
	case 4:
		return i32c(7) + set(number) + i32c(0) + get(number) + add + set(two)
	}
	return p.chance() + when(p.jump(loop+1))
}

func (p *path) jump(loop int) string { return jump(p.n(2*p.pieces), loop) }

// comparePaths runs a module of a function in pieces as it is and straightened, several times each, and says whether the
// two differ.
func comparePaths(t *testing.T, m *machine, module []byte) bool {
	t.Helper()
	straight, err := Straighten(module)
	if err != nil {
		t.Fatal(err)
	}
	ways := make([]*guest, 2)
	for i, binary := range [][]byte{module, straight} {
		if ways[i], err = m.start(binary, nil); err != nil {
			t.Fatalf("%d: %v\n%x", i, err, binary)
		}
		defer ways[i].Close(context.Background())
	}
	for luck := range 8 {
		want := ways[0].path(luck)
		if got := ways[1].path(luck); !slices.Equal(got, want) {
			t.Fatalf("luck %d: straightened it goes %v, want %v\n%x", luck, got, want, module)
		}
	}
	return !bytes.Equal(straight, module)
}

// path calls the function until it has not been left, and says by which ways each call has come.
func (g *guest) path(luck int) (ways []string) {
	counter(g, "g0").Set(0)
	counter(g, "g1").Set(200)
	counter(g, "g2").Set(uint64(luck) * 7919)
	counter(g, "g3").Set(0)
	for left := []uint64{1}; left[0] != 0; {
		var err error
		if left, err = g.invoke("0", counter(g, "g3").Get()); err != nil {
			return append(ways, trapOf(err))
		}
		ways = append(ways, fmt.Sprintf("%x %d", counter(g, "g0").Get(), left[0]))
	}
	return ways
}

func randomSource(random *rand.Rand, n int) []byte {
	source := make([]byte, n)
	for i := range source {
		source[i] = byte(random.Uint32())
	}
	return source
}

// Straightened, functions go the ways that they went, wherever they have been left and are entered again.
func TestStraightenPaths(t *testing.T) {
	m := newMachine(t, wazero.NewRuntimeConfigInterpreter())
	const n = 500
	straightened := 0
	for seed := range n {
		if comparePaths(t, m, pathModule(randomSource(rand.New(rand.NewPCG(uint64(seed), 3)), 120))) {
			straightened++
		}
	}
	if straightened < n*9/10 {
		t.Errorf("only %d of %d functions are straightened", straightened, n)
	}
}

// FuzzStraighten does the same with what the fuzzer finds.
func FuzzStraighten(f *testing.F) {
	for seed := range 8 {
		f.Add(randomSource(rand.New(rand.NewPCG(uint64(seed), 4)), 20<<(seed%4)))
	}
	m := newMachine(f, wazero.NewRuntimeConfigInterpreter())
	f.Fuzz(func(t *testing.T, source []byte) { comparePaths(t, m, pathModule(source)) })
}

// FuzzStraightenAny takes any bytes: what Check and an engine accept they accept straightened.
func FuzzStraightenAny(f *testing.F) {
	f.Add([]byte(sound))
	for seed := range 4 {
		f.Add(pathModule(randomSource(rand.New(rand.NewPCG(uint64(seed), 5)), 40)))
	}
	rt := wazero.NewRuntimeWithConfig(context.Background(), wazero.NewRuntimeConfigInterpreter())
	f.Cleanup(func() { rt.Close(context.Background()) })
	valid := func(module []byte) bool {
		compiled, err := rt.CompileModule(context.Background(), module)
		if err != nil {
			return false
		}
		compiled.Close(context.Background())
		return true
	}
	f.Fuzz(func(t *testing.T, module []byte) {
		straight, err := Straighten(module)
		if Check(module) != nil || !valid(module) {
			return
		}
		if err != nil {
			t.Fatalf("an engine accepts it, Straighten says %v", err)
		}
		if err := Check(straight); err != nil || !valid(straight) {
			t.Fatalf("it is not accepted any more: %v\n%x", err, straight)
		}
	})
}
