package sandbox

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
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
	if err := m.close(); err != nil {
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
	script := `exec 2>/dev/null; { pwd; env | grep -c SECRET; echo $$ $(ps -o pgid= -p $$ || cut -d' ' -f5 /proc/$$/stat); ls /proc/$$/fd | tr '\n' ' '; } >` + told
	e := newEngine(t, "", "sh", "-c", script)
	if _, err := e.load(t.Context(), tiny("a")); err == nil {
		t.Fatal("a script compiles")
	}
	lines := strings.Split(string(read(t, told)), "\n")
	if filepath.Dir(lines[0]) != e.codes.dir {
		t.Errorf("it works in %s, want a folder in %s", lines[0], e.codes.dir)
	}
	if lines[1] != "0" {
		t.Error("it sees the environment of its parent")
	}
	if ids := strings.Fields(lines[2]); len(ids) != 2 || ids[0] != ids[1] {
		t.Errorf("process and group are %q", lines[2])
	}
	for _, fd := range strings.Fields(lines[3]) {
		if n, err := strconv.Atoi(fd); err != nil || n > 2 && n < 10 { // a shell keeps its own above
			t.Errorf("it has the file %s open; all are %s", fd, lines[3])
		}
	}
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

// eventually waits for what other processes do.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.Now().Add(10 * time.Second)
	for range tick.C {
		if happened() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not within 10 s: %s", what)
		}
	}
}
