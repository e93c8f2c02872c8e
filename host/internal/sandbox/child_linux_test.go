package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"skep/host/internal/confine"
)

// TestChildMemory gives a child less memory than it needs.
func TestChildMemory(t *testing.T) {
	module := big(40, 20_000)
	e := newEngine(t, "")
	e.codes.compiler.limits.memory = 16 << 20
	_, err := e.load(t.Context(), module)
	short := func(text string) bool { // the runtime's words for it; the last is for a thread that got no stack
		return strings.Contains(text, "memory") || strings.Contains(text, "allocate") || strings.Contains(text, "unavailable")
	}
	if !errors.Is(err, ErrModule) || !short(err.Error()) {
		t.Errorf("error %v, want that memory is short", err)
	}
	m, err := newEngine(t, e.codes.dir).load(t.Context(), module)
	if err != nil {
		t.Fatalf("with the usual limits: %v", err)
	}
	if err := m.free(); err != nil {
		t.Error(err)
	}
}

// TestChildTime gives a child less processor time than it needs.
func TestChildTime(t *testing.T) {
	e := newEngine(t, "")
	e.codes.compiler.limits.cpu = time.Second
	_, err := e.load(t.Context(), big(400, 40_000))
	if !errors.Is(err, ErrModule) || !strings.Contains(err.Error(), "cpu time limit") && !strings.Contains(err.Error(), "signal 9") {
		t.Errorf("error %v, want that processor time is short", err)
	}
}

// TestChildSees looks at what a child finds: a folder of its own, hardly any environment, a group of its own, and no
// files but the three.
func TestChildSees(t *testing.T) {
	t.Setenv("SECRET", "x")
	told := filepath.Join(t.TempDir(), "told")
	script := `exec 2>/dev/null; { pwd; env | grep -c SECRET; echo $$ $(ps -o pgid= -p $$ || cut -d' ' -f5 /proc/$$/stat); cat /proc/$$/oom_score_adj; ls /proc/$$/fd; } >` + told
	own := read(t, OOMScoreFile)
	e := newEngine(t, "", "sh", "-c", script)
	if _, err := e.load(t.Context(), tiny("a")); err == nil {
		t.Fatal("a script compiles")
	}
	lines := strings.Split(string(read(t, told)), "\n")
	if filepath.Dir(lines[0]) != e.codes.dir {
		t.Errorf("it works in %s, want a folder in %s", lines[0], e.codes.dir)
	}
	if lines[3] != "1000" {
		t.Errorf("its score for the kernel that needs memory is %s, want 1000", lines[3])
	}
	if after := read(t, OOMScoreFile); !bytes.Equal(after, own) {
		t.Errorf("the score of this process is %q, was %q", after, own)
	}
	if lines[1] != "0" {
		t.Error("it sees the environment of its parent")
	}
	if ids := strings.Fields(lines[2]); len(ids) != 2 || ids[0] != ids[1] {
		t.Errorf("process and group are %q", lines[2])
	}
	for _, fd := range lines[4 : len(lines)-1] {
		if n, err := strconv.Atoi(fd); err != nil || n > 2 && n < 10 && !inherited(n) { // a shell keeps its own above
			t.Errorf("it has the file %s open; all are %s", fd, lines[4:])
		}
	}
}

// inherited says whether a file was open when this program began, for who started it left it to all that come after.
func inherited(fd int) bool {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	return err == nil && flags&unix.FD_CLOEXEC == 0
}

// TestChildDiesWithParent has a parent that is killed while a child runs: itself a child, whose compiler hangs.
func TestChildDiesWithParent(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	self, err := thisProgram()
	if err != nil {
		t.Fatal(err)
	}
	parent, err := os.StartProcess(self, []string{self}, &os.ProcAttr{
		Env:   []string{envOrphan + "=" + pidFile, "TMPDIR=" + t.TempDir(), "PATH=" + os.Getenv("PATH")},
		Files: []*os.File{nil, nil, os.Stderr}})
	if err != nil {
		t.Fatal(err)
	}
	var child int
	eventually(t, "the child starts", func() bool {
		text, _ := os.ReadFile(pidFile)
		child, err = strconv.Atoi(strings.TrimSpace(string(text)))
		return err == nil && strings.HasSuffix(string(text), "\n")
	})
	if err := parent.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := parent.Wait(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the child ends", func() bool {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(child) + "/stat")
		return err != nil || strings.Contains(string(stat), ") Z ") || errors.Is(syscall.Kill(child, 0), syscall.ESRCH)
	})
}

