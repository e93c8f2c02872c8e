package activate

import (
	"skep/abi"
	"skep/host/internal/wasmbin"
)

// fixed assembles a module that gives the same answers to every request and to the init frame. Without an answer to
// init it has no such export; without an answer to requests it traps.
//
// Its memory has one page: the answer lies at 16, the one to init behind it, and requests are written to 4096.
func fixed(answer, init []byte) []byte {
	const initAt = 2048
	call := append([]byte{0x42}, signed(int64(abi.Pack(16, uint32(len(answer)))))...) // i64.const
	if answer == nil {
		call = []byte{0x00} // unreachable
	}
	functions := [][]byte{ // the type of each, its locals, its code
		{0x41, 0x80, 0x20}, // alloc: i32.const 4096
		call,
		append([]byte{0x42}, signed(int64(abi.Pack(initAt, uint32(len(init)))))...),
	}
	exports := [][]byte{
		export(abi.ExportMemory, 2, 0),
		export(abi.ExportAlloc, 0, 0),
		export(abi.ExportCall, 0, 1),
	}
	if init != nil {
		exports = append(exports, export(abi.ExportInit, 0, 2))
	}
	var bodies [][]byte
	for _, code := range functions {
		body := append(append([]byte{0}, code...), 0x0b)
		bodies = append(bodies, append(unsigned(len(body)), body...))
	}
	module := []byte("\x00asm\x01\x00\x00\x00")
	module = section(module, 1, []byte{0x60, 1, 0x7f, 1, 0x7f}, []byte{0x60, 2, 0x7f, 0x7f, 1, 0x7e})
	module = section(module, 3, []byte{0}, []byte{1}, []byte{1})
	module = section(module, 5, []byte{1, 1, 1}) // at least and at most one page
	module = section(module, 7, exports...)
	module = section(module, 10, bodies...)
	return section(module, 11, data(16, answer), data(initAt, init))
}

// withManifest embeds the text of a manifest.
func withManifest(module []byte, text string) []byte {
	module, err := wasmbin.SetSection(module, abi.ManifestSection, []byte(text))
	if err != nil {
		panic(err)
	}
	return module
}

func section(module []byte, id byte, items ...[]byte) []byte {
	content := unsigned(len(items))
	for _, item := range items {
		content = append(content, item...)
	}
	return append(append(append(module, id), unsigned(len(content))...), content...)
}

func export(name string, kind, index byte) []byte {
	return append(append(unsigned(len(name)), name...), kind, index)
}

func data(at int64, content []byte) []byte {
	b := append([]byte{0, 0x41}, signed(at)...) // i32.const at
	b = append(b, 0x0b)
	return append(append(b, unsigned(len(content))...), content...)
}

// unsigned and signed are LEB128.
func unsigned(n int) []byte {
	var b []byte
	for ; n >= 0x80; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return append(b, byte(n))
}

func signed(n int64) []byte {
	var b []byte
	for {
		low := byte(n & 0x7f)
		n >>= 7
		if n == 0 && low&0x40 == 0 || n == -1 && low&0x40 != 0 {
			return append(b, low)
		}
		b = append(b, low|0x80)
	}
}
