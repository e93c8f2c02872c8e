package guestbuild

import (
	"errors"
	"testing"
)

func TestCheckExports(t *testing.T) {
	const header = "\x00asm\x01\x00\x00\x00"
	const functions = "\x0dskep_v1_alloc\x00\x00\x0cskep_v1_call\x00\x01"
	tests := []struct{ name, module, want string }{
		{"all there", header + "\x07\x29\x03\x06memory\x02\x00" + functions, ""},
		{"memory that is a function", header + "\x07\x29\x03\x06memory\x00\x00" + functions,
			"module lacks required exports: memory memory; do it"},
		{"nothing", header,
			"module lacks required exports: memory memory, function skep_v1_alloc, function skep_v1_call; do it"},
	}
	for _, test := range tests {
		err := checkExports([]byte(test.module), language{hint: "do it"})
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", test.name, err)
		case test.want != "" && (!errors.Is(err, ErrExports) || err.Error() != test.want):
			t.Errorf("%s: got %v, want %s", test.name, err, test.want)
		}
	}
	if err := checkExports([]byte("text"), language{}); err == nil {
		t.Error("a file that is no module is accepted")
	}
}
