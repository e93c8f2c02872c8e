package sandbox

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"skep/abi"
	"skep/host/internal/wasmbin"
)

// ErrModule says that a module cannot be hosted, whatever the settings.
var ErrModule = errors.New("module refused")

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrModule}, args...)...)
}

// export is what a module must or may export: a function with this signature.
type export struct {
	name            string
	params, results []api.ValueType
	required        bool
}

var exports = []export{
	{abi.ExportAlloc, []api.ValueType{i32}, []api.ValueType{i32}, true},
	{abi.ExportCall, []api.ValueType{i32, i32}, []api.ValueType{i64}, true},
	{abi.ExportInit, []api.ValueType{i32, i32}, []api.ValueType{i64}, false},
	{abi.ExportSettle, nil, nil, false},
	{abi.ExportInitialize, nil, nil, false},
}

// otherVersion finds the call export of another version of the ABI.
var otherVersion = regexp.MustCompile(`^skep_v([0-9]+)_call$`)

// checkModule compares imports and exports with the ABI, before anything of the module runs.
func checkModule(rt wazero.Runtime, code wazero.CompiledModule) error {
	for _, f := range code.ImportedFunctions() {
		if err := checkImport(rt, f); err != nil {
			return err
		}
	}
	if imported := code.ImportedMemories(); len(imported) > 0 {
		mod, name, _ := imported[0].Import()
		return refuse("it imports the memory %s.%s; a module must define its own", mod, name)
	}
	functions := code.ExportedFunctions()
	if functions[abi.ExportCall] == nil {
		for name := range functions {
			if v := otherVersion.FindStringSubmatch(name); v != nil {
				return refuse("it is made for ABI version %s, this host has version %d; build it with a matching SDK",
					v[1], abi.Version)
			}
		}
		if functions["_start"] != nil {
			return refuse("it is a command with a _start function; build it as a library (Go: -buildmode=c-shared)")
		}
	}
	for _, want := range exports {
		f := functions[want.name]
		switch {
		case f == nil && want.required:
			return refuse("it does not export the function %s; build it with a skep SDK", want.name)
		case f == nil:
		case !slices.Equal(f.ParamTypes(), want.params) || !slices.Equal(f.ResultTypes(), want.results):
			return refuse("its export %s has the signature %s, want %s", want.name,
				signature(f.ParamTypes(), f.ResultTypes()), signature(want.params, want.results))
		}
		if f != nil {
			if mod, name, imported := f.Import(); imported {
				return refuse("its export %s is the imported function %s.%s", want.name, mod, name)
			}
		}
	}
	if code.ExportedMemories()[abi.ExportMemory] == nil {
		return refuse("it does not export its memory as %q", abi.ExportMemory)
	}
	return nil
}

// checkMemory compares what a module that has passed checkModule needs with its limit, in bytes.
func checkMemory(code wazero.CompiledModule, memory int64) error {
	mem := code.ExportedMemories()[abi.ExportMemory]
	if minimum := int64(mem.Min()) * pageSize; minimum > memory {
		return refuse("it needs at least %s bytes of memory, and its limit is %s; raise limits.memory in its manifest",
			strconv.FormatInt(minimum, 10), strconv.FormatInt(memory, 10))
	}
	return nil
}

func checkImport(rt wazero.Runtime, f api.FunctionDefinition) error {
	mod, name, _ := f.Import()
	if mod == wasmbin.SliceModule {
		return nil // a module that imports it by itself has not passed the check
	}
	offered := rt.Module(mod)
	if offered == nil || mod != abi.ImportModule && mod != wasi_snapshot_preview1.ModuleName {
		return refuse("it imports %s.%s; a host offers only the modules %s and %s", mod, name,
			abi.ImportModule, wasi_snapshot_preview1.ModuleName)
	}
	def := offered.ExportedFunctionDefinitions()[name]
	if def == nil {
		return refuse("it imports %s.%s, which this host does not offer", mod, name)
	}
	if !slices.Equal(f.ParamTypes(), def.ParamTypes()) || !slices.Equal(f.ResultTypes(), def.ResultTypes()) {
		return refuse("it imports %s.%s with the signature %s, want %s", mod, name,
			signature(f.ParamTypes(), f.ResultTypes()), signature(def.ParamTypes(), def.ResultTypes()))
	}
	return nil
}

func signature(params, results []api.ValueType) string {
	text := "("
	for i, p := range params {
		if i > 0 {
			text += ", "
		}
		text += api.ValueTypeName(p)
	}
	text += ")"
	for i, r := range results {
		if i == 0 {
			text += " → "
		} else {
			text += ", "
		}
		text += api.ValueTypeName(r)
	}
	return text
}