// envReach makes the test binary a child that does not compile but tells what it reaches; the value is a file outside of
// its folder.
const envReach = "SKEP_SANDBOX_TEST_REACH"

func init() {
	outside := os.Getenv(envReach)
	if outside == "" {
		return
	}
	fmt.Println("starts")
	if err := defaultChildLimits.enter(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	_, err := os.ReadFile(outside)
	fmt.Println("read:", errors.Is(err, fs.ErrPermission))
	fmt.Println("write:", errors.Is(os.WriteFile(outside, nil, 0), fs.ErrPermission))
	fmt.Println("execute:", errors.Is(exec.Command("/bin/true").Run(), fs.ErrPermission))
	fmt.Println("write inside:", os.WriteFile("file", nil, 0o600))
	var limit unix.Rlimit
	fmt.Println("limits:", unix.Getrlimit(unix.RLIMIT_CPU, &limit), limit.Cur)
	os.Exit(0)
}

// TestChildIsConfined shows what a child cannot reach, and that it keeps its limits: one that is started without files, and
// one that has to start itself anew.
func TestChildIsConfined(t *testing.T) {
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION); errno != 0 {
		t.Skip("this kernel does not confine files")
	}
	outside := filepath.Join(t.TempDir(), "outside")
	write(t, outside, []byte("x"))
	self, err := thisProgram()
	if err != nil {
		t.Fatal(err)
	}
	told := func(dir string, environment ...string) string {
		cmd := exec.Command(self)
		cmd.Dir = dir
		cmd.Env = append(environment, envReach+"="+outside)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%v: %s", err, out)
		}
		return string(out)
	}
	const want = "starts\nread: true\nwrite: true\nexecute: true\nwrite inside: <nil>\nlimits: <nil> 60\n"
	if got := told(t.TempDir()); got != "starts\n"+want {
		t.Errorf("it says\n%swant\n%s", got, "starts\n"+want)
	}

	err = onOwnThread(func() error {
		dir := t.TempDir()
		confined, err := confine.Thread(confine.Rules{Write: []string{dir}})
		if err != nil {
			return err
		}
		if confined == "" {
			t.Log("this kernel does not confine threads as Go needs it")
			return nil
		}
		if got := told(dir, confined); got != want {
			t.Errorf("started without files, it says\n%swant\n%s", got, want)
		}
		if _, err := os.ReadFile(outside); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("the thread that starts it reads a file outside: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			runtime.LockOSThread() // each on another thread
			defer runtime.UnlockOSThread()
			read(t, outside)
		})
	}
	all.Wait()
}

// TestOwnThread shows that a thread of f's own ends with it, and that a panic does not end with the thread.
func TestOwnThread(t *testing.T) {
	var thread int
	wrong := errors.New("wrong")
	if err := onOwnThread(func() error { thread = unix.Gettid(); return wrong }); err != wrong {
		t.Errorf("error %v, want %v", err, wrong)
	}
	eventually(t, "the thread ends", func() bool {
		return errors.Is(unix.Tgkill(os.Getpid(), thread, 0), unix.ESRCH)
	})
	defer func() {
		if p := recover(); p != "lost" {
			t.Errorf("recovered %v", p)
		}
	}()
	_ = onOwnThread(func() error { panic("lost") })
}

// policy is a shell's command that tells by which rules the kernel gives it a processor: 0 as usual, 5 when idle.
const policy = "cut -d' ' -f41 /proc/$$/stat"

