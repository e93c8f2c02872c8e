package wasmbin

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// Parts of modules for tests.
const (
	i32Mutable   = "\x7f\x01\x41\x2a\x0b"
	i32Constant  = "\x7f\x00\x41\x07\x0b"
	i64Mutable   = "\x7e\x01\x42\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f\x0b"
	f32Mutable   = "\x7d\x01\x43\x00\x00\x80\x3f\x0b"
	f64Mutable   = "\x7c\x01\x44\x00\x00\x00\x00\x00\x00\xf0\x3f\x0b"
	fromImport   = "\x7f\x01\x23\x00\x0b" // mutable, of the value of global 0
	v128Constant = "\x7b\x00\xfd\x0c0123456789abcdef\x0b"
	funcConstant = "\x70\x00\xd0\x70\x0b"
	refFunc      = "\x70\x00\xd2\x00\x0b"
	addition     = "\x7f\x01\x41\x01\x41\x02\x6a\x0b" // mutable, 1 + 2
	importGlobal = "\x01e\x01g\x03\x7f\x00"
)

func TestExportGlobals(t *testing.T) {
	memory := sec(sectionMemory, "\x01\x00\x01")
	exportMemory := "\x06memory\x02\x00"
	name := func(i string) string { return "\x15skep.private.global." + i + "\x03" + string(i[0]-'0') }
	two := header + memory + sec(6, "\x02"+i32Constant+i64Mutable)
	all := header + sec(6, "\x06"+f64Mutable+v128Constant+funcConstant+refFunc+i64Mutable+addition)
	tests := []struct{ name, module, want, names string }{
		{"no globals", header + memory, header + memory, ""},
		{"only constants", header + sec(6, "\x01"+i32Constant), header + sec(6, "\x01"+i32Constant), ""},
		{
			"no export section: one is put behind the globals",
			header + memory + sec(6, "\x01"+i32Mutable) + custom("x", ""),
			header + memory + sec(6, "\x01"+i32Mutable) + sec(7, "\x01"+name("0")) + custom("x", ""),
			"skep.private.global.0",
		},
		{
			"an export section grows",
			two + custom("x", "") + sec(7, "\x01"+exportMemory) + custom("y", ""),
			two + custom("x", "") + sec(7, "\x02"+exportMemory+name("1")) + custom("y", ""),
			"skep.private.global.1",
		},
		{
			"imported globals come first",
			header + sec(2, "\x01"+importGlobal) + sec(6, "\x02"+fromImport+f32Mutable),
			header + sec(2, "\x01"+importGlobal) + sec(6, "\x02"+fromImport+f32Mutable) + sec(7, "\x02"+name("1")+name("2")),
			"skep.private.global.1 skep.private.global.2",
		},
		{
			"every constant expression",
			all,
			all + sec(7, "\x03"+name("0")+name("4")+name("5")),
			"skep.private.global.0 skep.private.global.4 skep.private.global.5",
		},
	}
	for _, test := range tests {
		out, names, err := ExportGlobals([]byte(test.module))
		if err != nil || string(out) != test.want || strings.Join(names, " ") != test.names {
			t.Errorf("%s: got %q, %v, %v\nwant %q, %s", test.name, out, names, err, test.want, test.names)
		}
	}
}

