package wasmbin

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
)

// FuzzModule takes any bytes: nothing panics, errors have an offset within the module, and a section that was set can
// be read while all other bytes stay.
func FuzzModule(f *testing.F) {
	f.Add([]byte(header+custom("a", "x")+sec(6, "\x01"+i32Mutable)+sec(7, "\x00")), "a", []byte("new"))
	f.Add([]byte(header+sec(2, "\x01"+importGlobal)+sec(6, "\x02"+f64Mutable+v128Constant)), "", []byte(nil))
	f.Add([]byte(header+sec(2, "\x01\x01e\x01m\x02\x03\x01\x01")+sec(0, "\x01\xff")), "\xff", []byte("x"))
	f.Add([]byte(header+"\x01\xff\xff\xff\xff\x0f"), "a", []byte("x"))
	f.Fuzz(func(t *testing.T, module []byte, name string, data []byte) {
		original := bytes.Clone(module)
		_, _, errSection := Section(module, name)
		_, errExports := Exports(module)
		_, _, errGlobals := ExportGlobals(module)
		for _, err := range []error{errSection, errExports, errGlobals} {
			var at *Error
			if err != nil && (!errors.As(err, &at) || at.Offset < 0 || at.Offset > len(module) || at.Text == "") {
				t.Fatalf("unclear error %v", err)
			}
		}
		out, err := SetSection(module, name, data)
		if !bytes.Equal(module, original) {
			t.Fatal("the module was written to")
		}
		if err != nil {
			return
		}
		got, ok, err := Section(out, name)
		if err != nil || !ok || !bytes.Equal(got, data) {
			t.Fatalf("set %q, read %q, %v, %v", data, got, ok, err)
		}
		again, err := SetSection(out, name, data)
		if err != nil || !bytes.Equal(again, out) {
			t.Fatalf("the same section again gives %q, %v, want %q", again, err, out)
		}
	})
}

// FuzzExportGlobals holds the rewrite against an engine: where that accepts a module, it accepts the rewritten one.
// The sections that matter come from the fuzzer, the others are fixed, since the engine allocates by declared counts.
func FuzzExportGlobals(f *testing.F) {
	f.Add([]byte("\x00"), []byte("\x02"+i32Mutable+i32Constant), []byte("\x01\x01g\x03\x00"))
	f.Add([]byte("\x01"+importGlobal), []byte("\x03"+fromImport+i64Mutable+f64Mutable), []byte("\x01\x01f\x00\x00"))
	f.Add([]byte("\x00"), []byte("\x03"+v128Constant+funcConstant+f32Mutable), []byte("\x00"))
	f.Add([]byte("\x01\x01e\x01f\x00\x00"), []byte("\x01\x70\x00\xd2\x01\x0b"), []byte("\x01\x01f\x00\x01"))
	f.Add([]byte("\x00"), []byte("\x01\x70\x00\xd0\x00\x0b"), []byte("\x00")) // ref.null of a type
	ctx := context.Background()
	runtime := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	f.Cleanup(func() { runtime.Close(ctx) })
	f.Fuzz(func(t *testing.T, imports, globals, exports []byte) {
		for _, section := range [][]byte{imports, globals, exports} {
			r := reader{module: section, end: len(section)}
			if r.u32("count") > uint32(len(section)) || r.err != nil {
				t.Skip("the engine would allocate by this count")
			}
		}
		module := []byte(header + sec(sectionType, "\x01\x60\x00\x00") + sec(sectionImport, string(imports)) +
			sec(sectionFunction, "\x01\x00") + sec(sectionGlobal, string(globals)) + sec(sectionExport, string(exports)) +
			sec(sectionCode, "\x01\x02\x00\x0b"))
		out, names, errGlobals := ExportGlobals(module)
		if errGlobals != nil && strings.HasSuffix(errGlobals.Error(), "are left") {
			t.Skip("the engine would allocate by this length")
		}
		compiled, err := runtime.CompileModule(ctx, module)
		if err != nil {
			return
		}
		compiled.Close(ctx)
		switch {
		case errors.Is(errGlobals, ErrReserved), errors.Is(errGlobals, ErrGlobal), errors.Is(errGlobals, ErrFeature):
			return
		case errGlobals != nil:
			t.Fatalf("the engine accepts %q, ExportGlobals says %v", module, errGlobals)
		}
		if compiled, err = runtime.CompileModule(ctx, out); err != nil {
			t.Fatalf("the engine accepts %q, but of the rewritten %q says %v", module, out, err)
		}
		compiled.Close(ctx)
		if _, _, err = ExportGlobals(out); len(names) > 0 && !errors.Is(err, ErrReserved) {
			t.Fatalf("a rewritten module is rewritten again: %v", err)
		}
	})
}
