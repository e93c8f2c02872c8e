package sandbox

import (
	"bytes"
	"encoding/binary"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"skep/abi"
	"skep/host/internal/manifest"
	"skep/host/internal/service"
)

// TestPollOfWhatIsThere has a guest wait, without a clock, for what has happened already.
func TestPollOfWhatIsThere(t *testing.T) {
	mustAsk(t, mustLoad(t, nil), "poll output", "0 1 2\n")
}

// TestWASIEnds has guests call each function of WASI for ever, and those that work on much with as much as they take:
// the deadline ends them all.
func TestWASIEnds(t *testing.T) {
	if testing.Short() {
		t.Skip("each function takes its time, and a compilation")
	}
	const (
		hour  = 3_600_000_000_000
		large = 60_000_000
		at    = 8192 // where the data is
	)
	repeat := func(item ...uint32) (data []byte) {
		for range 1024 {
			for _, n := range item {
				data = binary.LittleEndian.AppendUint32(data, n)
			}
		}
		return data
	}
	buffers := func(length uint32) []byte { return repeat(0, length) }
	clock := func(ns uint64) []byte {
		return repeat(0, 0, 0, 0, 1, 0, uint32(ns), uint32(ns>>32), 0, 0, 0, 0)
	}
	type row struct {
		function string
		args     []int64
		data     []byte
		want     error
	}
	rows := []row{
		{"fd_write", []int64{1, at, 1024, 0}, buffers(large), service.ErrGuestTimeout},
		{"fd_write", []int64{1, at, 1024, 0}, buffers(0), service.ErrGuestTimeout},
		{"fd_write", []int64{1, at, 1025, 0}, nil, service.ErrGuestTrap},
		{"fd_pwrite", []int64{1, at, 1024, 0, 0}, buffers(large), service.ErrGuestTimeout},
		{"fd_read", []int64{0, at, 1024, 0}, buffers(large), service.ErrGuestTimeout},
		{"fd_pread", []int64{0, at, 1024, 0, 0}, buffers(large), service.ErrGuestTimeout},
		{"fd_readdir", []int64{0, at, 1 << 20, 0, 0}, nil, service.ErrGuestTimeout},
		{"fd_readdir", []int64{0, at, 1<<20 + 1, 0, 0}, nil, service.ErrGuestTrap},
		{"random_get", []int64{at, large}, nil, service.ErrGuestTimeout},
		{"poll_oneoff", []int64{at, 100_000, 1024, 0}, clock(0), service.ErrGuestTimeout},
		{"poll_oneoff", []int64{at, 100_000, 1024, 0}, clock(1), service.ErrGuestTimeout},
		{"poll_oneoff", []int64{at, 100_000, 1024, 0}, clock(hour), service.ErrGuestTimeout},
		{"poll_oneoff", []int64{at, 100_000, 1025, 0}, nil, service.ErrGuestTrap},
		{"path_open", []int64{3, 0, at, 4096, 0, 0, 0, 0, 0}, nil, service.ErrGuestTimeout},
		{"path_open", []int64{3, 0, at, 4097, 0, 0, 0, 0, 0}, nil, service.ErrGuestTrap},
		{"path_rename", []int64{3, at, 4096, 3, at, 4096}, nil, service.ErrGuestTimeout},
		{"path_symlink", []int64{at, 4096, 3, at, 4096}, nil, service.ErrGuestTimeout},
	}
	functions := wasiFunctions(t)
	for name, f := range functions {
		if name == "proc_exit" {
			continue
		}
		args := make([]int64, len(f.ParamTypes()))
		for i := range args {
			args[i] = 1
		}
		rows = append(rows, row{name, args, nil, service.ErrGuestTimeout})
	}
	e := ownEngine(t)
	m := manifest.Default()
	for _, r := range rows {
		spec := Spec{Module: callsForEver(r.function, functions[r.function], r.args, r.data), Limits: m.Limits, Pool: m.Pool,
			Accept: new(answer), Log: slog.New(slog.DiscardHandler)}
		spec.Limits.Memory, spec.Limits.Timeout = 64<<20, 20*time.Millisecond
		s, err := e.Load(t.Context(), spec)
		if err != nil {
			t.Errorf("%s: %v", r.function, err)
			continue
		}
		start := time.Now()
		_, err = s.Call(t.Context(), nil, discard{})
		t.Logf("%s%v: %v after its deadline", r.function, r.args, time.Since(start)-spec.Limits.Timeout)
		if !errors.Is(err, r.want) {
			t.Errorf("%s%v: %v, want %v", r.function, r.args, err, r.want)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// wasiFunctions are those of the engine, by name.
func wasiFunctions(t *testing.T) map[string]api.FunctionDefinition {
	t.Helper()
	rt := wazero.NewRuntimeWithConfig(t.Context(), wazero.NewRuntimeConfigInterpreter())
	t.Cleanup(func() { _ = rt.Close(t.Context()) })
	if _, err := wasi_snapshot_preview1.Instantiate(t.Context(), rt); err != nil {
		t.Fatal(err)
	}
	return rt.Module(wasi_snapshot_preview1.ModuleName).ExportedFunctionDefinitions()
}

// callsForEver is a module whose call does nothing but call a function with these arguments. Its memory has 60 MiB, with
// data at 8192.
func callsForEver(name string, f api.FunctionDefinition, args []int64, data []byte) []byte {
	vector := func(b []byte) []byte { return append(binary.AppendUvarint(nil, uint64(len(b))), b...) }
	section := func(id byte, content ...[]byte) []byte {
		return append([]byte{id}, vector(bytes.Join(content, nil))...)
	}
	signed := func(b []byte, v int64) []byte {
		for {
			low := byte(v & 0x7f)
			if v >>= 7; v == 0 && low&0x40 == 0 || v == -1 && low&0x40 != 0 {
				return append(b, low)
			}
			b = append(b, low|0x80)
		}
	}
	const i32Const, i64Const, call, drop, loop, br, end = 0x41, 0x42, 0x10, 0x1a, 0x03, 0x0c, 0x0b
	body := []byte{0, loop, 0x40}
	for i, p := range f.ParamTypes() {
		op := byte(i32Const)
		if p == api.ValueTypeI64 {
			op = i64Const
		}
		body = signed(append(body, op), args[i])
	}
	body = append(body, call, 0)
	for range f.ResultTypes() {
		body = append(body, drop)
	}
	body = append(body, br, 0, end, i64Const, 0, end)
	export := func(name string, kind, index byte) []byte { return append(vector([]byte(name)), kind, index) }
	return slices.Concat([]byte("\x00asm\x01\x00\x00\x00"),
		section(1, []byte{3, 0x60}, vector(f.ParamTypes()), vector(f.ResultTypes()),
			[]byte{0x60, 1, i32, 1, i32, 0x60, 2, i32, i32, 1, i64}),
		section(2, []byte{1}, vector([]byte(wasi_snapshot_preview1.ModuleName)), vector([]byte(name)), []byte{0, 0}),
		section(3, []byte{2, 1, 2}),
		section(5, []byte{1, 0}, binary.AppendUvarint(nil, 960)),
		section(7, []byte{3}, export(abi.ExportMemory, 2, 0), export(abi.ExportAlloc, 0, 1), export(abi.ExportCall, 0, 2)),
		section(10, []byte{2}, vector(append(signed([]byte{0, i32Const}, 1024), end)), vector(body)),
		section(11, []byte{1, 0, i32Const}, signed(nil, 8192), []byte{end}, vector(data)))
}