func TestExportGlobalsRefuses(t *testing.T) {
	tests := []struct {
		name, module, want string
		is                 error
	}{
		{"a reserved name", header + sec(7, "\x01\x0eskep.private.x\x00\x00"),
			`byte 8: export "skep.private.x": names that begin with "skep.private." are the host's own`, ErrReserved},
		{"a mutable vector", header + sec(6, "\x01\x7b\x01\xfd\x0c0123456789abcdef\x0b"),
			`byte 11: mutable global 0 is a vector or a reference; only numbers can be set back`, ErrGlobal},
		{"a mutable reference", header + sec(6, "\x02"+i32Mutable+"\x6f\x01\xd0\x6f\x0b"),
			`byte 16: mutable global 1 is a vector or a reference; only numbers can be set back`, ErrGlobal},
		{"too many globals", header + sec(6, "\xff\xff\xff\xff\x0f"),
			`byte 10: 4294967295 globals, the most is 10000`, ErrLimit},
		{"missing globals", header + sec(6, "\x02"+i32Mutable),
			`byte 16: value type is missing`, ErrMalformed},
		{"bytes behind the globals", header + sec(6, "\x01"+i32Mutable+"\x00"),
			`byte 16: 1 bytes follow the globals in their section`, ErrMalformed},
		{"an unknown type", header + sec(6, "\x01\x40"),
			`byte 11: unknown value type 0x40`, ErrMalformed},
		{"a wrong mutability", header + sec(6, "\x01\x7f\x02"),
			`byte 12: mutability is 2, neither 0 nor 1`, ErrMalformed},
		{"an expression without an end", header + sec(6, "\x01\x7f\x01\x41\x00"),
			`byte 15: constant expression is missing`, ErrMalformed},
		{"a call in an expression", header + sec(6, "\x01\x7f\x01\x10\x00\x0b"),
			`byte 13: instruction 0x10 in a constant expression`, ErrMalformed},
		{"an i32 of 33 bits", header + sec(6, "\x01\x7f\x01\x41\xff\xff\xff\xff\x0f\x0b"),
			`byte 14: i32 constant is no signed LEB128 number of 32 bits`, ErrMalformed},
		{"an i64 of 65 bits", header + sec(6, "\x01\x7e\x01\x42\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01\x0b"),
			`byte 14: i64 constant is no signed LEB128 number of 64 bits`, ErrMalformed},
		{"another vector instruction", header + sec(6, "\x01\x7b\x00\xfd\x0d\x0b"),
			`byte 13: vector instruction 13 in a constant expression, only v128.const may be`, ErrMalformed},
		{"four billion imports", header + sec(2, "\xff\xff\xff\xff\x0f"),
			`byte 15: length of name of an imported module is missing`, ErrMalformed},
		{"an unknown import", header + sec(2, "\x01\x00\x00\x05"),
			`byte 13: import of the unknown kind 5`, ErrMalformed},
		{"unknown limits", header + sec(2, "\x01\x00\x00\x02\x10"),
			`byte 14: unknown flags 0x10 of limits`, ErrMalformed},
	}
	for _, test := range tests {
		_, _, err := ExportGlobals([]byte(test.module))
		if !errors.Is(err, test.is) || err.Error() != "wasm: "+test.want {
			t.Errorf("%s: got %v, want %s", test.name, err, test.want)
		}
	}
}

func TestImportsOfAllKinds(t *testing.T) {
	imports := "\x06" + "\x01e\x01f\x00\x00" + "\x01e\x01t\x01\x70\x01\x01\x02" + "\x01e\x01m\x02\x00\x01" + importGlobal +
		"\x01e\x01n\x02\x05\x80\x80\x80\x80\x80\x80\x01\x80\x80\x80\x80\x80\x80\x01" + "\x01e\x01x\x04\x00\x00"
	_, names, err := ExportGlobals([]byte(header + sec(2, imports) + sec(6, "\x01"+i32Mutable)))
	if err != nil || !slices.Equal(names, []string{"skep.private.global.1"}) {
		t.Errorf("got %v, %v, want the global 1", names, err)
	}
}

// TestExportGlobalsOfGoGuest takes a module as a compiler makes them: an engine accepts the result, all its mutable
// globals can be set, and it still works.
func TestExportGlobalsOfGoGuest(t *testing.T) {
	module := goGuest(t)
	out, names, err := ExportGlobals(module)
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Fatal("a Go guest has mutable globals, and none was found")
	}
	before, err := Exports(module)
	if err != nil {
		t.Fatal(err)
	}
	after, err := Exports(out)
	if err != nil || len(after) != len(before)+len(names) || !slices.Equal(after[:len(before)], before) {
		t.Fatalf("exports were %v and are %v, %v", before, after, err)
	}
	ctx := t.Context()
	runtime := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	defer runtime.Close(context.Background())
	wasi_snapshot_preview1.MustInstantiate(ctx, runtime)
	instance, err := runtime.InstantiateWithConfig(ctx, out, wazero.NewModuleConfig().WithStartFunctions("_initialize"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		global, ok := instance.ExportedGlobal(name).(api.MutableGlobal)
		if !ok {
			t.Fatalf("%s is no mutable global", name)
		}
		old := global.Get()
		global.Set(old ^ 1)
		if global.Get() != old^1 {
			t.Errorf("%s cannot be set", name)
		}
		global.Set(old)
	}
	sum, err := instance.ExportedFunction("add").Call(ctx, 40, 2)
	if err != nil || sum[0] != 42 {
		t.Errorf("add(40, 2) = %v, %v, want 42", sum, err)
	}
}
