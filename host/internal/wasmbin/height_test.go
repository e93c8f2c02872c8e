package wasmbin

import (
	"context"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
)

// TestEffect holds what each instruction does to the height of the operand stack against an engine that validates it.
func TestEffect(t *testing.T) {
	oracle := newEffects(t)
	known := 0
	try := func(code string) {
		t.Helper()
		want, ok := oracle.of(code)
		if !ok {
			return
		}
		known++
		r := reader{module: []byte(code), end: len(code)}
		var in instruction
		r.next(&in)
		if r.err != nil || r.more() {
			t.Fatalf("%q: %v, %d bytes are left", code, r.err, r.end-r.pos)
		}
		m, err := parse([]byte(oracle.module("\x00")))
		if err != nil {
			t.Fatal(err)
		}
		p := planner{module: m}
		if got := p.effect(&in); got != want {
			t.Errorf("instruction %#x: effect %d, want %d", uint32(in.op), got, want)
		}
	}
	for op := range 0x100 {
		switch { // by the immediates
		case op == 0x00, op >= 0x02 && op <= 0x05, op >= 0x0b && op <= 0x0f: // structure, see TestHeight
		case op == 0x1c:
			try("\x1c\x01\x7f")
		case op == 0x10, op >= 0x20 && op <= 0x26, op == 0xd2, op == 0x3f, op == 0x40:
			try(string([]byte{byte(op), 0}))
		case op == 0x11:
			try("\x11\x01\x00")
		case op >= 0x28 && op <= 0x3e:
			try(string([]byte{byte(op), 0, 0}))
		case op == 0x41, op == 0x42:
			try(string([]byte{byte(op), 0}))
		case op == 0x43:
			try("\x43" + strings.Repeat("\x00", 4))
		case op == 0x44:
			try("\x44" + strings.Repeat("\x00", 8))
		case op == 0xd0:
			try("\xd0\x70")
		case op < 0xfc:
			try(string([]byte{byte(op)}))
		}
	}
	if known != 173 {
		t.Errorf("the engine knows %d instructions of one byte, want 173", known)
	}
	known = 0
	for sub := range 18 {
		immediates := [...]int{0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1}[sub]
		try("\xfc" + u(sub) + strings.Repeat("\x00", immediates))
	}
	if known != 18 {
		t.Errorf("the engine knows %d instructions behind 0xfc, want 18", known)
	}
	known = 0
	for sub := range 256 {
		immediates := 0
		switch {
		case sub <= 11, sub == 92, sub == 93:
			immediates = 2
		case sub == 12, sub == 13:
			immediates = 16
		case sub >= 21 && sub <= 34:
			immediates = 1
		case sub >= 84 && sub <= 91:
			immediates = 3
		}
		try("\xfd" + u(sub) + strings.Repeat("\x00", immediates))
	}
	if known != 236 {
		t.Errorf("the engine knows %d instructions behind 0xfd, want 236", known)
	}
}

// TestHeight holds the height that a structure of blocks needs.
func TestHeight(t *testing.T) {
	five := strings.Repeat(i32c(0), 5)
	for _, c := range []struct {
		name, code string
		want       int
	}{
		{"nothing", "", 0},
		{"values", five + strings.Repeat(drop, 5), 5},
		{"one after the other", i32c(0) + drop + i32c(0) + drop, 1},
		{"a block on values", i32c(0) + i32c(0) + within(five, strings.Repeat(drop, 5)) + drop + drop, 7},
		{"a block with parameters and results", i32c(0) + i32c(0) + "\x02\x01" + i32c(0) + "\x0b" + drop + drop + drop, 3},
		{"a block that is left", i32c(0) + "\x02\x7f" + five + br(0) + "\x0b" + drop + drop, 6},
		{"behind a branch", within(br(0), five, strings.Repeat(drop, 5)), 5},
		{"else begins as then", i32c(0) + i32c(0) + i32c(1) + "\x04\x01" + five + trap + "\x05" + i32c(0) + "\x0b" +
			drop + drop + drop, 7},
		{"if without results", i32c(0) + when(i32c(0), drop), 1},
		{"a loop with parameters", i32c(0) + i32c(0) + "\x03\x01" + i32c(0) + "\x0b" + drop + drop + drop, 3},
		{"a call", i32c(0) + i32c(0) + call(1) + drop + drop + drop, 3},
		{"br_table", within(five, brTable(0, 0)), 5},
	} {
		module := assembly{types: []string{sig(2, 3)}, code: []function{{code: c.code}, {kind: 1, code: trap}}}.bytes()
		newMachine(t, wazero.NewRuntimeConfigInterpreter()).mustStart(t, mustRewrite(t, module))
		m, err := parse(module)
		if err != nil {
			t.Fatal(err)
		}
		p, err := m.planBody(0, new(scratch))
		if err != nil {
			t.Fatal(err)
		}
		if p.height != c.want {
			t.Errorf("%s: height %d, want %d", c.name, p.height, c.want)
		}
	}
}

// effects finds out what an instruction takes and gives by letting an engine validate it.
type effects struct {
	t  *testing.T
	rt wazero.Runtime
}

func newEffects(t *testing.T) *effects {
	rt := wazero.NewRuntimeWithConfig(t.Context(), wazero.NewRuntimeConfigInterpreter())
	t.Cleanup(func() { rt.Close(context.Background()) })
	return &effects{t, rt}
}

// module has one of everything that an instruction can name, function 0 and type 1 with two parameters and three results
// among it.
func (e *effects) module(code string) string {
	return header + sec(1, vec(sig(0, 0), sig(2, 3))) + sec(3, vec("\x01", "\x00")) + sec(4, vec("\x70\x00\x01")) +
		sec(5, vec("\x00\x01")) + sec(6, vec(i32Mutable)) + sec(9, vec("\x05\x70"+vec("\xd2\x00\x0b"))) + sec(12, u(1)) +
		sec(10, vec(body("\x00"), name(vec("\x01\x7f")+code+"\x0b"))) + sec(11, vec("\x01\x00"))
}

func (e *effects) valid(code string) bool {
	compiled, err := e.rt.CompileModule(e.t.Context(), []byte(e.module(code)))
	if err != nil {
		return false
	}
	compiled.Close(e.t.Context())
	return true
}

// of is the number of values that an instruction pushes, less what it pops.
func (e *effects) of(code string) (int, bool) {
	pushes := 0
	for ; !e.valid("\x00" + code + strings.Repeat("\x1a", pushes)); pushes++ {
		if pushes == 4 {
			return 0, false
		}
	}
	// Behind an unreachable any operands are there that are missing, so that the right type for the last one is found
	// without knowing those before it. Without the unreachable the code is valid when none is missing.
	operands, pops := "", 0
	values := []string{"\x41\x00", "\x42\x00", "\x43\x00\x00\x00\x00", "\x44\x00\x00\x00\x00\x00\x00\x00\x00",
		"\xfd\x0c" + strings.Repeat("\x00", 16), "\xd0\x70", "\xd0\x6f"}
	for !e.valid(operands + code + strings.Repeat("\x1a", pushes)) {
		found := false
		for _, v := range values {
			if e.valid("\x00" + v + operands + code + strings.Repeat("\x1a", pushes)) {
				operands, found = v+operands, true
				break
			}
		}
		if pops++; !found || pops > 4 {
			e.t.Fatalf("cannot find the operands of %q", code)
		}
	}
	return pushes - pops, true
}
