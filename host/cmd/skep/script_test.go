package main

import (
	"archive/zip"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"skep/host"
)

func TestMain(m *testing.M) {
	host.CompileChild()
	testscript.Main(m, map[string]func(){"skep": func() {
		settle = time.Minute // what a script compares must not depend on how busy the machine is
		main()
	}})
}

// TestScripts runs testdata/script. All scripts share the compilers' and the host's cache, and have no network.
func TestScripts(t *testing.T) {
	goCache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	shared := filepath.Join(t.TempDir(), "cache")
	readme := filepath.Join(t.TempDir(), "readme.sh")
	if err := os.WriteFile(readme, readmeBlock(t, "## Deploy, canary, rollback"), 0o666); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("README", readme)
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("GOCACHE", strings.TrimSpace(string(goCache)))
			env.Setenv("GOMODCACHE", filepath.Join(env.WorkDir, "no-modules"))
			env.Setenv("GOPROXY", "off")
			env.Setenv("GOFLAGS", "-mod=mod")
			env.Setenv("GOTOOLCHAIN", "local")
			env.Setenv("SKEP_CACHE", shared)
			env.Setenv("GORACE", "atexit_sleep_ms=0") // else each command waits for a second before it ends
			env.Setenv("SKEP_ADMIN_ADDR", "127.0.0.1:0")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"guest": writeGuest, "await": await, "url": setURL,
			"zip": writeZip},
	})
}

// readmeBlock is the first block of commands below a heading of the README, as it stands there.
func readmeBlock(t *testing.T, heading string) []byte {
	text, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), "\n"+heading+"\n")
	block := regexp.MustCompile(`(?m)(^    .*\n)+`).FindString(section)
	if !ok || block == "" {
		t.Fatalf("the README has no commands below %q", heading)
	}
	return []byte(block)
}

// writeGuest is the command "guest NAME FILE": it writes one of guests.
func writeGuest(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || guests[args[0]] == nil {
		ts.Fatalf("usage: guest NAME FILE")
	}
	path := ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o777))
	ts.Check(os.WriteFile(path, guests[args[0]], 0o666))
}

// await is the command "await FILE REGEXP": it returns when the file holds what matches.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await FILE REGEXP")
	}
	want := regexp.MustCompile("(?m)" + args[1])
	deadline := time.Now().Add(2 * time.Minute)
	for tick := time.NewTicker(10 * time.Millisecond); ; <-tick.C {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && want.Match(text) {
			tick.Stop()
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s does not hold %q: %s", args[0], args[1], text)
		}
	}
}

// setURL is the command "url NAME LOG MESSAGE": it sets a variable to the URL of a listener that a log tells
// of.
func setURL(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: url NAME LOG MESSAGE")
	}
	line := regexp.MustCompile(`msg="?` + regexp.QuoteMeta(args[2]) + `"? addr=(\S+)`)
	await(ts, false, []string{args[1], line.String()})
	ts.Setenv(args[0], "http://"+line.FindStringSubmatch(ts.ReadFile(args[1]))[1])
}

// writeZip is the command "zip DIR FILE": it packs the files of a folder.
func writeZip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: zip DIR FILE")
	}
	f, err := os.Create(ts.MkAbs(args[1]))
	ts.Check(err)
	w := zip.NewWriter(f)
	ts.Check(errors.Join(w.AddFS(os.DirFS(ts.MkAbs(args[0]))), w.Close(), f.Close()))
}
