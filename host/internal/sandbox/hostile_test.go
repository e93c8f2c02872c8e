package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"skep/abi"
	"skep/host/internal/manifest"
	"skep/host/internal/service"
	"skep/host/internal/wasmbin"
)

// The guests of host/testdata/hostile pass package host's tests. Here each is shown to be hostile: with the one defence
// off that its row there names, it does what it is meant to do. What would not end, or take the process with it, runs in
// a child process, which is killed.

// envOpen makes this program such a child; its value is the defence that is off, and the guest.
const envOpen = "SKEP_SANDBOX_TEST_OPEN"

// openFor is how long a child may go on before it is taken for endless: its deadline is half of that.
const openFor = 2 * time.Second

func hostileModule(tb testing.TB, name string) []byte {
	tb.Helper()
	module, err := os.ReadFile(filepath.Join("../../testdata/hostile", name+".wasm"))
	if err != nil {
		tb.Fatal(err)
	}
	return module
}

// hostileRequest is long enough for a guest to misbehave.
var hostileRequest = bytes.Repeat([]byte("x"), 1100)

// loadHostile makes a sandbox of a hostile guest.
func loadHostile(tb testing.TB, e *Engine, name string, change func(*Spec)) *Sandbox {
	tb.Helper()
	m := manifest.Default()
	spec := Spec{Module: hostileModule(tb, name), Limits: m.Limits, Pool: m.Pool, Isolation: m.Isolation,
		Accept: new(answer), Log: slog.New(slog.DiscardHandler)}
	spec.Limits.Memory, spec.Limits.Timeout = 16<<20, openFor/2
	spec.Pool.Ceil, spec.Pool.Cruise = 1, 1
	spec.Resources = resourcesOf(tb, map[string]string{"a": "text"})
	if change != nil {
		change(&spec)
	}
	s, err := e.Load(tb.Context(), spec)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() }) // it has answered
	return s
}

// ownEngine is an engine whose defences no other test sees.
func ownEngine(tb testing.TB) *Engine { return openEngine(tb, "") }

// openEngine is an engine without one defence.
func openEngine(tb testing.TB, off string) *Engine {
	tb.Helper()
	open := wasmbin.Open{Ways: off == "ways", Tables: off == "tables"}
	dir := "skep-sandbox-test"
	if open != (wasmbin.Open{}) { // the code is another
		dir += "-" + off
	}
	e, err := NewEngine(Config{CacheDir: filepath.Join(os.TempDir(), dir), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		tb.Fatal(err)
	}
	if open != (wasmbin.Open{}) {
		e.off.rewrite = open.Rewrite
	}
	if off == "places" {
		e.off.place = anywhere
	}
	e.off.meter, e.off.guard, e.off.abi = off == "meter", off == "guard", off == "abi"
	return e
}

// anywhere takes a place that a guest names as it is.
func anywhere(m *linearMemory, ptr, length uint32) []byte {
	return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(m.reserved)), uintptr(ptr))), length)
}

// What comes of a child.
const (
	endless = "endless"
	dead    = "dead"
)

// runOpen runs TestOpenChild in a child and says what came of it: endless where it is neither dead nor done after the
// given time, or what it said.
func runOpen(off, guest string, within time.Duration) string {
	cmd := exec.Command(os.Args[0], "-test.run=^TestOpenChild$")
	cmd.Env = append(os.Environ(), envOpen+"="+off+" "+guest, "GOTRACEBACK=none")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err.Error()
	}
	if err := cmd.Start(); err != nil {
		return err.Error()
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	}()
	lines := make(chan string)
	quit := make(chan struct{})
	defer close(quit)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			select {
			case lines <- s.Text():
			case <-quit:
				return
			}
		}
	}()
	if line := <-lines; line != "calls" {
		return "the child says " + line
	}
	select {
	case line, ok := <-lines:
		if !ok {
			return dead
		}
		return line
	case <-time.After(within):
		return endless
	}
}

