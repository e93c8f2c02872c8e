package wasmbin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// A suite is one file of the core test suite of WebAssembly, as wast2json makes it.
type suite struct {
	Commands []suiteCommand
}

type suiteCommand struct {
	Type, Filename, Name string
	Line                 int
	Action               struct {
		Type, Module, Field string
		Args                []suiteValue
	}
}

type suiteValue struct {
	Type, Lane string
	Value      any
}

// suiteFolders are the folders of the suite, which lies beside the source of the engine.
func suiteFolders(t *testing.T) []string {
	t.Helper()
	source, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/tetratelabs/wazero").Output()
	if err != nil {
		t.Fatal(err)
	}
	folders, _ := filepath.Glob(filepath.Join(strings.TrimSpace(string(source)),
		"internal/integration_test/spectest/v[12]/testdata"))
	if len(folders) != 2 {
		if os.Getenv("SKEP_REQUIRE_ALL") == "1" {
			t.Fatal("the source of the engine is here without the core test suite")
		}
		t.Skip("the source of the engine is here without the core test suite")
	}
	return folders
}

// TestRewriteSpecification runs the core test suite on original and rewritten modules side by side: what the one gives
// bit by bit, the other gives, and where the one traps, the other does, for the same reason. Left out are modules that
// import from others and what Check refuses.
func TestRewriteSpecification(t *testing.T) {
	for _, c := range []struct {
		name   string
		config wazero.RuntimeConfig
		slice  int64
		long   bool
	}{
		{"compiler", wazero.NewRuntimeConfigCompiler(), testSlice, false},
		{"compiler, tiny slices", wazero.NewRuntimeConfigCompiler(), 1, false},
		{"interpreter", wazero.NewRuntimeConfigInterpreter(), testSlice, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.long && testing.Short() {
				t.Skip("takes long")
			}
			s := suiteRun{original: newMachine(t, c.config), rewritten: newMachine(t, c.config), shallow: c.name == "interpreter"}
			s.rewritten.slice = c.slice
			offerSpectest(t, s.original)
			offerSpectest(t, s.rewritten)
			for _, folder := range suiteFolders(t) {
				files, _ := filepath.Glob(filepath.Join(folder, "*.json"))
				for _, file := range files {
					s.file(t, file)
				}
			}
			t.Logf("%+v", s.counts)
			if s.counts.results < 60_000 || s.counts.traps < 1_900 || s.counts.modules < 2_000 || s.counts.refusals < 10 {
				t.Errorf("%+v: the suite is not all there", s.counts)
			}
		})
	}
}

