package guestbuild

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// maxOutput bounds what is kept of a compiler's output, in bytes; the first errors are those that matter.
const maxOutput = 64 << 10

// command is one run of a compiler.
type command struct {
	path string
	args []string
	env  []string // over the environment of this process
}

// run runs a compiler in the job's folder. When it fails, the error is an ErrCompile with its output, or the
// context's.
func run(ctx context.Context, j job, c command) error {
	if j.log != nil {
		line := slices.Concat(c.env, []string{filepath.Base(c.path)}, quoted(c.args))
		fmt.Fprintln(j.log, strings.Join(line, " "))
	}
	cmd := exec.CommandContext(ctx, c.path, c.args...)
	cmd.Dir = j.dir
	cmd.Env = append(os.Environ(), c.env...)
	cmd.Cancel = func() error { // which lets a compiler clean up behind itself
		if err := cmd.Process.Signal(os.Interrupt); err == nil || errors.Is(err, os.ErrProcessDone) {
			return err
		}
		return cmd.Process.Kill() // where there are no interrupts
	}
	cmd.WaitDelay = 5 * time.Second // for processes that the compiler started and that outlive it
	var output head
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	text := readable(output.String(), j.dir)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && text != "":
		return fmt.Errorf("%w:\n%s", ErrCompile, text)
	case err != nil:
		return fmt.Errorf("%w: %s: %v", ErrCompile, filepath.Base(c.path), err)
	case j.log != nil && text != "":
		fmt.Fprintln(j.log, text)
	}
	return nil
}

// readable is a compiler's output with paths relative to the folder and without lines that only name a package.
func readable(output, dir string) string {
	output = strings.ReplaceAll(output, dir+string(filepath.Separator), "")
	var lines []string
	for line := range strings.Lines(output) {
		if !strings.HasPrefix(line, "# ") {
			lines = append(lines, strings.TrimPrefix(line, "."+string(filepath.Separator)))
		}
	}
	return strings.TrimSpace(strings.Join(lines, ""))
}

// quoted puts arguments with spaces in quotes, as a shell wants them.
func quoted(args []string) []string {
	list := make([]string, len(args))
	for i, a := range args {
		if list[i] = a; strings.Contains(a, " ") {
			list[i] = "'" + a + "'"
		}
	}
	return list
}

// head keeps the first maxOutput bytes that are written to it.
type head struct{ strings.Builder }

// Write takes all of b, as a process expects.
func (h *head) Write(b []byte) (int, error) {
	h.Builder.Write(b[:min(len(b), maxOutput-h.Len())])
	return len(b), nil
}
