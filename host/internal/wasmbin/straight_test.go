package wasmbin

import (
	"testing"

	"github.com/tetratelabs/wazero"
)

// The functions of these tests take a number and give one, which is not 0 when they have been left. Their locals:
const (
	number = 0
	one    = 1
	two    = 2
)

const (
	kindPieces = 1
	kindCalled = 2
)

// straightTypes are the types of functions in pieces and of what they call.
var straightTypes = []string{"\x60" + vec(i32) + vec(i32), "\x60" + vec() + vec(i32)}

// inPieces is the code of a function of the form that Go's compiler gives it. A piece is told how many blocks are between
// it and the loop, around which is the block to leave it by.
func inPieces(table []int, pieces ...func(loop int) string) string {
	code := get(number) + brTable(table...)
	for i, piece := range pieces {
		code = within(code) + piece(len(pieces)-1-i)
	}
	return within(loop(code), trap) + i32c(1)
}

// jump is a jump to the piece of a number.
func jump(k, loop int) string { return i32c(k) + set(number) + br(loop) }

func plainPiece(code string) func(int) string { return func(int) string { return code } }

// straightModule is a module of a function in pieces and of one that it may call.
func straightModule(code string) []byte {
	return assembly{types: straightTypes, code: []function{
		{kind: kindPieces, locals: vec(u(2) + i32), code: get(one) + drop + code},
		{kind: kindCalled, code: i32c(0)},
	}}.bytes()
}

func TestStraighten(t *testing.T) {
	const end = "\x41\x00" + ret
	less := get(one) + i32c(1) + sub + tee(one) // the local, less one
	five := i32c(5) + set(one)
	called := func(loop int) string { return call(1) + brIf(loop+1) }
	for _, c := range []struct{ name, from, want string }{
		{"forwards",
			inPieces([]int{0, 1, 2},
				func(loop int) string { return less + when(jump(2, loop+1)) },
				plainPiece(five),
				plainPiece(end)),
			within(within(within(get(number)+brTable(0, 1, 1)), within(within(less+brIf(1)), five), end), trap) + i32c(1)},
		{"forwards among other code",
			inPieces([]int{0, 1, 2},
				func(loop int) string { return less + when(five, jump(2, loop+1)) },
				plainPiece(five),
				plainPiece(end)),
			within(within(within(get(number)+brTable(0, 1, 1)), within(within(less+when(five, br(2))), five), end), trap) + i32c(1)},
		{"a loop",
			inPieces([]int{0, 1, 2},
				plainPiece(five),
				func(loop int) string { return less + when(jump(1, loop+1)) },
				plainPiece(end)),
			within(within(within(get(number)+brTable(0, 1, 1)), within(five), loop(within(less+brIf(1)), end)), trap) + i32c(1)},
		{"a loop that begins with its condition, as the compiler places it",
			inPieces([]int{0, 1, 2, 3},
				func(loop int) string { return five + jump(2, loop) },
				plainPiece(five),
				func(loop int) string { return less + when(jump(1, loop+1)) },
				plainPiece(end)),
			within(within(within(get(number)+brTable(0, 1, 1, 1)), within(five+br(0)),
				loop(within(within(less+brIf(1)), end), five+br(0))), trap) + i32c(1)},
		{"a loop that calls",
			inPieces([]int{0, 1, 2, 3},
				plainPiece(five),
				called,
				func(loop int) string { return less + when(jump(1, loop+1)) },
				plainPiece(end)),
			within(within(loop(
				within(within(within(get(number)+brTable(0, 1, 2, 4))+five)+call(1)+brIf(3)),
				within(less+when(i32c(1)+set(number)+br(2))), end)), trap) + i32c(1)},
		{"nothing but calls",
			inPieces([]int{0, 0, 1, 2}, called, called, plainPiece(end)),
			within(within(within(within(get(number)+brTable(0, 0, 1, 2))+call(1)+brIf(2))+call(1)+brIf(1))+end, trap) + i32c(1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Straighten(straightModule(c.from))
			if err != nil {
				t.Fatal(err)
			}
			if want := straightModule(c.want); string(got) != string(want) {
				t.Errorf("got  %x\nwant %x", got, want)
			}
			if _, err := newMachine(t, wazero.NewRuntimeConfigInterpreter()).start(got, nil); err != nil {
				t.Error(err)
			}
		})
	}
}

// What is not of the form stays as it is.
func TestStraightenLeavesAlone(t *testing.T) {
	const end = "\x41\x00" + ret
	for _, c := range []struct{ name, code string }{
		{"no loop", within(get(number)+brTable(0)) + end},
		{"a loop with a value", i32c(1) + "\x03\x7f" + end + "\x0b" + drop + end},
		{"no table", within(loop(within(get(number)+brIf(0)), end), trap) + i32c(1)},
		{"a piece without a number", inPieces([]int{0, 0}, plainPiece(""), plainPiece(end))},
		{"a number from elsewhere", inPieces([]int{0, 1}, func(loop int) string { return get(one) + set(number) + br(loop) }, plainPiece(end))},
		{"no number set", inPieces([]int{0, 1}, func(loop int) string { return i32c(1) + set(one) + br(loop) }, plainPiece(end))},
		{"a number that is read", inPieces([]int{0, 1}, plainPiece(get(number)+drop), plainPiece(end))},
		{"a number that is set and kept", inPieces([]int{0, 1}, plainPiece(i32c(1)+tee(number)+drop), plainPiece(end))},
		{"a jump that depends on a value", inPieces([]int{0, 1}, func(loop int) string { return i32c(1) + i32c(1) + set(number) + brIf(loop) }, plainPiece(end))},
		{"a branch to a piece", inPieces([]int{0, 1}, plainPiece(br(0)), plainPiece(end))},
		{"a branch by a table", inPieces([]int{0, 1}, plainPiece(get(one)+brTable(0, 1)), plainPiece(end))},
		{"a branch out of all", inPieces([]int{0, 1}, func(loop int) string { return i32c(1) + br(loop+2) }, plainPiece(end))},
	} {
		t.Run(c.name, func(t *testing.T) {
			module := straightModule(c.code)
			got, err := Straighten(module)
			if err != nil || string(got) != string(module) {
				t.Errorf("got %x, %v\nof  %x", got, err, module)
			}
		})
	}
}
