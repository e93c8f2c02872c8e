package sandbox

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"skep/host/internal/manifest"
)

// assembled is a module made by hand: enough of the format for imports, exports and signatures. Every function's body is
// `unreachable`.
type assembled struct {
	types   [][2]string // parameters and results; i is i32, I is i64
	imports []imported
	bodies  []byte // type of each function
	memory  []byte // limits; nil: none
	exports []exported
}

type imported struct {
	module, name string
	kind         byte   // 0 function, 2 memory
	desc         []byte // type index, or limits
}

type exported struct {
	name  string
	kind  byte // 0 function, 2 memory
	index byte
}

func (a assembled) bytes() []byte {
	valueTypes := func(s string) []byte {
		b := []byte{byte(len(s))}
		for _, c := range s {
			b = append(b, map[rune]byte{'i': 0x7f, 'I': 0x7e}[c])
		}
		return b
	}
	name := func(s string) []byte { return append([]byte{byte(len(s))}, s...) }
	out := []byte("\x00asm\x01\x00\x00\x00")
	section := func(id byte, items [][]byte) {
		if len(items) > 0 {
			body := slices.Concat(append([][]byte{{byte(len(items))}}, items...)...)
			out = append(append(out, id, 0x80|byte(len(body)&0x7f), byte(len(body)>>7)), body...)
		}
	}
	var types, imports, functions, memories, exports, code [][]byte
	for _, t := range a.types {
		types = append(types, slices.Concat([]byte{0x60}, valueTypes(t[0]), valueTypes(t[1])))
	}
	for _, i := range a.imports {
		imports = append(imports, slices.Concat(name(i.module), name(i.name), []byte{i.kind}, i.desc))
	}
	for _, t := range a.bodies {
		functions = append(functions, []byte{t})
		code = append(code, []byte{3, 0, 0x00, 0x0b})
	}
	if a.memory != nil {
		memories = append(memories, a.memory)
	}
	for _, e := range a.exports {
		exports = append(exports, append(name(e.name), e.kind, e.index))
	}
	section(1, types)
	section(2, imports)
	section(3, functions)
	section(5, memories)
	section(7, exports)
	section(10, code)
	return out
}

// sound is the smallest module that keeps to the ABI.
func sound() assembled {
	return assembled{
		types:   [][2]string{{"i", "i"}, {"ii", "I"}, {"iii", ""}, {"", ""}},
		bodies:  []byte{0, 1, 3},
		memory:  []byte{0, 1},
		exports: []exported{{"memory", 2, 0}, {"skep_v1_alloc", 0, 0}, {"skep_v1_call", 0, 1}},
	}
}

func TestCheckModule(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*assembled)
		want   string // part of the refusal; empty: accepted
	}{
		{"sound", func(a *assembled) {}, ""},
		{"with the log", func(a *assembled) {
			a.imports = []imported{{"skep_v1", "log", 0, []byte{2}}}
			a.exports[1].index, a.exports[2].index = 1, 2
		}, ""},
		{"no memory", func(a *assembled) { a.exports = a.exports[1:] }, `does not export its memory as "memory"`},
		{"no alloc", func(a *assembled) { a.exports[1].name = "other" }, "does not export the function skep_v1_alloc"},
		{"no call", func(a *assembled) { a.exports[2].name = "other" }, "does not export the function skep_v1_call"},
		{"command", func(a *assembled) { a.exports[2] = exported{"_start", 0, 2} }, "a command with a _start function"},
		{"version", func(a *assembled) {
			a.exports[1].name, a.exports[2].name = "skep_v7_alloc", "skep_v7_call"
		}, "made for ABI version 7, this host has version 1"},
		{"signature", func(a *assembled) { a.exports[1].index = 1 },
			"skep_v1_alloc has the signature (i32, i32) → i64, want (i32) → i32"},
		{"settle", func(a *assembled) { a.exports = append(a.exports, exported{"skep_v1_settle", 0, 0}) },
			"skep_v1_settle has the signature (i32) → i32, want ()"},
		{"import", func(a *assembled) { a.imports = []imported{{"env", "abort", 0, []byte{2}}} },
			"imports env.abort; a host offers only the modules skep_v1 and wasi_snapshot_preview1"},
		{"function of skep", func(a *assembled) { a.imports = []imported{{"skep_v1", "fetch", 0, []byte{2}}} },
			"imports skep_v1.fetch, which this host does not offer"},
		{"function of WASI", func(a *assembled) {
			a.imports = []imported{{"wasi_snapshot_preview1", "fly", 0, []byte{2}}}
		}, "imports wasi_snapshot_preview1.fly, which"},
		{"signature of an import", func(a *assembled) { a.imports = []imported{{"skep_v1", "log", 0, []byte{0}}} },
			"imports skep_v1.log with the signature (i32) → i32, want (i32, i32, i32)"},
		{"imported memory", func(a *assembled) {
			a.imports, a.memory = []imported{{"env", "memory", 2, []byte{0, 1}}}, nil
		}, "only functions can be imported"},
		{"exported import", func(a *assembled) {
			a.imports = []imported{{"skep_v1", "log", 0, []byte{2}}}
			a.exports[1].index, a.exports[2].index = 1, 2
			a.exports = append(a.exports, exported{"skep_v1_settle", 0, 0})
		}, "skep_v1_settle"},
		{"too much memory", func(a *assembled) { a.memory = []byte{0, 0x80, 0x10} }, // 2,048 pages
			"needs at least 134217728 bytes of memory, and its limit is 67108864"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			module := sound()
			tc.change(&module)
			_, err := loadBytes(t, module.bytes())
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tc.want == "":
			case !errors.Is(err, ErrModule):
				t.Errorf("error %v, want ErrModule", err)
			case !strings.Contains(err.Error(), tc.want):
				t.Errorf("refused with %q, want %q in it", err, tc.want)
			}
		})
	}
}

func TestNoModule(t *testing.T) {
	for _, text := range []string{"", "no wasm", "\x00asm\x01\x00\x00", "\x00asm\x02\x00\x00\x00"} {
		if _, err := loadBytes(t, []byte(text)); !errors.Is(err, ErrModule) {
			t.Errorf("%q: error %v, want ErrModule", text, err)
		}
	}
}

// TestTruncated shows that no beginning of a module is taken for a module.
func TestTruncated(t *testing.T) {
	whole := sound().bytes()
	for n := range whole {
		if _, err := loadBytes(t, whole[:n]); !errors.Is(err, ErrModule) {
			t.Errorf("the first %d of %d bytes: error %v, want ErrModule", n, len(whole), err)
		}
	}
}

func loadBytes(t *testing.T, module []byte) (*Sandbox, error) {
	return load(t, func(spec *Spec) {
		spec.Module = module
		spec.Limits.Memory = manifest.Default().Limits.Memory
	})
}
