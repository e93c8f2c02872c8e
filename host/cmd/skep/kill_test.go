package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"skep/abi"
	"skep/host/hosttest"
	"skep/host/internal/store"
)

// TestServeKilled kills servers while generations are deployed, by folder and by switch: each one that follows serves one
// whole generation, and none that is older than what has been seen.
func TestServeKilled(t *testing.T) {
	kills := 8
	if testing.Short() {
		kills = 3
	}
	root := t.TempDir()
	s, err := store.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	d := deployer{dir: filepath.Join(root, "docs", "generations")}
	if err := d.deploy(); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for range kills {
		server := serveChild(t, root)
		failed := make(chan error, 1)
		stop := make(chan bool)
		go func() { // deploys until it is stopped
			for {
				select {
				case <-stop:
					failed <- nil
					return
				default:
				}
				err := d.deploy()
				if err == nil && d.last%3 == 0 {
					err = s.SwitchTo("docs", fmt.Sprintf("g%d", d.last))
				} else if err == nil && d.last%3 == 1 {
					_, err = s.SwitchToNewest("docs")
				}
				if err != nil {
					failed <- err
					return
				}
			}
		}()
		first := 0
		for calls := 20 + rand.IntN(200); calls > 0; calls-- {
			n, err := server.ask([]string{"a", "b"}[calls%2])
			if err != nil {
				t.Error(err)
				break
			}
			if first == 0 {
				first = n
			}
			if n < seen {
				t.Errorf("g%d answers after g%d", n, seen)
			}
			seen = n
		}
		if err := server.cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = server.cmd.Wait() // it was killed
		close(stop)
		if err := <-failed; err != nil {
			t.Error(err)
		}
		if t.Failed() {
			return
		}
	}
	server := serveChild(t, root)
	defer server.cmd.Wait()
	defer server.cmd.Process.Kill()
	for i := range 40 { // nobody deploys any more
		n, err := server.ask([]string{"a", "b"}[i%2])
		if err != nil || n < seen || i > 0 && n != seen {
			t.Errorf("g%d answers after g%d, %v", n, seen, err)
		}
		seen = n
	}
}

// deployer moves generations into their place, each newer than the one before.
type deployer struct {
	dir  string
	last int
}

func (d *deployer) deploy() error {
	name := fmt.Sprintf("g%d", d.last+1)
	made := filepath.Join(d.dir, "."+name)
	if err := os.MkdirAll(made, 0o755); err != nil {
		return err
	}
	answer := abi.Result{Tag: abi.TagValue, Value: abi.AppendString(nil, name)}
	for _, file := range []string{"a.wasm", "b.wasm"} {
		if err := os.WriteFile(filepath.Join(made, file), hosttest.GuestWith(abi.AppendResult(nil, answer)), 0o644); err != nil {
			return err
		}
	}
	d.last++
	return os.Rename(made, filepath.Join(d.dir, name))
}

// child is a server in a process of its own.
type child struct {
	cmd        *exec.Cmd
	url, admin string
	log        *logged
	logged     chan struct{} // closed when the log is at its end
}

// logged is text that is written while others read it.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// serveChild starts a server and returns when all that it found at first is loaded.
func serveChild(t *testing.T, root string, flags ...string) *child {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "skep") // by this name, it is skep
	if err := os.Symlink(exe, program); err != nil {
		t.Fatal(err)
	}
	flags = append([]string{"serve", "--root", root, "--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0",
		"--confine=false"}, flags...)
	c := &child{cmd: exec.Command(program, flags...), log: new(logged), logged: make(chan struct{})}
	log, err := c.cmd.StderrPipe()
	if err == nil {
		err = c.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.cmd.Process.Kill() })
	lines := bufio.NewScanner(log)
	listening := regexp.MustCompile(`msg=listening addr=(\S+)`)
	administered := regexp.MustCompile(`msg="admin API" addr=(\S+)`)
	for c.url == "" {
		if !lines.Scan() {
			t.Fatalf("the server has ended: %v", lines.Err())
		}
		if found := administered.FindStringSubmatch(lines.Text()); found != nil {
			c.admin = "http://" + found[1]
		}
		if found := listening.FindStringSubmatch(lines.Text()); found != nil {
			c.url = "http://" + found[1]
		}
	}
	go func() {
		defer close(c.logged)
		for lines.Scan() {
			fmt.Fprintln(c.log, lines.Text())
		}
	}()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if _, err = c.ask("a"); err == nil { // all of a generation is loaded at once
			return c
		}
		if time.Now().After(end) {
			t.Fatalf("the server does not serve: %v", err)
		}
	}
}

// ask calls an endpoint, and gives the number of the generation that has answered.
func (c *child) ask(endpoint string) (int, error) {
	res, err := http.Post(c.url+"/public/api/v1/docs/"+endpoint+"/run", "application/json", strings.NewReader("{}"))
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err
	}
	var got struct {
		Response   string
		APIContext struct{ ServiceGeneration string }
	}
	if res.StatusCode != 200 || json.Unmarshal(text, &got) != nil || got.Response != got.APIContext.ServiceGeneration {
		return 0, fmt.Errorf("%s: %d %s", endpoint, res.StatusCode, text)
	}
	return strconv.Atoi(strings.TrimPrefix(got.Response, "g"))
}
