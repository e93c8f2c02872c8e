package wasmbin

import (
	"bytes"
	"errors"
	"testing"
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
		_, errOutline := Outline(module)
		var errSegments error
		for _, errSegments = range Segments(module) {
		}
		for _, err := range []error{errSection, errExports, errOutline, errSegments} {
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