// TestWithoutDefence switches one defence off, or takes the engine alone, and looks what guests do to a process. On a busy
// machine one may meet its deadline before it has begun to misbehave: it has three tries.
func TestWithoutDefence(t *testing.T) {
	if raceDetector || testing.Short() {
		t.Skip("it takes its time, and needs that of a build without the race detector: make hostile")
	}
	var all sync.WaitGroup
	slots := make(chan struct{}, 2*runtime.GOMAXPROCS(0))
	for _, row := range []struct {
		off, want, guests string
	}{
		{"meter", endless, "loop loop-table exponential exponential-indirect leaf-loop straight-line fill copy grow-loop " +
			"grow-wraps grow-touch table-loop alloc-loop log-endless wasi-loop read-many poll-input"},
		{"guard", endless, "sleep random poll-many write-many write-vector path-long"},
		{"ways", endless, "return-long"},
		{"tables", dead, "table-grow"},
		// Go's own checks would turn these into a panic: whoever reads memory without them reads what is not the guest's.
		{"places", dead, "result-outside result-edge result-wraps alloc-minus alloc-end alloc-edge"},
		{"abi", dead, "abi-memory-none abi-call-none"},
		// The engine alone: a module that was neither checked nor rewritten.
		{"all", endless, "branches nesting"},
		{"all", dead, "locals memory-min table-grow reference-loop"},
	} {
		within := openFor
		if row.want == dead {
			within = time.Minute
		}
		for guest := range strings.FieldsSeq(row.guests) {
			if row.off != "all" && row.off != "abi" {
				loadHostile(t, openEngine(t, row.off), guest, nil) // so that the child need not compile it
			}
			all.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				got := runOpen(row.off, guest, within)
				for try := 1; got != row.want && try < 3; try++ {
					got = runOpen(row.off, guest, within)
				}
				if got != row.want {
					t.Errorf("%s without %s: %s, want %s: it is not hostile", guest, row.off, got, row.want)
				}
			})
		}
	}
	all.Wait()
}

