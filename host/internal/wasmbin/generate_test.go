package wasmbin

import "strings"

// generator makes valid modules of bytes: whatever they are, and the same module of the same bytes. When they are used
// up, what follows is as simple as can be. Every function and every loop takes a step off global 0 and traps at zero, so
// that an original ends without a meter.
type generator struct {
	source []byte
	left   int      // how much more code there may be
	labels []string // what a branch to each open block takes, the outermost first
	kind   int      // of the function
}

// Types of the functions of a generated module.
const (
	kindOne = 1 // (i32, i64) → (i32)
	kindTwo = 2 // (i32, i64) → (i32, i64)
)

const (
	i64             = "\x7e"
	generatedPages  = 4
	generatedTable  = 8
	generatedLocals = 3
)

// generatedTypes are kindOne, kindTwo and two of blocks.
var generatedTypes = []string{"\x60" + vec(i32, i64) + vec(i32), "\x60" + vec(i32, i64) + vec(i32, i64),
	"\x60" + vec(i32) + vec(i32), "\x60" + vec(i32) + vec(i32, i64)}

// generated makes a module whose functions are of kindOne and kindTwo in turn.
func generated(source []byte) assembly {
	g := &generator{source: source}
	zero32, zero64 := i32+"\x01\x41\x00\x0b", i64+"\x01\x42\x00\x0b"
	a := assembly{types: generatedTypes, memory: "\x01" + u(generatedPages) + u(generatedPages+2),
		tables:   []string{"\x70\x01" + u(generatedTable) + u(2*generatedTable), "\x70\x00\x02"},
		globals:  []string{zero32, zero32, zero64, i64 + "\x00\x42\x11\x0b"},
		elements: []string{"\x00\x41\x01\x0b" + vec("\x00", "\x01", "\x02", "\x00"), "\x01\x00" + vec("\x01", "\x02", "\x03")},
		data: []string{"\x00\x41\x10\x0b" + name("somewhere in the memory"),
			"\x01" + name(strings.Repeat("passive", pieceBytes/5))},
	}
	for i := range 4 {
		a.code = append(a.code, g.function(kindOne+i%2))
	}
	return a
}

// n takes a number below k.
func (g *generator) n(k int) int {
	if len(g.source) == 0 {
		return 0
	}
	b := int(g.source[0])
	g.source = g.source[1:]
	return b % k
}

func (g *generator) function(kind int) function {
	g.kind, g.left = kind, 300
	g.labels = []string{result(kind)}
	start := step
	if g.n(3) == 1 {
		start = g.loop() // which takes steps, too
	}
	code := start + g.statements() + g.values(result(kind))
	// Locals: i32 parameter, i64 parameter, then those of i32, then those of i64.
	return function{kind: kind, locals: vec(u(generatedLocals)+i32, u(generatedLocals)+i64), code: code}
}

// step takes one of the steps that are left.
const step = "\x23\x00\x45\x04\x40\x00\x0b\x23\x00\x41\x01\x6b\x24\x00"

// result are the results of a type.
func result(kind int) string {
	if kind == kindTwo {
		return i32 + i64
	}
	return i32
}

// values is code that pushes values of these types.
func (g *generator) values(types string) string {
	var code string
	for _, t := range []byte(types) {
		code += g.value(string(t))
	}
	return code
}

// local is the index of some local of a type.
func (g *generator) local(kind string) int {
	n := g.n(1 + generatedLocals)
	switch {
	case kind == i32 && n == 0:
		return 0
	case kind == i32:
		return 1 + n
	case n == 0:
		return 1
	}
	return 1 + generatedLocals + n
}

var constants = []int{0, 1, 2, 7, -1, 255, 65_535, 65_536, 65_537, 1<<31 - 1, -1 << 31, 262_144, 262_143, -65_536, 131_072, 3}

// odd32 and odd64 make the left side of a comparison odd. With a zero there and an "and" on the right, wazero v1.12.0
// compiles a comparison that decides a branch as if the two were the other way round.
const (
	odd32 = "\x41\x01\x72"
	odd64 = "\x42\x01\x84"
)

