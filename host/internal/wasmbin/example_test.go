package wasmbin_test

import (
	"fmt"

	"skep/host/internal/wasmbin"
)

// empty is the smallest module.
var empty = []byte("\x00asm\x01\x00\x00\x00")

func ExampleSection() {
	module, err := wasmbin.SetSection(empty, "skep.manifest", []byte(`kind = "function"`))
	if err != nil {
		fmt.Println(err)
		return
	}
	text, ok, err := wasmbin.Section(module, "skep.manifest")
	fmt.Printf("%s %v %v\n", text, ok, err)
	// Output: kind = "function" true <nil>
}

func ExampleExports() {
	module := append(empty[:8:8], "\x07\x05\x01\x01f\x00\x00"...)
	exports, err := wasmbin.Exports(module)
	fmt.Println(exports[0].Kind, exports[0].Name, err)
	// Output: function f <nil>
}
