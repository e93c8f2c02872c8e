package sandbox

import (
	"context"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// A guest has three files: standard input, which is empty, output and error. What it could do to these would stay from
// one call to the next, since the engine keeps its table of files outside of the memory: one that is closed is a bit of
// memory, and one that is moved is a whole number, for which the engine would even make as large a table. So the functions
// that change the table, or what a file is, leave it as it is.
//
// Error numbers are those of WASI preview 1.
const (
	wasiBadFile      = 8
	wasiNotSupported = 58
)

// fileFunctions take the place of the engine's own of these names. Each gives an error number, 0 for none.
var fileFunctions = []struct {
	name   string
	params []api.ValueType
	names  []string
	call   func(stack []uint64) uint64
}{
	{"fd_close", []api.ValueType{i32}, []string{"fd"}, func(stack []uint64) uint64 { return ofFile(stack[0], 0) }},
	{"fd_renumber", []api.ValueType{i32, i32}, []string{"fd", "to"}, func(stack []uint64) uint64 {
		return ofFile(stack[0], ofFile(stack[1], wasiNotSupported))
	}},
	{"fd_fdstat_set_flags", []api.ValueType{i32, i32}, []string{"fd", "flags"}, func(stack []uint64) uint64 {
		if uint32(stack[1]) == 0 {
			return ofFile(stack[0], 0)
		}
		return ofFile(stack[0], wasiNotSupported)
	}},
	{"fd_filestat_set_times", []api.ValueType{i32, i64, i64, i32}, []string{"fd", "atim", "mtim", "fst_flags"}, notSupported},
	{"fd_filestat_set_size", []api.ValueType{i32, i64}, []string{"fd", "size"}, notSupported},
	{"fd_allocate", []api.ValueType{i32, i64, i64}, []string{"fd", "offset", "len"}, notSupported},
}

func notSupported(stack []uint64) uint64 { return ofFile(stack[0], wasiNotSupported) }

// ofFile is the error number for one of the three files, and another one for all that are not there.
func ofFile(fd, number uint64) uint64 {
	if uint32(fd) > 2 {
		return wasiBadFile
	}
	return number
}

func exportFileFunctions(builder wazero.HostModuleBuilder) {
	for _, f := range fileFunctions {
		builder.NewFunctionBuilder().
			WithGoFunction(api.GoFunc(func(_ context.Context, stack []uint64) { stack[0] = f.call(stack) }),
				f.params, []api.ValueType{i32}).
			WithParameterNames(f.names...).
			Export(f.name)
	}
}
