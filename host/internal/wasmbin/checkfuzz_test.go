package wasmbin

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
)

// FuzzCheck takes any bytes: Check does not panic, allocates no more than in proportion to them and says where they are
// wrong. What it accepts can be given to an engine, which may refuse it but neither panics nor takes more memory than
// in proportion to the bytes either.
func FuzzCheck(f *testing.F) {
	f.Add([]byte(sound))
	f.Add([]byte(tenToTheNineLocals))
	f.Add([]byte(run("\xfd\x8c\x00\x03\x40\x0c\x00\x0b0123456789\x1a")))
	f.Add([]byte(run("\x00\x1c\x01\x63\x70")))
	f.Add([]byte(header + custom("name", "\x01"+name("\xff\xff\xff\xff\x0f"))))
	f.Add([]byte(header + sec(1, vec(sig(1000, 1000), sig(0, 0))) + sec(3, "\x01\x01") +
		sec(10, vec(body("\x00\x10\x00")))))
	f.Add([]byte(run("\xd0\x70\xd0\x70\x41\x00\x1c\x01\x63\x70\x1a"))) // wazero's compiler panics
	engines := newEngines(f)
	f.Fuzz(func(t *testing.T, module []byte) {
		var err error
		spent := allocated(func() { err = Check(module) })
		if most := uint64(16*len(module) + 64<<10); spent > most {
			t.Errorf("%d bytes were allocated for %d", spent, len(module))
		}
		if err != nil {
			var where *Error
			if !errors.As(err, &where) || where.Offset < 0 || where.Offset > len(module) || len(where.Text) > 1_000 {
				t.Errorf("unclear error %v", err)
			}
			return
		}
		if len(module) > 64<<10 {
			return
		}
		// Locals are a few bytes that an engine must take up to 8 × MaxAllLocals for.
		spent = allocated(func() { engines.compile(t, module) })
		if most := uint64(4_096*len(module) + 8*(8*MaxAllLocals) + 16<<20); spent > most {
			t.Errorf("the engine allocated %d bytes for %d", spent, len(module))
		}
	})
}

// FuzzCheckGenerated makes modules of parts that are sound each: what an engine accepts, Check accepts.
func FuzzCheckGenerated(f *testing.F) {
	f.Add([]byte{1, 1, 0, 1, 1, 1, 1, 1, 1, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19})
	f.Add([]byte("any bytes are a module"))
	engines := newEngines(f)
	f.Fuzz(func(t *testing.T, choices []byte) {
		module := []byte(generate(choices))
		err := Check(module)
		if accepted := engines.compile(t, module); accepted && err != nil {
			t.Errorf("the engine accepts %q, Check says %v", module, err)
		}
	})
}

// generate makes a module, valid or nearly so, by the choices.
func generate(choices []byte) string {
	next := func(n int) int {
		if len(choices) == 0 {
			return 0
		}
		c := int(choices[0])
		choices = choices[1:]
		return c % n
	}
	some := func(items ...string) string {
		var list []string
		for range next(4) {
			list = append(list, items[next(len(items))])
		}
		return vec(list...)
	}
	out := header + sec(1, vec(sig(0, 0), sig(1, 1), sig(0, 2), "\x60\x01\x7b\x01\x70")) +
		sec(2, some(name("e")+name("f")+"\x00\x00", name("e")+name("g")+"\x00\x01", name("")+name("h")+"\x00\x03"))
	functions := 1 + next(3)
	out += sec(3, times(functions, "\x00"))
	out += sec(4, some("\x70\x00\x01", "\x6f\x01\x00\x05", "\x70\x01\x02\x02"))
	if next(3) > 0 {
		out += sec(5, vec("\x01\x01\x02"))
	}
	out += sec(6, some(i32Mutable, v128Constant, refFunc, funcConstant, f64Mutable))
	out += sec(7, some(name("a")+"\x00\x00", name("b")+"\x00\x01", name("c")+"\x01\x00", name("d")+"\x02\x00",
		name("e")+"\x03\x00"))
	if next(2) > 0 {
		out += sec(8, u(next(3)))
	}
	out += sec(9, some("\x00\x41\x00\x0b\x01\x00", "\x01\x00\x01\x01", "\x03\x00\x01\x00", "\x05\x70\x01\xd0\x70\x0b",
		"\x06\x00\x41\x00\x0b\x70\x01\xd2\x00\x0b", "\x07\x6f\x00"))
	data := some("\x00\x41\x00\x0b"+name("x"), "\x01"+name("yz"), "\x02\x00\x41\x01\x0b"+name(""))
	if next(2) > 0 {
		out += sec(12, data[:1])
	}
	// Each piece leaves the stack as it finds it.
	pieces := strings.SplitAfter(soundCode[:len(soundCode)-len("\x41\x05\x41\x00\x11\x01\x00\x10\x00")], "\x1a")
	pieces = append(pieces, "\x01", "\x10\x00", "\x10\x01\x1a", "\x41\x00\x11\x00\x00", "\x0c\x00", "\x0f", "\x00",
		"\x02\x40\x41\x00\x0d\x00\x0b", "\x03\x40\x0b", "\x41\x00\x04\x40\x05\x0b", "\x41\x00\x0e\x01\x00\x00",
		"\x41\x00\x02\x01\x0b\x1a", "\x02\x02\x41\x00\x41\x00\x0b\x1a\x1a", "\x20\x00\x1a", "\x23\x00\x1a", "\xd2\x00\x1a",
		"\xfc\x09\x00", "\xfc\x0d\x00", "\xfc\x10\x00\x1a", "\x3f\x00\x1a", "\xd0\x70\x41\x00\xfc\x0f\x00\x1a")
	var bodies []string
	for range functions {
		code := ""
		for range next(6) {
			code += pieces[next(len(pieces))]
		}
		bodies = append(bodies, name(vec("\x01\x7f", "\x02\x7e", "\x01\x7b")+code+"\x0b"))
	}
	return out + sec(10, vec(bodies...)) + sec(11, data)
}

// engines compile modules.
type engines struct{ interpreter, compiler wazero.Runtime }

func newEngines(f *testing.F) engines {
	ctx := context.Background()
	e := engines{
		interpreter: wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter().WithDebugInfoEnabled(false)),
		compiler:    wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithDebugInfoEnabled(false)),
	}
	f.Cleanup(func() {
		e.interpreter.Close(ctx)
		e.compiler.Close(ctx)
	})
	return e
}

// compile says whether the engine accepts a module. The compiler gets only small ones, because it takes its time.
func (e engines) compile(t *testing.T, module []byte) bool {
	t.Helper()
	runtimes := []wazero.Runtime{e.interpreter}
	if len(module) <= 4<<10 {
		runtimes = append(runtimes, e.compiler)
	}
	accepted := 0
	for _, runtime := range runtimes {
		compiled, err := runtime.CompileModule(t.Context(), module)
		if err == nil {
			accepted++
			compiled.Close(t.Context())
		}
	}
	if accepted != 0 && accepted != len(runtimes) {
		t.Errorf("interpreter and compiler do not agree on %q", module)
	}
	return accepted > 0
}
