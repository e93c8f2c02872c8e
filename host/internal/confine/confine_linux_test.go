package confine_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"skep/host/internal/confine"
)

// envConfined makes the test binary a program that confines itself and tells what it still can do; the value is the
// folder with the things to try.
const envConfined = "SKEP_CONFINE_TEST"

func TestMain(m *testing.M) {
	if dir := os.Getenv(envConfined); dir != "" {
		if err := beConfined(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// attempts are what a confined process tries, by name.
func attempts(dir string) map[string]func() error {
	at := func(name string) string { return filepath.Join(dir, name) }
	read := func(path string) func() error {
		return func() error { _, err := os.ReadFile(path); return err }
	}
	list := func(path string) func() error {
		return func() error { _, err := os.ReadDir(path); return err }
	}
	write := func(path string) func() error {
		return func() error { return os.WriteFile(path, nil, 0o600) }
	}
	run := func(program string) func() error {
		return func() error { return exec.Command(program, "-test.run=^$").Run() }
	}
	return map[string]func() error{
		"read a file outside":        read(at("outside/file")),
		"read by a link":             read(at("read/link")),
		"list a folder outside":      list(at("outside")),
		"list the root":              list("/"),
		"read passwords":             read("/etc/passwd"),
		"read another environment":   read(fmt.Sprintf("/proc/%d/environ", os.Getppid())),
		"write outside":              write(at("outside/new")),
		"write over a file outside":  write(at("outside/file")),
		"write where it may read":    write(at("read/new")),
		"remove where it may read":   func() error { return os.Remove(at("read/file")) },
		"make a folder outside":      func() error { return os.Mkdir(at("outside/d"), 0o700) },
		"move out":                   func() error { return os.Rename(at("write/file"), at("outside/moved")) },
		"truncate where it may read": func() error { return os.Truncate(at("read/file"), 0) },
		"link outside":               func() error { return os.Symlink("/", at("outside/link")) },
		"execute a program":          run("/bin/true"),
		"execute what it can write":  run(at("write/program")),
		"execute what it can read":   run(at("read/program")),
		"make a device":              func() error { return unix.Mknod(at("write/null"), unix.S_IFCHR|0o600, 1<<8|3) },
		"use another root":           func() error { return unix.Chroot(at("write")) },
		"signal the parent":          func() error { return syscall.Kill(os.Getppid(), 0) },

		"may: read":                   read(at("read/file")),
		"may: list":                   list(at("read")),
		"may: read what it may write": read(at("write/file")),
		"may: write":                  write(at("write/new")),
		"may: move":                   move(at("write/a"), at("write/b")),
		"may: remove":                 remove(at("write/c")),
		"may: execute itself":         run("/proc/self/exe"),
		"may: use /dev/null":          write(os.DevNull),
		"may: listen":                 listen,
	}
}

func move(from, to string) func() error {
	return func() error {
		if err := errors.Join(os.MkdirAll(filepath.Join(from, "x"), 0o700), os.MkdirAll(to, 0o700)); err != nil {
			return err
		}
		return os.Rename(filepath.Join(from, "x"), filepath.Join(to, "x"))
	}
}

func remove(dir string) func() error {
	return func() error {
		if err := os.MkdirAll(filepath.Join(dir, "d"), 0o700); err != nil {
			return err
		}
		return os.RemoveAll(dir)
	}
}

func listen() error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	return ln.Close()
}

// beConfined is the confined process.
func beConfined(dir string) error {
	outcome, err := confine.Restart(confine.Rules{
		Read:  []string{filepath.Join(dir, "read"), "/proc", filepath.Join(dir, "missing")},
		Write: []string{filepath.Join(dir, "write")},
	})
	if err != nil {
		return err
	}
	if err := os.Unsetenv(envConfined); err != nil { // the program that it starts is no test of its own
		return err
	}
	told := map[string]string{"outcome": fmt.Sprintf("%+v", outcome), "arguments": strings.Join(os.Args[1:], " "),
		"restarted": fmt.Sprint(confine.Restarted())}
	for name, try := range attempts(dir) {
		told[name] = "done"
		if err := try(); errors.Is(err, fs.ErrPermission) {
			told[name] = "denied"
		} else if err != nil {
			told[name] = err.Error()
		}
	}
	return json.NewEncoder(os.Stdout).Encode(told)
}

// confined runs a program in a fresh tree of things to try, and gives what it told.
func confined(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"read", "write", "outside"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, folder, "file"), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, folder, "program"), program, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../outside/file", filepath.Join(dir, "read", "link")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "an", "argument")
	cmd.Env = append(os.Environ(), envConfined+"="+dir)
	var complained strings.Builder
	cmd.Stderr = &complained
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, complained.String())
	}
	var told map[string]string
	if err := json.Unmarshal(out, &told); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return told
}

func TestRestart(t *testing.T) {
	told := confined(t)
	if strings.Contains(told["outcome"], "Files:false") {
		t.Skip("this kernel does not confine files: ", told["outcome"])
	}
	if want := "{Privileges:true Files:true Why:}"; told["outcome"] != want {
		t.Errorf("outcome %s, want %s", told["outcome"], want)
	}
	if told["arguments"] != "an argument" || told["restarted"] != "false" {
		t.Errorf("arguments %q, restarted %s", told["arguments"], told["restarted"])
	}
	for name := range attempts("") {
		want := "denied"
		if strings.HasPrefix(name, "may: ") {
			want = "done"
		}
		if name == "signal the parent" && told[name] == "done" {
			continue // before Linux 6.12
		}
		if told[name] != want {
			t.Errorf("%s: %s, want %s", name, told[name], want)
		}
	}
}

// TestForged has a process claim that it was restarted.
func TestForged(t *testing.T) {
	t.Setenv("SKEP_CONFINED", "a test that is not confined")
	if told := confinedError(t); !strings.Contains(told, "no_new_privs is 0") {
		t.Errorf("a forged restart says %q", told)
	}
}

// confinedError is what a program says that cannot confine itself.
func confinedError(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), envConfined+"="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("it succeeds: %s", out)
	}
	return string(out)
}

func TestMissingFolder(t *testing.T) {
	if told := confinedError(t); !strings.Contains(told, "write: no such file or directory") {
		t.Errorf("without the folder to write to: %s", told)
	}
}
