package sandbox

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
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

// dataSize is how many bytes of the process count for RLIMIT_DATA: little, but for the race detector's shadow memory. A
// program without a C library, and so without that detector, may not be able to read it: then it is taken for nothing.
func dataSize() (uint64, error) {
	text, err := os.ReadFile("/proc/self/statm")
	if errors.Is(err, fs.ErrPermission) {
		return 0, nil
	}
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

// victims makes children the first to be ended when memory is short, and not this process. A child could see to that
// itself, but not one of a host that is confined: nobody may write below /proc there. So this process bears the mark
// while it starts one, which inherits it.
type victims struct {
	mu    sync.Mutex
	score *os.File // nil where it cannot be written
}

// OOMScoreFile is what a host that is confined must be able to write, for the sake of children.
const OOMScoreFile = "/proc/self/oom_score_adj"

func newVictims() *victims {
	score, err := os.OpenFile(OOMScoreFile, os.O_RDWR, 0)
	if err != nil {
		return &victims{}
	}
	return &victims{score: score}
}

func (v *victims) start(cmd *exec.Cmd) error {
	if v.score == nil {
		return cmd.Start()
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	var own [16]byte
	n, err := v.score.ReadAt(own[:], 0)
	if n == 0 || err != nil && err != io.EOF {
		return cmd.Start()
	}
	if _, err := v.score.WriteAt([]byte("1000"), 0); err != nil {
		return cmd.Start()
	}
	defer v.score.WriteAt(own[:n], 0)
	return cmd.Start()
}

// onOwnThread runs f on a thread that ends with it: what is done to the thread is done to nothing else.
func onOwnThread(f func() error) (err error) {
	var panicked any
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { panicked = recover() }()
		runtime.LockOSThread()
		if unix.Gettid() == os.Getpid() { // this one stands for the process, and never ends
			defer runtime.UnlockOSThread()
			err = onOwnThread(f) // which finds another one while this one is taken
			return
		}
		err = f()
	}()
	<-done
	if panicked != nil {
		panic(panicked)
	}
	return err
}

// giveWay lets a child that has just been started have the processors only while nobody else wants them. The class is one of
// each thread: those that it starts from now on inherit it, and those that it has already are looked for until a look finds no
// more of them.
func giveWay(child *os.Process) {
	idle := &unix.SchedAttr{Policy: unix.SCHED_IDLE}
	_ = unix.SchedSetAttr(child.Pid, idle, 0)
	given := map[string]bool{strconv.Itoa(child.Pid): true}
	for more, looks := true, 0; more && looks < 10; looks++ {
		more = false
		for _, thread := range names(fmt.Sprintf("/proc/%d/task", child.Pid)) {
			if id, err := strconv.Atoi(thread); err == nil && !given[thread] {
				given[thread], more = true, true
				_ = unix.SchedSetAttr(id, idle, 0)
			}
		}
	}
}

// group makes a command end with this process, and with all that it starts. The thread that starts it must live until
// it has ended. Once it was started, the function waits for its end as far as that is possible without a thread, so that
// the command's own Wait, which blocks one, has little left to wait for: the runtime finds out late that a thread blocks,
// and meanwhile a processor serves no requests.
func group(cmd *exec.Cmd) (wait func()) {
	pidfd := -1
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, PidFD: &pidfd}
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
	return func() { waitReadable(pidfd) }
}

// waitReadable waits until a descriptor, which it closes, is ready to be read, as that of a process is when it has ended.
// Where that cannot be waited for, it returns at once.
func waitReadable(fd int) {
	if fd < 0 || unix.SetNonblock(fd, true) != nil {
		return
	}
	file := os.NewFile(uintptr(fd), "process")
	defer file.Close()
	conn, err := file.SyscallConn()
	if err != nil {
		return
	}
	_ = conn.Read(func(fd uintptr) bool { // an error says that it cannot be waited for
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
		return n > 0 || err != nil && err != unix.EINTR
	})
}

// ended says how a process ended that did not exit by itself.
func ended(state *os.ProcessState) string {
	status, ok := state.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() {
		return ""
	}
	return fmt.Sprintf("its process was ended by signal %d (%v)", int(status.Signal()), status.Signal())
}
