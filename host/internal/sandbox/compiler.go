package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"skep/host/internal/confine"
)

// compiler compiles modules, each in a process of its own: what the engine does with hostile bytes costs the module its
// process, and not the host.
type compiler struct {
	argv    []string
	own     bool // it is this program
	limits  childLimits
	slots   chan struct{} // as many as may run at a time
	beside  chan struct{} // and beside requests that are answered
	serving atomic.Bool   // there are such
	victims *victims
	started atomic.Int64 // children, ever
}

// ErrCompiler says that a module could not be compiled, and that nothing is known against it.
var ErrCompiler = errors.New("the program that compiles modules")

// maxReason is how much of what a child says is kept, in bytes. It may quote the module.
const maxReason = 1 << 10

// newCompiler takes the command line of a program whose main calls CompileChild; none means this one.
func newCompiler(argv []string) (*compiler, error) {
	if _, asked := os.LookupEnv(childVariable); asked {
		return nil, fmt.Errorf("this process was started to compile a module (%s is set), but its main does not call "+
			"host.CompileChild() before all else: add that", childVariable)
	}
	own := len(argv) == 0
	if own {
		if !childReady.Load() {
			return nil, errors.New("modules are compiled by a child process, which is this program once more: call " +
				"host.CompileChild() as the first thing in main, and hosttest.Main(m) in TestMain; or name another " +
				"program that does so in Compiler")
		}
		self, err := thisProgram()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCompiler, err)
		}
		argv = []string{self}
	}
	program, err := exec.LookPath(argv[0])
	if err == nil {
		program, err = filepath.Abs(program) // the child starts in another folder
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCompiler, err)
	}
	argv = append([]string{program}, argv[1:]...)
	processors := runtime.GOMAXPROCS(0)
	return &compiler{argv: argv, own: own, limits: defaultChildLimits, slots: make(chan struct{}, processors),
		beside: make(chan struct{}, max(1, processors/2)), victims: newVictims()}, nil
}

// enter waits for leave to run a child. One beside requests has half of the machine at most: as many run at a time as there are
// pairs of processors, each on one.
func (c *compiler) enter(ctx context.Context) (beside bool, leave func(), err error) {
	slots, beside := c.slots, c.serving.Load()
	if beside {
		slots = c.beside
	}
	select {
	case slots <- struct{}{}:
		return beside, func() { <-slots }, nil
	case <-ctx.Done():
		return beside, nil, ctx.Err()
	}
}

// task is what one child is for.
type task struct {
	dir       string // where it works
	module    []byte
	rewritten bool // the module is, and only to be compiled
}

// run has a module compiled. The error is an ErrModule when the module is to blame, as it is when the child
// died of it. Beside requests the child gives way to them. If it has not ended after a while, perhaps because it got no
// processor, another one takes its place that does not: nobody can raise a child's priority again.
func (c *compiler) run(ctx context.Context, t task) error {
	beside, leave, err := c.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if beside {
		patient, cancel := context.WithTimeout(ctx, c.limits.patience)
		defer cancel()
		err := c.runChild(patient, t, []string{"GOMAXPROCS=1"}, true)
		if err == nil || patient.Err() == nil || ctx.Err() != nil {
			return err
		}
		for _, left := range names(t.dir) {
			if err := os.RemoveAll(filepath.Join(t.dir, left)); err != nil {
				return fmt.Errorf("compiled code: %w", err)
			}
		}
		return c.runChild(ctx, t, []string{"GOMAXPROCS=1"}, false)
	}
	return c.runChild(ctx, t, nil, false)
}

// runChild runs one child.
func (c *compiler) runChild(ctx context.Context, t task, environment []string, yields bool) error {
	// The child dies with the thread that starts it, and has what that has given up.
	return onOwnThread(func() error {
		if c.own {
			confined, err := confine.Thread(confine.Rules{Write: []string{t.dir}})
			if err != nil {
				return err
			}
			if confined != "" {
				environment = append(environment, confined)
			}
		}
		return c.runHere(ctx, t, environment, yields)
	})
}

// runHere is runChild on the thread of the child.
func (c *compiler) runHere(ctx context.Context, t task, environment []string, yields bool) error {
	timed, cancel := context.WithTimeout(ctx, c.limits.wall)
	defer cancel()
	cmd := exec.CommandContext(timed, c.argv[0], c.argv[1:]...)
	cmd.Dir = t.dir
	cmd.Env = append(environment, childVariable+"="+orders{c.limits, t.rewritten}.String(), "TMPDIR="+t.dir, "GOTRACEBACK=single",
		"GORACE=atexit_sleep_ms=0") // a program with the race detector would wait for a second before it ends
	cmd.Stdin = bytes.NewReader(t.module)
	var said, complained head
	cmd.Stdout, cmd.Stderr = &said, &complained
	cmd.WaitDelay = time.Second // for pipes that a process of its own making keeps open
	awaitEnd := group(cmd)

	c.started.Add(1)
	if err := c.victims.start(cmd); err != nil {
		return fmt.Errorf("%w: %w", ErrCompiler, err)
	}
	if yields {
		giveWay(cmd.Process)
	}
	awaitEnd()
	err := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case timed.Err() != nil:
		return refuse("its compilation takes longer than %v", c.limits.wall)
	case err == nil:
		return nil
	case cmd.ProcessState == nil:
		return fmt.Errorf("%w: %w", ErrCompiler, err)
	}
	switch code := cmd.ProcessState.ExitCode(); {
	case code == childRefused:
		return refuse("%s", said.text())
	case code == childFailed:
		return fmt.Errorf("%w: %s", ErrCompiler, said.text())
	case code == childDone: // and what it was given or said got lost
		return fmt.Errorf("%w: %w", ErrCompiler, err)
	case code < 0:
		return refuse("its compilation failed: %s", ended(cmd.ProcessState))
	default:
		return refuse("its compilation failed: exit code %d: %s", code, complained.firstLine())
	}
}

// head keeps the beginning of what is written to it.
type head struct{ kept []byte }

func (h *head) Write(p []byte) (int, error) {
	h.kept = append(h.kept, p[:min(len(p), maxReason-len(h.kept))]...)
	return len(p), nil
}

func (h *head) text() string { return strings.ToValidUTF8(strings.TrimSpace(string(h.kept)), "�") }

func (h *head) firstLine() string {
	line, _, _ := strings.Cut(h.text(), "\n")
	return line
}
