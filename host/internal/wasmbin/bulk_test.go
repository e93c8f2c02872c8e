package wasmbin

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/tetratelabs/wazero"
)

// bulk is a module of eight pages whose functions 0, 1 and 2 are memory.fill, memory.copy and memory.init.
func bulk() assembly {
	three := get(0) + get(1) + get(2)
	segment := make([]byte, 3*pieceBytes+5)
	for i := range segment {
		segment[i] = byte(i*7 + i>>8)
	}
	return assembly{types: []string{sig(3, 0)}, memory: "\x00\x08", data: []string{"\x01" + name(string(segment))},
		code: []function{
			{kind: 1, code: three + memFill},
			{kind: 1, code: three + memCopy},
			{kind: 1, code: three + "\xfc\x08\x00\x00"},
			{code: "\xfc\x09\x00"}, // drops the segment
		}}
}

// TestBulk holds bulk instructions in pieces against those that are whole: with overlaps in both directions, ranges
// that end at the edges and beyond, and lengths that wrap around.
func TestBulk(t *testing.T) {
	const size = 8 * pageBytes
	edges := []uint32{0, 1, 100, pieceBytes - 1, pieceBytes, pieceBytes + 1, 2*pieceBytes - 1, 2 * pieceBytes,
		3*pieceBytes + 5, 3*pieceBytes + 6, size - 1, size, size + 1, 1<<31 - 1, 1 << 31, 1<<32 - pieceBytes - 1,
		1<<32 - pieceBytes, 1<<32 - 1}
	random := rand.New(rand.NewPCG(1, 2))
	near := func() uint32 { // an edge, or near to one, or anything in the memory
		switch random.IntN(3) {
		case 0:
			return edges[random.IntN(len(edges))]
		case 1:
			return edges[random.IntN(len(edges))] + uint32(random.IntN(200)) - 100
		}
		return random.Uint32N(size)
	}
	config := wazero.NewRuntimeConfigCompiler()
	original, err := newMachine(t, config).start(bulk().bytes(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := mustRewrite(t, bulk().bytes())
	host := newMachine(t, config)
	rewritten := host.mustStart(t, r)
	for _, g := range []*guest{original, rewritten} {
		memory, _ := g.Memory().Read(0, size)
		for i := range memory {
			memory[i] = byte(i*31 + i>>8)
		}
	}
	trapped, returned := 0, 0
	for i := range 3000 {
		function := fmt.Sprint(i % 3)
		host.slice = []int64{1, testSlice}[i%2]
		a, b, n := uint64(near()), uint64(near()), uint64(near())
		_, errWant := original.invoke(function, a, b, n)
		_, errGot := rewritten.invoke(function, a, b, n)
		if trapOf(errGot) != trapOf(errWant) {
			t.Fatalf("function %s of %#x, %#x, %#x: %q, want %q", function, a, b, n, trapOf(errGot), trapOf(errWant))
		}
		if original.memoryHash() != rewritten.memoryHash() { // also after a trap: nothing was written
			t.Fatalf("function %s of %#x, %#x, %#x: the memory differs", function, a, b, n)
		}
		if errGot == nil {
			returned++
		} else {
			trapped++
		}
	}
	if trapped < 500 || returned < 500 {
		t.Errorf("%d calls trapped and %d returned: the arguments are one-sided", trapped, returned)
	}
	for _, g := range []*guest{original, rewritten} {
		_, errDrop := g.invoke("3")
		_, errEmpty := g.invoke("2", 0, 0, 0)
		_, errOne := g.invoke("2", 0, 0, 1)
		_, errMany := g.invoke("2", 0, 0, pieceBytes+1)
		if errDrop != nil || errEmpty != nil || errOne == nil || errMany == nil {
			t.Errorf("of a dropped segment: %v, %v, %v, %v", errDrop, errEmpty, errOne, errMany)
		}
	}
}

// pageBytes is the size of a page of memory.
const pageBytes = 64 << 10

// TestBulkPieces shows that the host is asked between the pieces of a long instruction, and what that costs.
func TestBulkPieces(t *testing.T) {
	const pages = 1000
	module := bulk()
	module.memory = "\x00" + u(pages)
	r := mustRewrite(t, module.bytes())
	for _, e := range bothEngines {
		m := newMachine(t, e.config())
		m.slice = 1
		g := m.mustStart(t, r)
		for function, arguments := range map[string][3]uint64{
			"0": {0, 7, pages * pageBytes},
			"1": {1, 0, pages*pageBytes - 1},
		} {
			if _, err := g.invoke(function, arguments[:]...); err != nil {
				t.Fatal(err)
			}
			if g.slices < pages {
				t.Errorf("%s, function %s: the host was asked %d times in %d pieces", e.name, function, g.slices, pages)
			}
			if want := arguments[2] >> bulkShift; g.fuel() < int64(want) || g.fuel() > int64(want)+pages+100 {
				t.Errorf("%s, function %s: %d units, want about %d", e.name, function, g.fuel(), want)
			}
		}
	}
}

// TestGrowth shows that growing is charged by what was gained.
func TestGrowth(t *testing.T) {
	grow := function{kind: 1, code: get(0) + memGrow}
	table := function{kind: 1, code: "\xd0\x70" + get(0) + "\xfc\x0f\x00"}
	module := assembly{types: []string{sig(1, 1)}, memory: "\x01\x01\x10", tables: []string{"\x70\x01\x01\x10"},
		code: []function{grow, table}}
	r := mustRewrite(t, module.bytes())
	const memory, tables = leaveCost + 1, leaveCost + 2 // with the operands
	for _, e := range bothEngines {
		g := newMachine(t, e.config()).mustStart(t, r)
		for _, c := range []struct {
			function string
			by       uint32
			was      int32
			want     int64 // units
		}{
			{"0", 0, 1, memory}, {"0", 3, 1, memory + 3*pageCost}, {"0", 13, -1, memory}, {"0", 1<<32 - 1, -1, memory},
			{"0", 12, 4, memory + 12*pageCost},
			{"1", 0, 1, tables}, {"1", 5, 1, tables + 5}, {"1", 1<<32 - 1, -1, tables},
		} {
			got, err := g.invoke(c.function, uint64(c.by))
			if err != nil || int32(got[0]) != c.was {
				t.Errorf("%s: function %s of %d: %v, %v, want %d", e.name, c.function, c.by, got, err, c.was)
			}
			if got := g.fuel(); got != c.want {
				t.Errorf("%s: function %s of %d takes %d units, want %d", e.name, c.function, c.by, got, c.want)
			}
		}
	}
}
