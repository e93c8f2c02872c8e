package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Which processors servers and load have to themselves, where there are two and taskset.
const (
	serverCPU = "0"
	loadCPU   = "1"
)

// startTimeout bounds how long a server may take until it answers. A host without a cache compiles its modules first.
const startTimeout = 60 * time.Second

// server is a peer that runs, with all processes that it has started.
type server struct {
	peer peer
	port int
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended

	checked map[string]bool // scenarios whose answer is that of native
	warm    map[string]bool // scenarios that have had some load
}

// pinned is a command that runs on one processor.
func pinned(cpu string, argv []string) *exec.Cmd {
	if _, err := exec.LookPath("taskset"); err == nil && runtime.NumCPU() > 1 {
		argv = append([]string{"taskset", "-c", cpu}, argv...)
	}
	return exec.Command(argv[0], argv[1:]...)
}

// startServer starts a peer and returns when it answers.
func startServer(p peer, s scenario, port int) (*server, error) {
	logFile := filepath.Join(buildDir, "logs", strings.ReplaceAll(p.name, "/", "-")+".log")
	if err := writeFile(logFile, nil); err != nil {
		return nil, err
	}
	log, err := os.OpenFile(logFile, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	srv := &server{peer: p, port: port, cmd: pinned(serverCPU, p.command(p, s, port)), done: make(chan struct{}),
		checked: make(map[string]bool), warm: make(map[string]bool)}
	srv.cmd.Stdout, srv.cmd.Stderr = log, log
	srv.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := srv.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = srv.cmd.Wait() // it is ended by a signal
		close(srv.done)
	}()
	for end := time.Now().Add(startTimeout); ; time.Sleep(20 * time.Millisecond) {
		_, err := ask(port, s)
		if err == nil {
			return srv, nil
		}
		select {
		case <-srv.done:
			return nil, fmt.Errorf("%s has ended, see %s", p.name, logFile)
		default:
		}
		if time.Now().After(end) {
			srv.stop()
			return nil, fmt.Errorf("%s does not answer: %w; see %s", p.name, err, logFile)
		}
	}
}

// stop ends the server and what it has started.
func (s *server) stop() {
	group := -s.cmd.Process.Pid
	_ = syscall.Kill(group, syscall.SIGTERM) // it may have ended
	select {
	case <-s.done:
	case <-time.After(5 * time.Second):
	}
	_ = syscall.Kill(group, syscall.SIGKILL)
	<-s.done
}

// cpuTime is what the server and all processes below it have used so far, user and system together.
func (s *server) cpuTime() (time.Duration, error) {
	parents, used := make(map[int]int), make(map[int]time.Duration)
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		pid, ppid, cpu, err := parseStat(string(text))
		if err != nil {
			return 0, fmt.Errorf("%s: %w", file, err)
		}
		parents[pid], used[pid] = ppid, cpu
	}
	var sum time.Duration
	for pid, cpu := range used {
		for p := pid; p > 1; p = parents[p] {
			if p == s.cmd.Process.Pid {
				sum += cpu
				break
			}
		}
	}
	return sum, nil
}

// tick is the unit of the kernel's account of CPU time.
const tick = 10 * time.Millisecond

// parseStat reads a line of /proc/<pid>/stat. The name of the program, in brackets, may hold anything.
func parseStat(line string) (pid, ppid int, cpu time.Duration, err error) {
	open, end := strings.IndexByte(line, '('), strings.LastIndexByte(line, ')')
	if open < 0 || end < 0 {
		return 0, 0, 0, errors.New("not the line of a process")
	}
	fields := strings.Fields(line[end+1:])
	if len(fields) < 13 {
		return 0, 0, 0, errors.New("too few fields")
	}
	pid, err = strconv.Atoi(strings.TrimSpace(line[:open]))
	numbers := [3]int{}
	for i, at := range [...]int{1, 11, 12} { // ppid, utime, stime
		var e error
		numbers[i], e = strconv.Atoi(fields[at])
		err = errors.Join(err, e)
	}
	return pid, numbers[0], time.Duration(numbers[1]+numbers[2]) * tick, err
}