// TestWithoutCheck gives modules to the compiler that no check has looked at: they cost it its process, which the host
// survives. With the check no process is started.
func TestWithoutCheck(t *testing.T) {
	if raceDetector || testing.Short() {
		t.Skip("it takes its time, and needs that of a build without the race detector: make hostile")
	}
	var all sync.WaitGroup
	for name, module := range bombs {
		all.Go(func() {
			for _, off := range []bool{false, true} {
				e, err := NewEngine(Config{CacheDir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
				if err != nil {
					t.Error(err)
					return
				}
				e.off.check = off
				e.codes.compiler.limits = childLimits{wall: time.Minute, cpu: time.Second, memory: 512 << 20}
				_, err = e.Load(t.Context(), Spec{Module: module, Limits: manifest.Default().Limits, Log: e.codes.log})
				if !errors.Is(err, ErrModule) {
					t.Errorf("%s, without a check: %v: %v", name, off, err)
				}
				if off != strings.Contains(fmt.Sprint(err), "its compilation failed") { // which the process died of
					t.Errorf("%s, without a check: %v: %v", name, off, err)
				}
			}
		})
	}
	all.Wait()
}

// TestWithoutMemoryLimit shows that a guest takes all that it is not refused.
func TestWithoutMemoryLimit(t *testing.T) {
	for _, off := range []bool{false, true} {
		e := ownEngine(t)
		e.off.limit = off
		s := loadHostile(t, e, "grow-keep", func(spec *Spec) {
			spec.Isolation, spec.Limits.Timeout = manifest.IsolationInstance, time.Minute
		})
		if _, err := s.Call(t.Context(), hostileRequest, new(answer)); err != nil {
			t.Fatal(err)
		}
		if size := s.pool.idle[0].memory.size; (size == openMemory) != off || !off && size != 16<<20 {
			t.Errorf("without a limit: %v: the guest has %d bytes", off, size)
		}
	}
}

// TestOpenChild is the child: it is no test of its own.
func TestOpenChild(t *testing.T) {
	off, guest, ok := strings.Cut(os.Getenv(envOpen), " ")
	if !ok {
		t.Skip("only as a process of another test")
	}
	switch off {
	case "all":
		engineAlone(t, guest)
		return
	case "abi": // it may not get any further
		fmt.Println("calls")
		defer func() {
			if recover() != nil {
				os.Exit(2)
			}
		}()
	case "tables":
		limitOpen(t)
	}
	s := loadHostile(t, openEngine(t, off), guest, nil)
	if off != "abi" {
		fmt.Println("calls")
	}
	start := time.Now()
	_, err := s.Call(t.Context(), hostileRequest, new(answer))
	fmt.Println("ended after", time.Since(start), err)
	os.Exit(0)
}

// limitOpen has this process take 512 MB at most.
func limitOpen(t *testing.T) {
	limits := childLimits{cpu: time.Minute, memory: 512 << 20}
	if err := limits.apply(); err != nil {
		t.Fatal(err)
	}
}

// engineAlone gives a guest to the engine as anyone would who knows of no danger, in a process that may take 512 MB.
func engineAlone(t *testing.T, guest string) {
	limitOpen(t)
	module := bombs[guest]
	if module == nil {
		module = hostileModule(t, guest)
	}
	ctx := t.Context()
	rt := wazero.NewRuntime(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, rt)
	fmt.Println("calls")
	mod, err := rt.Instantiate(ctx, module)
	if err == nil && mod.ExportedFunction(abi.ExportCall) != nil {
		_, err = mod.ExportedFunction(abi.ExportCall).Call(ctx, 4096, api.EncodeU32(uint32(len(hostileRequest))))
	}
	runtime.KeepAlive(mod)
	fmt.Println("ended:", err)
	os.Exit(0)
}

// bombs are modules that cost a compiler time or memory without end.
var bombs = map[string][]byte{
	"locals":   oneBody("\x01\x80\x94\xeb\xdc\x03\x7f"), // 10^9 of them
	"branches": oneBody("\x00" + strings.Repeat("\x41\x00\x0d\x00", 200_000)),
	"nesting":  oneBody("\x00" + strings.Repeat("\x02\x40", 200_000) + strings.Repeat("\x0b", 200_000)),
}

// oneBody is a module of one function, given by its locals and its code without the end.
func oneBody(code string) []byte {
	u := func(n int) string {
		return string([]byte{byte(n) | 0x80, byte(n>>7) | 0x80, byte(n>>14) | 0x80, byte(n >> 21)})
	}
	code += "\x0b"
	body := "\x01" + u(len(code)) + code
	return []byte("\x00asm\x01\x00\x00\x00" + "\x01\x04\x01\x60\x00\x00" + "\x03\x02\x01\x00" + "\x0a" + u(len(body)) + body)
}

func TestWithoutStackBudget(t *testing.T) {
	e := ownEngine(t)
	e.off.stack = true
	for _, guest := range []string{"recurse", "recurse-wide", "recurse-two", "recurse-table"} {
		s := loadHostile(t, e, guest, func(spec *Spec) { spec.Limits.Timeout = time.Minute })
		if _, err := s.Call(t.Context(), hostileRequest, new(answer)); !errors.Is(err, service.ErrGuestTrap) ||
			!strings.Contains(err.Error(), "stack overflow") {
			t.Errorf("%s: %v, want the engine's stack overflow", guest, err)
		}
	}
}

// TestWithoutRollback shows what a call finds of the one before where nothing is rolled back.
func TestWithoutRollback(t *testing.T) {
	for _, guest := range []string{"memory", "global", "pages", "grown", "table", "drop"} {
		for _, isolation := range []manifest.Isolation{manifest.IsolationRequest, manifest.IsolationInstance} {
			s := loadHostile(t, ownEngine(t), "state-"+guest, func(spec *Spec) {
				spec.Isolation, spec.Limits.Timeout = isolation, time.Minute
			})
			var first, second answer
			_, err1 := s.Call(t.Context(), nil, &first)
			_, err2 := s.Call(t.Context(), nil, &second)
			same := err1 == nil && err2 == nil && bytes.Equal(first.Bytes(), second.Bytes())
			if want := isolation == manifest.IsolationRequest; same != want {
				t.Errorf("%s, isolation %s: %x, %v and %x, %v", guest, isolation, &first, err1, &second, err2)
			}
		}
	}
}

// TestWithoutLogLimits shows that a guest that floods the log does so when nobody counts.
func TestWithoutLogLimits(t *testing.T) {
	var lines countingWriter
	s := loadHostile(t, ownEngine(t), "log-flood", func(spec *Spec) {
		spec.Log = slog.New(slog.NewTextHandler(&lines, nil))
		spec.Limits.Timeout = time.Minute
	})
	call := func() int {
		lines = 0
		if _, err := s.Call(t.Context(), hostileRequest, new(answer)); err != nil {
			t.Fatal(err)
		}
		return int(lines)
	}
	if got := call(); got != maxLogLines+1 {
		t.Errorf("%d lines, want %d and one on those that are missing", got, maxLogLines)
	}
	s.pool.idle[0].log.lines, s.pool.idle[0].log.bytes = -1<<30, -1<<30
	if got := call(); got != 100_000 {
		t.Errorf("%d lines without a limit", got)
	}
}

// countingWriter counts lines, each of which is one Write. It is used by one goroutine at a time.
type countingWriter int

func (w *countingWriter) Write(p []byte) (int, error) {
	*w++
	return len(p), nil
}

// TestTokenOfAPanic shows that a bug of the host's own does not keep a run token for ever.
func TestTokenOfAPanic(t *testing.T) {
	e := ownEngine(t)
	s := loadHostile(t, e, "grow-keep", func(spec *Spec) { spec.Limits.Timeout = time.Minute })
	all := e.tokens.free
	for range all + 1 {
		func() {
			defer func() { _ = recover() }()
			_, _ = s.Call(t.Context(), hostileRequest, panicking{})
		}()
	}
	if n := all - e.tokens.free; n != 0 {
		t.Errorf("%d run tokens are gone", n)
	}
}

// TestSleepHoldsNoToken shows that a guest that sleeps keeps nobody from running.
func TestSleepHoldsNoToken(t *testing.T) {
	e := ownEngine(t)
	in := &instance{engine: e}
	in.meter = meter{deadline: time.Now().Add(time.Hour), stop: context.Background(), line: new(line)}
	all := e.tokens.free
	if !e.tokens.pass(&in.meter) || e.tokens.free != all-1 {
		t.Fatal("no token")
	}
	in.sleep(1)
	if e.tokens.free != all {
		t.Error("it sleeps on its token")
	}
	in.meter.deadline = time.Now()
	defer func() {
		if p := recover(); p != service.ErrGuestTimeout {
			t.Errorf("a sleep past the deadline: %v", p)
		}
	}()
	in.sleep(int64(time.Hour))
}

// TestHostileHoards shows that the budget is charged for what a module has the engine keep beside its memory, and that
// this was more than the memory.
func TestHostileHoards(t *testing.T) {
	const instances = 4
	e := ownEngine(t)
	s := loadHostile(t, e, "table-hoard", func(spec *Spec) { spec.Pool.Ceil = instances + 1 })
	heap := func() int64 {
		for range 3 { // finalizers run between
			runtime.GC()
		}
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return int64(stats.HeapAlloc)
	}
	kept, charged := heap(), e.budget.used.Load()
	var made []*instance
	for range instances {
		in, err := s.fresh()
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, in)
	}
	kept, charged = heap()-kept, e.budget.used.Load()-charged
	for _, in := range made {
		in.close()
	}
	if least := int64(instances * 12 << 20); kept < least || charged < kept {
		t.Errorf("%d bytes are kept for %d instances, and %d are charged; want more than %d", kept, instances, charged, least)
	}
	small := loadHostile(t, e, "good", nil)
	if small.module.rewritten.Beside >= pageSize {
		t.Errorf("a small module is charged %d bytes beside its memory", small.module.rewritten.Beside)
	}
}