// TestChildGivesWay looks at the priority of children before and after requests are answered.
func TestChildGivesWay(t *testing.T) {
	e := newEngine(t, "", "sh", "-c", "echo policy $("+policy+").; exit 3")
	if _, err := e.load(t.Context(), tiny("a")); err == nil || !strings.Contains(err.Error(), "policy 0.") {
		t.Errorf("error %v, want policy 0", err)
	}
	e = newEngine(t, "", "sh", "-c", "until [ $("+policy+") = 5 ]; do sleep 0.01; done; exit 7")
	e.codes.compiler.limits.patience = time.Minute // others may want all processors
	e.Serving()
	if _, err := e.load(t.Context(), tiny("a")); err == nil || !strings.Contains(err.Error(), "exit code 7") {
		t.Errorf("error %v, want exit code 7", err)
	}
	wantChildren(t, e, 1)
}

// TestImpatience has a child that does not end beside requests: another one finds its place empty, and does not give way.
func TestImpatience(t *testing.T) {
	marker := filepath.Join(t.TempDir(), "second")
	e := newEngine(t, "", "sh", "-c", "left=$(ls | wc -l); echo >left; until [ -e "+marker+" ]; do sleep 0.01; done; "+
		"echo policy $("+policy+"), $left left.; exit 3")
	e.codes.compiler.limits.patience = 200 * time.Millisecond
	e.Serving()
	var second sync.WaitGroup
	second.Go(func() { // however long it takes the first to get a processor
		eventually(t, "another child is started", func() bool { return e.codes.compiler.started.Load() == 2 })
		if err := os.Mkdir(marker, 0o700); err != nil {
			t.Error(err)
		}
	})
	_, err := e.load(t.Context(), tiny("a"))
	second.Wait()
	if !errors.Is(err, ErrModule) || !strings.Contains(err.Error(), "policy 0, 0 left.") {
		t.Errorf("error %v, want policy 0 and nothing left", err)
	}
	wantChildren(t, e, 2)

	// Nobody takes the place of a child that ends with the load.
	marker = filepath.Join(t.TempDir(), "first")
	e = newEngine(t, "", "sh", "-c", "echo >"+marker+"; exec sleep 1000")
	e.codes.compiler.limits.patience = time.Minute
	e.Serving()
	ctx, cancel := context.WithCancel(t.Context())
	var first sync.WaitGroup
	first.Go(func() {
		defer cancel()
		eventually(t, "the child runs", func() bool { _, err := os.Stat(marker); return err == nil })
	})
	_, err = e.load(ctx, tiny("a"))
	first.Wait()
	if !errors.Is(err, context.Canceled) || errors.Is(err, ErrModule) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	wantChildren(t, e, 1)
}

// eventually waits for what other processes do.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.Now().Add(time.Minute)
	for range tick.C {
		if happened() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// envThreads makes TestManyThreads a process that has threads and waits.
const envThreads = "SKEP_TEST_THREADS"

// TestManyThreads is the child of TestGiveWay: it is no test of its own.
func TestManyThreads(t *testing.T) {
	if os.Getenv(envThreads) == "" {
		t.Skip("only as a process of another test")
	}
	var locked sync.WaitGroup
	for range 5 {
		locked.Add(1)
		go func() {
			runtime.LockOSThread()
			locked.Done()
			select {}
		}()
	}
	locked.Wait()
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

// TestGiveWay looks at each thread of a process that had several when it was told to give way.
func TestGiveWay(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestManyThreads$")
	cmd.Env = append(os.Environ(), envThreads+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = in.Close()
		_ = cmd.Wait()
	}()
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("the process says %q, %v", line, err)
	}
	giveWay(cmd.Process)
	threads := names(fmt.Sprintf("/proc/%d/task", cmd.Process.Pid))
	if len(threads) < 6 {
		t.Fatalf("the process has the threads %q", threads)
	}
	for _, thread := range threads {
		id, err := strconv.Atoi(thread)
		if err != nil {
			t.Fatal(err)
		}
		if attr, err := unix.SchedGetAttr(id, 0); err != nil || attr.Policy != unix.SCHED_IDLE {
			t.Errorf("thread %s has the class %+v, %v", thread, attr, err)
		}
	}
}
