package guestbuild

import (
	"fmt"
	"strings"

	"skep/abi"
	"skep/host/internal/wasmbin"
)

// required are the exports that every module has, see abi/README.md.
var required = []struct {
	name string
	kind wasmbin.ExportKind
}{
	{abi.ExportMemory, wasmbin.ExportMemory},
	{abi.ExportAlloc, wasmbin.ExportFunction},
	{abi.ExportCall, wasmbin.ExportFunction},
}

// checkExports says which of the required exports a module lacks, and what its author does about it.
func checkExports(module []byte, lang language) error {
	exports, err := wasmbin.Exports(module)
	if err != nil {
		return err
	}
	kinds := make(map[string]wasmbin.ExportKind, len(exports))
	for _, e := range exports {
		kinds[e.Name] = e.Kind
	}
	var lacks []string
	for _, r := range required {
		if kind, ok := kinds[r.name]; !ok || kind != r.kind {
			lacks = append(lacks, fmt.Sprintf("%s %s", r.kind, r.name))
		}
	}
	if lacks != nil {
		return fmt.Errorf("%w: %s; %s", ErrExports, strings.Join(lacks, ", "), lang.hint)
	}
	return nil
}
