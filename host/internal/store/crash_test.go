package store

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// crashVariable has a process deploy until it is killed, in the folder that it names.
const crashVariable = "SKEP_TEST_DEPLOY"

var kills = flag.Int("kills", 6, "how often TestKilled kills")

func TestMain(m *testing.M) {
	if root := os.Getenv(crashVariable); root != "" {
		deploy(root)
	}
	os.Exit(m.Run())
}

// deploy imports and activates generations until it is killed. It says which one has become active.
func deploy(root string) {
	s, err := Open(root)
	if err != nil {
		panic(err)
	}
	first := 1
	if st, err := s.State("docs"); err != nil {
		panic(err)
	} else if n := len(st.History); n > 0 {
		if first, err = strconv.Atoi(strings.TrimPrefix(st.History[n-1], "v")); err != nil {
			panic(err)
		}
	}
	for n := first + 1; ; n++ {
		name := fmt.Sprintf("v%d", n)
		dir, err := os.MkdirTemp("", "package")
		if err != nil {
			panic(err)
		}
		for _, file := range []string{"a.wasm", "b.wasm"} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(name+" "+file), 0o644); err != nil {
				panic(err)
			}
		}
		p, err := OpenFolder(dir)
		if err != nil {
			panic(err)
		}
		if _, err = s.Import("docs", name, p, true); err == nil || errors.Is(err, ErrExists) { // by who was killed then
			if err = s.SwitchTo("docs", name); err == nil {
				_, err = s.Activated("docs", name, 0)
			}
		}
		if err != nil {
			panic(err)
		}
		if n%3 == 0 {
			if _, err := s.Clean("docs", 2); err != nil {
				panic(err)
			}
		}
		p.Close()
		os.RemoveAll(dir)
		fmt.Println(name)
	}
}

// TestKilled kills a process that deploys, again and again, at any moment: the generation that is active afterwards is
// whole, and it is the last one that the process spoke of, or the next.
func TestKilled(t *testing.T) {
	root := write(t, map[string]string{"docs/generations/v1/a.wasm": "v1 a.wasm", "docs/generations/v1/b.wasm": "v1 b.wasm"})
	s := open(t, root)
	if err := s.SwitchTo("docs", "v1"); err != nil {
		t.Fatal(err)
	}
	last, deployments := 1, 0
	tmp := t.TempDir()
	for range *kills {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), crashVariable+"="+root, "TMPDIR="+tmp)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for i := rand.IntN(40); i > 0 && lines.Scan(); i-- {
			if last, err = strconv.Atoi(strings.TrimPrefix(lines.Text(), "v")); err != nil {
				t.Fatal(err)
			}
			deployments++
		}
		time.Sleep(time.Duration(rand.IntN(5_000)) * time.Microsecond)
		_ = cmd.Process.Kill()
		for lines.Scan() { // what it said before
			last, _ = strconv.Atoi(strings.TrimPrefix(lines.Text(), "v"))
			deployments++
		}
		_ = cmd.Wait()
		checkActive(t, root, last)
		if t.Failed() {
			t.FailNow()
		}
	}
	t.Logf("%d deployments, %d kills", deployments, *kills)
}

// checkActive opens the folder as a new process does.
func checkActive(t *testing.T, root string, last int) {
	t.Helper()
	s := open(t, root)
	services, problems, err := s.Scan()
	if err != nil || len(problems) > 0 || len(services) != 1 || services[0].Err != nil {
		t.Fatalf("%v, %v, %v", services, problems, err)
	}
	found := services[0]
	if len(found.State.Mapping) != 1 {
		t.Fatalf("state is %+v", found.State)
	}
	active := found.State.Mapping[0].Generation
	if active != fmt.Sprintf("v%d", last) && active != fmt.Sprintf("v%d", last+1) {
		t.Errorf("%s is active, v%d was the last", active, last)
	}
	there := false
	for _, g := range found.Generations {
		there = there || g.ID == active
		if len(g.Endpoints) != 2 {
			t.Errorf("generation %s has %d endpoints", g.ID, len(g.Endpoints))
		}
		for _, e := range g.Endpoints {
			files, err := s.Read(e)
			if want := g.ID + " " + e.ID + ".wasm"; err != nil || string(files.Module) != want {
				t.Errorf("%s holds %q, %v", e.Module, files.Module, err)
			}
		}
	}
	if !there {
		t.Errorf("the active generation %s is not there", active)
	}
}
