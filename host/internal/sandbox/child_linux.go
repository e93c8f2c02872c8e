package sandbox

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// apply puts the calling process under the limits that the kernel keeps. Address space is not limited: the Go runtime
// reserves far more than it uses.
func (l childLimits) apply() error {
	has, err := dataSize()
	if err != nil {
		return err
	}
	// When memory is short, the kernel shall end the child and not the host.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
	seconds := uint64(l.cpu.Seconds())
	for _, limit := range []struct {
		name       string
		resource   int
		soft, hard uint64
	}{
		{"core dumps", unix.RLIMIT_CORE, 0, 0},
		{"processor time", unix.RLIMIT_CPU, seconds, seconds + 1},
		{"memory", unix.RLIMIT_DATA, has + l.memory, has + l.memory},
	} {
		if err := lower(limit.resource, limit.soft, limit.hard); err != nil {
			return fmt.Errorf("limit for %s: %w", limit.name, err)
		}
	}
	return nil
}

// lower sets a limit and leaves one that is lower still.
func lower(resource int, soft, hard uint64) error {
	var now unix.Rlimit
	if err := unix.Getrlimit(resource, &now); err != nil {
		return err
	}
	return unix.Setrlimit(resource, &unix.Rlimit{Cur: min(soft, now.Cur), Max: min(hard, now.Max)})
}

// dataSize is how many bytes of the process count for RLIMIT_DATA: little, but for the race detector's shadow memory.
func dataSize() (uint64, error) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text))
	if len(fields) < 6 {
		return 0, fmt.Errorf("/proc/self/statm: %q", text)
	}
	pages, err := strconv.ParseUint(fields[5], 10, 64)
	return pages * uint64(os.Getpagesize()), err
}

// thisProgram is the executable of this process, also after another file has taken its name.
func thisProgram() (string, error) {
	const self = "/proc/self/exe"
	if _, err := os.Stat(self); err == nil {
		return self, nil
	}
	return os.Executable()
}

// confine makes a command end with this process, and with all that it starts. The thread that starts it must live until
// it has ended.
func confine(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
}

// ended says how a process ended that did not exit by itself.
func ended(state *os.ProcessState) string {
	status, ok := state.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() {
		return ""
	}
	return fmt.Sprintf("its process was ended by signal %d (%v)", int(status.Signal()), status.Signal())
}