// value is code that pushes one value.
func (g *generator) value(kind string) string {
	if g.left--; g.left < 0 {
		if kind == i32 {
			return i32c(g.n(256))
		}
		return "\x42" + u(g.n(64))
	}
	if kind == i32 {
		return g.value32()
	}
	return g.value64()
}

func (g *generator) value32() string {
	switch g.n(20) {
	case 1, 2:
		return i32c(constants[g.n(len(constants))])
	case 3, 4:
		return get(g.local(i32))
	case 5:
		return "\x23\x01" // global.get
	case 6, 7:
		return g.value(i32) + g.value(i32) + string([]byte{byte(0x6a + g.n(15))}) // division, too
	case 8:
		return g.value(i32) + odd32 + g.value(i32) + string([]byte{byte(0x46 + g.n(10))})
	case 9:
		return g.address() + string([]byte{byte(0x2c + g.n(4)), 0}) + u(g.n(256)*1024)
	case 10:
		return g.value(i64) + "\xa7"
	case 11:
		return g.value(i64) + odd64 + g.value(i64) + string([]byte{byte(0x51 + g.n(10))})
	case 12:
		return g.block(i32)
	case 13:
		return g.value(i32) + "\x04\x7f" + g.body(i32) + "\x05" + g.body(i32) + "\x0b"
	case 14:
		return g.call(g.n(2) * 2)
	case 15:
		return g.value(i32) + g.value(i64) + g.value(i32) + i32c(7) + "\x71\x11\x01\x00" // call_indirect, which may trap
	case 16:
		return []string{"\x3f\x00", g.value(i32) + memGrow, "\xfc\x10\x00", i32c(g.n(2*generatedTable)) + "\x25\x00\xd1",
			g.reference() + i32c(g.n(3)) + "\xfc\x0f" + u(g.n(2))}[g.n(5)]
	case 17:
		return g.value(i32) + g.value(i32) + g.value(i32) + "\x1b"
	case 18:
		return g.value(i32) + tee(g.local(i32))
	case 19:
		return g.value(i32) + "\x02\x03" + set(2) + g.body(i32) + "\x0b" // a block with a parameter
	}
	return i32c(g.n(128))
}

func (g *generator) value64() string {
	switch g.n(12) {
	case 1, 2:
		return get(g.local(i64))
	case 3, 4:
		return g.value(i64) + g.value(i64) + string([]byte{byte(0x7c + g.n(15))})
	case 5:
		return g.value(i32) + string([]byte{byte(0xac + g.n(2))})
	case 6:
		return "\x23" + u(2+g.n(2))
	case 7:
		return g.address() + "\x29\x00" + u(g.n(16))
	case 8:
		return g.block(i64)
	case 9:
		return g.call(1+2*g.n(2)) + set(g.local(i64)) + set(g.local(i32)) + get(g.local(i64)) // two results
	case 10:
		return g.value(i64) + "\xb9\xfc\x06" // to f64 and back, saturating
	case 11: // a vector and back
		return g.value(i64) + "\xfd\x12" + g.value(i64) + "\xfd\x12\xfd\xce\x01\xfd\x1d\x01"
	}
	return "\x42" + u(g.n(64))
}

// address is most often within the memory.
func (g *generator) address() string {
	if g.n(16) == 1 {
		return g.value(i32)
	}
	return g.value(i32) + i32c(generatedPages*pageBytes/2-1) + "\x71"
}

// reference is a function, or null.
func (g *generator) reference() string {
	if n := g.n(5); n > 0 {
		return "\xd2" + u(n-1)
	}
	return "\xd0\x70"
}

// call calls the i-th function.
func (g *generator) call(i int) string { return g.value(i32) + g.value(i64) + call(i) }

// block is a block that pushes a value.
func (g *generator) block(kind string) string { return "\x02" + kind + g.body(kind) + "\x0b" }

// body is what is in a block with results.
func (g *generator) body(results string) string {
	g.labels = append(g.labels, results)
	code := g.statements() + g.values(results)
	g.labels = g.labels[:len(g.labels)-1]
	return code
}