// offerSpectest offers the functions that the suite imports; they do nothing.
func offerSpectest(t *testing.T, m *machine) {
	b := m.rt.NewHostModuleBuilder("spectest")
	for _, name := range []string{"print", "print_i32", "print_i64", "print_f32", "print_f64", "print_i32_f32",
		"print_f64_f64"} {
		var params []api.ValueType
		for _, p := range strings.Split(name, "_")[1:] {
			params = append(params, map[string]api.ValueType{"i32": typeI32, "i64": typeI64, "f32": typeF32, "f64": typeF64}[p])
		}
		b.NewFunctionBuilder().WithGoFunction(api.GoFunc(func(context.Context, []uint64) {}), params, nil).Export(name)
	}
	if _, err := b.Instantiate(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// suiteRun is a run of the suite on two machines.
type suiteRun struct {
	original, rewritten *machine
	shallow             bool // the engine's own stack may end before the budget
	counts              struct {
		modules, left      int // run, and left out
		results, traps     int // compared calls that return, and that trap
		globals, exhausted int // compared globals, calls that the stack budget ended
		refusals, calls    int // modules that cannot start, calls left out
	}
}

// twin is a module in both forms; both are nil where the module was left out.
type twin struct{ original, rewritten *guest }

func (s *suiteRun) file(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all suite
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	named := make(map[string]twin)
	var started []twin
	var current twin
	for _, c := range all.Commands {
		at := fmt.Sprintf("%s:%d", filepath.Base(file), c.Line)
		switch c.Type {
		case "module", "assert_uninstantiable":
			module, err := os.ReadFile(filepath.Join(filepath.Dir(file), c.Filename))
			if err != nil {
				t.Fatal(err)
			}
			next, ok := s.start(t, at, module)
			if c.Type == "module" {
				current = next
				named[c.Name] = next
			}
			if ok {
				started = append(started, next)
			}
		case "action", "assert_return", "assert_trap", "assert_exhaustion":
			pair := current
			if c.Action.Module != "" {
				pair = named[c.Action.Module]
			}
			if pair.original == nil {
				s.counts.calls++
				continue
			}
			s.action(t, at, pair, c)
		}
	}
	for _, pair := range started {
		s.compareMemory(t, file, pair)
		pair.original.Close(t.Context())
		pair.rewritten.Close(t.Context())
	}
}

// start starts a module in both forms; ok says that it did.
func (s *suiteRun) start(t *testing.T, at string, module []byte) (pair twin, ok bool) {
	if err := Check(module); err != nil {
		s.counts.left++
		return twin{}, false
	}
	r, err := Rewrite(module)
	if err != nil {
		if errors.Is(err, ErrGlobal) {
			s.counts.left++
			return twin{}, false
		}
		t.Errorf("%s: %v", at, err)
		return twin{}, false
	}
	original, errOriginal := s.original.start(module, nil)
	if errOriginal != nil && strings.Contains(errOriginal.Error(), "not instantiated") {
		s.counts.left++ // it imports from another module
		return twin{}, false
	}
	rewritten, errRewritten := s.rewritten.start(r.Module, r)
	if trapOf(errOriginal) != trapOf(errRewritten) {
		t.Errorf("%s: the original starts with %v, the rewritten one with %v", at, errOriginal, errRewritten)
		return twin{}, false
	}
	if errOriginal != nil {
		s.counts.refusals++
		return twin{}, false
	}
	s.counts.modules++
	return twin{original, rewritten}, true
}

func (s *suiteRun) action(t *testing.T, at string, pair twin, c suiteCommand) {
	if c.Action.Type == "get" {
		s.counts.globals++
		a, b := pair.original.ExportedGlobal(c.Action.Field), pair.rewritten.ExportedGlobal(c.Action.Field)
		if a.Get() != b.Get() {
			t.Errorf("%s: global %v, rewritten %v", at, a, b)
		}
		return
	}
	var arguments []uint64
	for _, v := range c.Action.Args {
		arguments = append(arguments, v.bits(t)...)
	}
	if c.Type == "assert_exhaustion" {
		s.counts.exhausted++ // of the original this takes 150 MB
		_, err := pair.rewritten.invoke(c.Action.Field, arguments...)
		if !errors.Is(err, errStack) && !(s.shallow && trapOf(err) == "wasm error: stack overflow") {
			t.Errorf("%s: an endless recursion ends with %s", at, trapOf(err))
		}
		return
	}
	want, errWant := pair.original.invoke(c.Action.Field, arguments...)
	got, errGot := pair.rewritten.invoke(c.Action.Field, arguments...)
	for i, kind := range pair.original.ExportedFunction(c.Action.Field).Definition().ResultTypes() {
		if errWant == nil && errGot == nil && kind == typeFuncref { // an address; vectors are in no result with it
			want[i], got[i] = min(want[i], 1), min(got[i], 1)
		}
	}
	if trapOf(errGot) != trapOf(errWant) || !slices.Equal(got, want) {
		t.Errorf("%s: %s%v gives %v, %v; rewritten %v, %v", at, c.Action.Field, arguments, want, errWant, got, errGot)
	}
	if left := counter(pair.rewritten, ExportStack).Get(); errWant == nil && left != testStack {
		t.Errorf("%s: %d of the stack budget are left, want all %d", at, left, testStack)
	}
	if errWant != nil {
		s.counts.traps++
	} else {
		s.counts.results++
	}
}

func (s *suiteRun) compareMemory(t *testing.T, file string, pair twin) {
	if pair.original.memoryHash() != pair.rewritten.memoryHash() {
		t.Errorf("%s: the memory differs in the end", file)
	}
}

// firstLine matches what ends a call, but for the place.
var firstLine = regexp.MustCompile(`^(?:start function\[[^]]*\] failed: )?([^\n]*)`)

// trapOf is why a call ended, without where: "" for one that returned.
func trapOf(err error) string {
	if err == nil {
		return ""
	}
	if text := err.Error(); strings.Contains(text, "out of bounds memory access") ||
		regexp.MustCompile(`^data\[\d+\]: out of bounds`).MatchString(text) {
		return "out of bounds memory access"
	}
	return firstLine.FindStringSubmatch(err.Error())[1]
}

// bits is a value as the engine takes it.
func (v suiteValue) bits(t *testing.T) []uint64 {
	if v.Type == "v128" {
		return v.vector(t)
	}
	text, _ := v.Value.(string)
	if v.Value == nil || text == "null" {
		return []uint64{0}
	}
	width := 64
	if strings.HasSuffix(v.Type, "32") {
		width = 32
	}
	n := lane(t, text, width)
	if v.Type == "externref" {
		n++ // 0 is null
	}
	return []uint64{n}
}

func (v suiteValue) vector(t *testing.T) []uint64 {
	lanes := v.Value.([]any)
	width := 128 / len(lanes)
	var out [2]uint64
	for i, text := range lanes {
		bit := i * width
		out[bit/64] |= lane(t, text.(string), width) << (bit % 64)
	}
	return out[:]
}

func lane(t *testing.T, text string, width int) uint64 {
	if strings.HasPrefix(text, "nan:") {
		if width == 32 {
			return uint64(math.Float32bits(float32(math.NaN())))
		}
		return math.Float64bits(math.NaN())
	}
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		return n
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return uint64(n) & (1<<width - 1)
}
