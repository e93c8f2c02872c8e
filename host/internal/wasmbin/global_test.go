package wasmbin

import (
	"errors"
	"testing"
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

func TestGlobalsRefused(t *testing.T) {
	tests := []struct {
		name, module, want string
		is                 error
	}{
		{"a reserved name", header + sec(7, "\x01\x0eskep.private.x\x00\x00"),
			`byte 11: export "skep.private.x": names that begin with "skep.private." are the host's own`, ErrReserved},
		{"a mutable vector", header + sec(6, "\x01\x7b\x01\xfd\x0c0123456789abcdef\x0b"),
			`byte 11: mutable global 0 is a vector or a reference; only numbers can be set back`, ErrGlobal},
		{"a mutable reference", header + sec(6, "\x02"+i32Mutable+"\x6f\x01\xd0\x6f\x0b"),
			`byte 16: mutable global 1 is a vector or a reference; only numbers can be set back`, ErrGlobal},
		{"too many globals", header + sec(6, "\xff\xff\xff\xff\x0f"),
			`byte 10: 4294967295 globals, the most is 10000`, ErrLimit},
		{"missing globals", header + sec(6, "\x02"+i32Mutable),
			`byte 16: value type is missing`, ErrMalformed},
		{"bytes behind the globals", header + sec(6, "\x01"+i32Mutable+"\x00"),
			`byte 16: 1 bytes follow the global items in their section`, ErrMalformed},
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
			`byte 10: 4294967295 imports, the most is 1000`, ErrLimit},
		{"an unknown import", header + sec(2, "\x01\x00\x00\x05"),
			`byte 13: import of the unknown kind 5`, ErrMalformed},
		{"unknown limits", header + sec(2, "\x01\x00\x00\x02\x10"),
			`byte 14: unknown flags 0x10 of limits`, ErrMalformed},
	}
	for _, test := range tests {
		err := Check([]byte(test.module))
		if err == nil {
			_, err = Rewrite([]byte(test.module))
		}
		if !errors.Is(err, test.is) || err.Error() != "wasm: "+test.want {
			t.Errorf("%s: got %v, want %s", test.name, err, test.want)
		}
	}
}