// loop is a loop that goes round while steps are left and a condition holds.
func (g *generator) loop() string {
	g.labels = append(g.labels, "")
	code := step + g.statements() + g.value(i32) + brIf(0)
	g.labels = g.labels[:len(g.labels)-1]
	return "\x03\x40" + code + "\x0b"
}

func (g *generator) statements() string {
	var code strings.Builder
	for range g.n(5) {
		if g.left--; g.left < 0 {
			break
		}
		code.WriteString(g.statement())
	}
	return code.String()
}

// statement is code that leaves the stack as it is.
func (g *generator) statement() string {
	switch g.n(24) {
	case 1, 2:
		return g.value(i32) + set(g.local(i32))
	case 3, 4:
		return g.value(i64) + set(g.local(i64))
	case 5:
		return g.value(i32) + "\x24\x01"
	case 6:
		return g.value(i64) + "\x24\x02"
	case 7, 8:
		return g.address() + g.value(i32) + string([]byte{[]byte{0x36, 0x3a, 0x3b}[g.n(3)], 0}) + u(g.n(8))
	case 9, 10, 11:
		return g.loop()
	case 12:
		return "\x02\x40" + g.body("") + "\x0b"
	case 13:
		return g.value(i32) + "\x04\x40" + g.body("") + "\x0b"
	case 14:
		return g.value(i32) + "\x04\x40" + g.body("") + "\x05" + g.body("") + "\x0b"
	case 15, 16:
		return g.branch()
	case 17:
		return g.address() + g.value(i32) + g.length() + memFill
	case 18:
		return g.address() + g.address() + g.length() + memCopy
	case 19: // of the passive segment: wazero does not drop the active one when it has written it, as the core says
		return g.address() + i32c(g.n(9)) + g.length() + "\xfc\x08\x01\x00"
	case 20:
		return g.table()
	case 21:
		return g.call(g.n(2)*2) + drop
	case 22:
		return g.values(result(g.kind)) + ret + g.dead()
	case 23:
		return g.value(i32) + "\x02\x04" + set(3) + g.body(i32+i64) + "\x0b" + drop + drop
	}
	return g.value(i32) + drop
}

// length is one of a bulk instruction.
func (g *generator) length() string {
	if g.n(3) == 1 {
		return g.value(i32)
	}
	return i32c(g.n(256) * 700)
}

// branch leaves some blocks, in one of the ways.
func (g *generator) branch() string {
	label := g.n(len(g.labels))
	types := g.labels[len(g.labels)-1-label]
	if g.n(3) == 0 {
		return g.values(types) + g.value(i32) + brIf(label) + strings.Repeat(drop, len(types))
	}
	g.labels = append(g.labels, "") // a block around it, so that it need not be taken
	defer func() { g.labels = g.labels[:len(g.labels)-1] }()
	code := "\x02\x40" + g.value(i32) + brIf(0) + g.values(types)
	label++
	if g.n(2) == 0 {
		return code + br(label) + g.dead() + "\x0b"
	}
	labels := []int{label}
	for i := range g.labels {
		if g.labels[len(g.labels)-1-i] == types && g.n(2) == 1 {
			labels = append(labels, i)
		}
	}
	return code + g.value(i32) + brTable(labels...) + g.dead() + "\x0b"
}

// dead is code that cannot be reached.
func (g *generator) dead() string {
	switch g.n(4) {
	case 1:
		return memGrow + drop
	case 2:
		return "\x03\x40" + br(0) + memFill + "\x0b"
	case 3:
		return "\x26\x00"
	}
	return ""
}

// table changes tables and segments.
func (g *generator) table() string {
	at := i32c(g.n(generatedTable + 1))
	some := i32c(g.n(4))
	return []string{
		at + g.reference() + "\x26" + u(g.n(2)),
		at + g.reference() + some + "\xfc\x11\x00",
		at + i32c(g.n(4)) + some + "\xfc\x0e" + u(g.n(2)) + u(g.n(2)),
		at + i32c(g.n(3)) + some + "\xfc\x0c" + u(g.n(2)) + u(g.n(2)),
		"\xfc\x0d" + u(g.n(2)),
		"\xfc\x09" + u(g.n(2)),
	}[g.n(6)]
}
