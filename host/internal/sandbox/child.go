package sandbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"

	"skep/host/internal/confine"
	"skep/host/internal/wasmbin"
)

// A child checks, rewrites and compiles one module, and ends. It finds its orders in its environment and the module on
// standard input, works in the folder where it was started, and leaves there what a codeStore keeps. It has no other files: the
// host starts it without them, or else it starts itself anew under its limits. Standard output takes the reason why a module is refused.

// childVariable makes a program a child; its value is its orders.
const childVariable = "SKEP_COMPILE_CHILD"

// Exit codes of a child. The Go runtime ends a process that it gives up with 2.
const (
	childDone    = 0
	childRefused = 3 // the reason is on standard output
	childFailed  = 4 // nothing is wrong with the module as far as is known; the reason is on standard output
)

// childLimits bound what the compilation of one module may cost. It is quadratic in the size of a function, and nothing
// in the engine ends it.
type childLimits struct {
	wall     time.Duration
	patience time.Duration // with one beside requests, which may get no processor
	cpu      time.Duration // of all threads together; whole seconds
	memory   uint64        // bytes on top of what the process has when it starts
}

// The largest modules known to be useful (Ruby, a TypeScript compiler) take 15 s of processor time and 750 MB; a small Go
// module takes a second. The clock allows for processors that are busy with other work.
var defaultChildLimits = childLimits{wall: 2 * time.Minute, patience: 10 * time.Second, cpu: time.Minute,
	memory: 2 << 30}

// orders are what a child is told.
type orders struct {
	childLimits
	rewritten bool // the module is, and the child only compiles it
}

// ordersRevision changes with what children make of a module. A host takes none of a program that does it in another way.
var ordersRevision = fmt.Sprintf("%d.%d", layout, wasmbin.Revision)

func (o orders) String() string {
	what := "make"
	if o.rewritten {
		what = "compile"
	}
	return fmt.Sprintf("%s-%s %d %d", what, ordersRevision, max(1, int64(o.cpu.Seconds())), o.memory)
}

func parseOrders(text string) (o orders, err error) {
	var what string
	var seconds int64
	_, err = fmt.Sscanf(text, "%s %d %d", &what, &seconds, &o.memory)
	what, revision, _ := strings.Cut(what, "-")
	o.rewritten = what == "compile"
	switch {
	case err != nil || seconds <= 0 || o.memory == 0 || what != "make" && what != "compile":
		return o, fmt.Errorf("%s has the value %q, which is none that a host of the same version sets", childVariable, text)
	case revision != ordersRevision:
		return o, fmt.Errorf("the compiler makes revision %s of compiled modules, the host wants %s", ordersRevision, revision)
	}
	o.cpu = time.Duration(seconds) * time.Second
	return o, nil
}

// childReady says that this program is able to be a child.
var childReady atomic.Bool

// CompileChild compiles a module and ends the process, where a host started it for that; else it returns at once.
// A program that runs engines calls it before it does anything else.
func CompileChild() {
	text, asked := os.LookupEnv(childVariable)
	if !asked {
		childReady.Store(true)
		return
	}
	code := childDone
	if err := beChild(text); err != nil {
		fmt.Println(err) // when nobody reads it, the exit code still tells
		code = childFailed
		if errors.As(err, new(unfit)) {
			code = childRefused
		}
	}
	os.Exit(code)
}

// unfit is why a module is refused.
type unfit struct{ error }

// enter puts the calling process under the limits, again where it has started itself anew, and takes all files from it but
// those in its folder, where it has them.
func (l childLimits) enter() error {
	if err := l.apply(); err != nil {
		return err
	}
	_, err := confine.Restart(confine.Rules{Write: []string{"."}})
	return err
}

func beChild(text string) error {
	told, err := parseOrders(text)
	if err != nil {
		return err
	}
	if err := told.enter(); err != nil {
		return err
	}
	debug.SetMemoryLimit(int64(told.memory / 4 * 3)) // collect garbage before the hard limit is met
	module, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	if told.rewritten {
		return compileHere(module)
	}
	return makeHere(module)
}

// makeHere leaves all in this folder that a codeStore keeps of a module.
func makeHere(module []byte) error {
	if err := wasmbin.Check(module); err != nil {
		return unfit{err}
	}
	rewritten, err := wasmbin.Rewrite(module)
	if err != nil {
		return unfit{err}
	}
	if err := compileHere(rewritten.Module); err != nil {
		return err
	}
	if err := describe(".", rewritten); err != nil {
		return err
	}
	sum := sha256.Sum256(module)
	return seal(".", hex.EncodeToString(sum[:]))
}

// compileHere has the engine compile a module, and leaves the code in this folder under the name that it has for the
// module's outline: whoever loads it then need not read and validate the bodies, which are most of a module. Nothing in the
// code depends on them.
func compileHere(module []byte) error {
	cache, err := wazero.NewCompilationCacheWithDir(".")
	if err != nil {
		return err
	}
	ctx := experimental.WithCompilationWorkers(context.Background(), runtime.GOMAXPROCS(0))
	rt := wazero.NewRuntimeWithConfig(ctx, engineConfig(cache))
	if _, err := rt.CompileModule(ctx, module); errors.As(err, new(*fs.PathError)) {
		return fmt.Errorf("its code: %w", err) // cannot be written
	} else if err != nil {
		return unfit{fmt.Errorf("the engine does not compile it: %w", err)}
	}
	outline, err := wasmbin.Outline(module)
	if err != nil || bytes.Equal(outline, module) {
		return err
	}
	folder, code, err := onlyFile(".")
	if err != nil {
		return err
	}
	if _, err := rt.CompileModule(ctx, outline); err != nil {
		return fmt.Errorf("its outline: %w", err)
	}
	for _, name := range names(folder) {
		if name != code {
			return os.Rename(filepath.Join(folder, code), filepath.Join(folder, name))
		}
	}
	return errors.New("the engine does not tell a module from its outline")
}
