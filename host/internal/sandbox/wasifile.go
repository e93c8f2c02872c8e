package sandbox

import (
	"context"
	"errors"
	"io/fs"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// A guest has three files: standard input, which is empty, output and error; and those of its endpoint, for reading. What
// it could do to these would stay from one call to the next, since the engine keeps its table of files outside of the
// memory: one that is closed is a bit of memory, and one that is moved is a whole number, for which the engine would even
// make as large a table. So the functions that change the table, or what a file is, take the place of the engine's own:
// they leave the first three as they are, and keep the others in a table that is rolled back.
//
// Error numbers are those of WASI preview 1.
const (
	wasiNoAccess     = 2
	wasiBadFile      = 8
	wasiExists       = 20
	wasiFault        = 21
	wasiInvalid      = 28
	wasiIO           = 29
	wasiIsFolder     = 31
	wasiTooManyOpen  = 33
	wasiTooLong      = 37
	wasiTooManyOfAll = 41
	wasiNotFound     = 44
	wasiNoSystem     = 52
	wasiNoFolder     = 54
	wasiNotSupported = 58
	wasiReadOnly     = 69
	wasiNotCapable   = 76
)

// fileFunction is a function of WASI. It gives an error number, 0 for none.
type fileFunction struct {
	name   string
	params []api.ValueType
	names  []string
	call   func(in *instance, memory api.Memory, stack []uint64) uint64
}

// fileFunctions take the place of the engine's own of these names.
var fileFunctions = []fileFunction{
	{"fd_close", []api.ValueType{i32}, []string{"fd"}, fdClose},
	{"fd_renumber", []api.ValueType{i32, i32}, []string{"fd", "to"}, fdRenumber},
	{"fd_fdstat_get", []api.ValueType{i32, i32}, []string{"fd", "result.stat"}, fdStatGet},
	{"fd_fdstat_set_flags", []api.ValueType{i32, i32}, []string{"fd", "flags"}, fdSetFlags},
	{"fd_filestat_get", []api.ValueType{i32, i32}, []string{"fd", "result.filestat"}, fdFilestatGet},
	{"fd_filestat_set_times", []api.ValueType{i32, i64, i64, i32}, []string{"fd", "atim", "mtim", "fst_flags"}, noChange},
	{"fd_filestat_set_size", []api.ValueType{i32, i64}, []string{"fd", "size"}, noChange},
	{"fd_allocate", []api.ValueType{i32, i64, i64}, []string{"fd", "offset", "len"}, noChange},
	{"fd_prestat_get", []api.ValueType{i32, i32}, []string{"fd", "result.prestat"}, fdPrestatGet},
	{"fd_prestat_dir_name", []api.ValueType{i32, i32, i32}, []string{"fd", "result.path", "result.path_len"},
		fdPrestatDirName},
	{"fd_read", []api.ValueType{i32, i32, i32, i32}, []string{"fd", "iovs", "iovs_len", "result.nread"}, fdRead},
	{"fd_pread", []api.ValueType{i32, i32, i32, i64, i32}, []string{"fd", "iovs", "iovs_len", "offset", "result.nread"},
		fdPread},
	{"fd_seek", []api.ValueType{i32, i64, i32, i32}, []string{"fd", "offset", "whence", "result.newoffset"}, fdSeek},
	{"fd_tell", []api.ValueType{i32, i32}, []string{"fd", "result.offset"}, fdTell},
	{"fd_readdir", []api.ValueType{i32, i32, i32, i64, i32}, []string{"fd", "buf", "buf_len", "cookie", "result.bufused"},
		fdReaddir},
	{"path_open", []api.ValueType{i32, i32, i32, i32, i32, i64, i64, i32, i32}, []string{"fd", "dirflags", "path", "path_len",
		"oflags", "fs_rights_base", "fs_rights_inheriting", "fdflags", "result.opened_fd"}, pathOpen},
	{"path_filestat_get", []api.ValueType{i32, i32, i32, i32, i32}, []string{"fd", "flags", "path", "path_len",
		"result.filestat"}, pathFilestatGet},
	{"path_readlink", []api.ValueType{i32, i32, i32, i32, i32, i32}, []string{"fd", "path", "path_len", "buf", "buf_len",
		"result.bufused"}, pathReadlink},
	{"path_filestat_set_times", []api.ValueType{i32, i32, i32, i32, i64, i64, i32}, []string{"fd", "flags", "path",
		"path_len", "atim", "mtim", "fst_flags"}, readOnly(0)},
	{"path_create_directory", []api.ValueType{i32, i32, i32}, []string{"fd", "path", "path_len"}, readOnly(0)},
	{"path_remove_directory", []api.ValueType{i32, i32, i32}, []string{"fd", "path", "path_len"}, readOnly(0)},
	{"path_unlink_file", []api.ValueType{i32, i32, i32}, []string{"fd", "path", "path_len"}, readOnly(0)},
	{"path_symlink", []api.ValueType{i32, i32, i32, i32, i32}, []string{"old_path", "old_path_len", "fd", "new_path",
		"new_path_len"}, readOnly(2)},
	{"path_link", []api.ValueType{i32, i32, i32, i32, i32, i32, i32}, []string{"old_fd", "old_flags", "old_path",
		"old_path_len", "new_fd", "new_path", "new_path_len"}, readOnly(0, 4)},
	{"path_rename", []api.ValueType{i32, i32, i32, i32, i32, i32}, []string{"fd", "old_path", "old_path_len", "new_fd",
		"new_path", "new_path_len"}, readOnly(0, 3)},
}

func exportFileFunctions(builder wazero.HostModuleBuilder) {
	for _, f := range fileFunctions {
		builder.NewFunctionBuilder().
			WithGoModuleFunction(api.GoModuleFunc(func(ctx context.Context, mod api.Module, stack []uint64) {
				stack[0] = f.call(instanceOf(ctx), mod.Memory(), stack)
			}), f.params, []api.ValueType{i32}).
			WithParameterNames(f.names...).
			Export(f.name)
	}
}

// stream says whether a descriptor is one of the standard streams.
func stream(fd uint64) bool { return uint32(fd) < resourcesFile }

// known is the error number of a descriptor that is there, and another one for one that is not.
func (in *instance) known(fd, number uint64) uint64 {
	if !stream(fd) && in.files.get(fd) == nil {
		return wasiBadFile
	}
	return number
}

func fdClose(in *instance, _ api.Memory, stack []uint64) uint64 {
	o := in.files.get(stack[0])
	if o == nil {
		return in.known(stack[0], 0)
	}
	in.files.remove(o)
	return 0
}

func fdRenumber(in *instance, _ api.Memory, stack []uint64) uint64 {
	return in.known(stack[0], in.known(stack[1], wasiNotSupported))
}

func fdSetFlags(in *instance, _ api.Memory, stack []uint64) uint64 {
	if uint32(stack[1]) == 0 {
		return in.known(stack[0], 0)
	}
	return in.known(stack[0], wasiNotSupported)
}

// noChange refuses to change a file.
func noChange(in *instance, _ api.Memory, stack []uint64) uint64 {
	if stream(stack[0]) {
		return wasiNotSupported
	}
	return in.known(stack[0], wasiReadOnly)
}

// readOnly refuses to change a folder. The parameters are those that hold descriptors.
func readOnly(params ...int) func(*instance, api.Memory, []uint64) uint64 {
	return func(in *instance, _ api.Memory, stack []uint64) uint64 {
		for _, p := range params {
			if o := in.files.get(stack[p]); o == nil {
				return in.known(stack[p], wasiNoFolder)
			} else if !o.entry.IsDir() {
				return wasiNoFolder
			}
		}
		return wasiReadOnly
	}
}

// wasiError is the error number for what went wrong with a file. It tells nothing of the host.
func wasiError(err error) uint64 {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return wasiNotFound
	case errors.Is(err, fs.ErrPermission):
		return wasiNoAccess
	}
	return wasiIO
}
