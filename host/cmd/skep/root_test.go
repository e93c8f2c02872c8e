package main

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "write the golden files of help texts")

// skep runs a command line in this process.
func skep(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, log bytes.Buffer
	code = run(t.Context(), append([]string{"skep"}, args...), strings.NewReader(""), &out, &log)
	return code, out.String(), log.String()
}

// commands are all commands of the tree but the root.
func commands(cmd *cobra.Command) (list []*cobra.Command) {
	for _, c := range cmd.Commands() {
		list = append(append(list, c), commands(c)...)
	}
	return list
}

// commandName is a command as it is typed after skep, "skep" for that itself.
func commandName(c *cobra.Command) string {
	if name, ok := strings.CutPrefix(c.CommandPath(), "skep "); ok {
		return name
	}
	return "skep"
}

func TestHelp(t *testing.T) {
	for _, c := range append(commands(newRoot("skep")), newRoot("skep")) {
		t.Run(commandName(c), func(t *testing.T) {
			if c.Short == "" || c.Example == "" {
				t.Error("no short text or no example")
			}
			args := append(strings.Fields(c.CommandPath())[1:], "--help")
			code, got, stderr := skep(t, args...)
			if code != exitOK || stderr != "" {
				t.Fatalf("exit code %d, stderr %q", code, stderr)
			}
			golden := filepath.Join("testdata", "help", strings.ReplaceAll(commandName(c), " ", "-")+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs (go test -update writes it); got:\n%s", golden, got)
			}
		})
	}
}

func TestEveryCommandHasAScript(t *testing.T) {
	for _, c := range commands(newRoot("skep")) {
		name, _, _ := strings.Cut(commandName(c), " ")
		if _, err := os.Stat(filepath.Join("testdata", "script", name+".txtar")); err != nil {
			t.Error(err)
		}
	}
}

// TestVariables sets each flag of each command by its variable, and looks for the variable in the help.
func TestVariables(t *testing.T) {
	values := map[string]string{ // of flags that do not take any text
		"addr": "127.0.0.1:1", "admin-addr": "off", "keep-generations": "3", "rescan": "5s", "grace": "5s", "infra": "k8s", "log-format": "json", "log-level": "debug", "request-metadata": "true",
		"include": "true", "verbose": "true", "lang": "go", "memory-budget": "512MiB", "confine": "false",
		"admin": "true", "audit-bodies": "4KiB", "expiry": "2130-12-31T00:00:00Z",
		"max-connections": "7", "max-connections-per-address": "7", "trusted-proxies": "10.0.0.0/8,192.0.2.1/32",
		"share": "0.25", "min-samples": "7", "max-error-rate": "0.5",
		"max-latency-factor": "3", "interval": "5s", "wait": "true",
	}
	for _, name := range []string{"json", "newest", "no-activate", "whole", "follow"} {
		values[name] = "true"
	}
	values["canary"], values["keep"], values["lines"] = "0.5", "3", "7"
	for i, c := range commands(newRoot("skep")) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			name := variable(f.Name)
			if !strings.Contains(f.Usage, "["+name+"]") {
				t.Errorf("help of %s --%s does not name %s: %q", c.Name(), f.Name, name, f.Usage)
			}
			value := values[f.Name]
			if value == "" {
				value = "text"
			}
			t.Setenv(name, value)
			fresh := commands(newRoot("skep"))[i]
			if err := applyVariables(fresh); err != nil {
				t.Fatal(err)
			}
			want := value
			if f.Value.Type() == "stringArray" || f.Value.Type() == "stringSlice" {
				want = "[text]"
			}
			if got := fresh.Flags().Lookup(f.Name).Value.String(); got != want {
				t.Errorf("with %s=%q, %s --%s is %q, want %q", name, value, c.Name(), f.Name, got, want)
			}
			t.Setenv(name, "")
		})
	}
}

func TestFlagWinsOverVariable(t *testing.T) {
	cmd := newServe("skep")
	t.Setenv("SKEP_ADDR", "127.0.0.1:1")
	t.Setenv("SKEP_ROOT", "variable")
	t.Setenv("SKEP_LOG_LEVEL", "")
	if err := cmd.ParseFlags([]string{"--addr", "127.0.0.1:2"}); err != nil {
		t.Fatal(err)
	}
	if err := applyVariables(cmd); err != nil {
		t.Fatal(err)
	}
	for flag, want := range map[string]string{"addr": "127.0.0.1:2", "root": "variable", "log-level": "info"} {
		if got := cmd.Flags().Lookup(flag).Value.String(); got != want {
			t.Errorf("--%s is %q, want %q", flag, got, want)
		}
	}
}

func TestRepeatedFlagFromVariable(t *testing.T) {
	cmd := newCall()
	t.Setenv("SKEP_HEADER", "A: 1, 2\nB: 3\n")
	if err := applyVariables(cmd); err != nil {
		t.Fatal(err)
	}
	got, err := cmd.Flags().GetStringArray("header")
	if err != nil || len(got) != 2 || got[0] != "A: 1, 2" || got[1] != "B: 3" {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestProgramName has the program started by a path: the lines to paste use it.
func TestProgramName(t *testing.T) {
	t.Chdir(t.TempDir())
	var stdout bytes.Buffer
	if code := run(t.Context(), []string{"my bin/skep", "new", "hello"}, nil, &stdout, io.Discard); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	if want := "\n'my bin/skep' test hello\n"; !strings.Contains(stdout.String(), want) {
		t.Errorf("got %s, want a line %q", stdout.String(), want)
	}
}

// TestMisuse runs command lines that make no sense: each ends with code 2, and its text says what to do.
func TestMisuse(t *testing.T) {
	for _, test := range []struct{ args, variable, want string }{
		{"nope", "", `unknown command "nope"; try "skep -h"`},
		{"serv", "", `unknown command "serv", did you mean serve or services?; try "skep -h"`},
		{"--nope", "", `unknown flag: --nope; try "skep -h"`},
		{"serve --nope", "", `unknown flag: --nope; try "skep serve -h"`},
		{"serve extra", "", `1 argument given, want: skep serve [flags]; try "skep serve -h"`},
		{"serve --infra moon", "", `bad value "moon" for --infra: allowed are static, k8s, azure-ml, sagemaker, snowpark, ` +
			`vertex-ai, databricks; try "skep serve -h"`},
		{"serve", "SKEP_INFRA=moon", `bad value "moon" for SKEP_INFRA: allowed are static, `},
		{"serve", "SKEP_REQUEST_METADATA=perhaps", `bad value "perhaps" for SKEP_REQUEST_METADATA: allowed are true, false`},
		{"serve --request-metadata=perhaps", "", `bad value "perhaps" for --request-metadata: allowed are true, false`},
		{"serve --addr 12000", "", `bad value "12000" for --addr: allowed is HOST:PORT`},
		{"serve --addr :70000", "", `bad value ":70000" for --addr: allowed is HOST:PORT`},
		{"serve", "SKEP_LOG_LEVEL=loud", `bad value "loud" for SKEP_LOG_LEVEL: allowed are debug, info, warn, error`},
		{"serve --max-connections 0", "", `bad value "0" for --max-connections: allowed are whole numbers above 0`},
		{"serve --trusted-proxies 10.0.0.0/33", "", `bad value "10.0.0.0/33" for --trusted-proxies: allowed are addresses`},
		{"call", "", `0 arguments given, want: skep call TARGET [ACTION] [flags]; try "skep call -h"`},
		{"call x.wasm fly", "", `unknown action "fly", allowed are run, predict, predict-multi`},
		{"call x.wasm -H novalue", "", `bad value "novalue" for --header or SKEP_HEADER: allowed is 'NAME: VALUE'`},
		{"call http://127.0.0.1:1/nope", "", `http://127.0.0.1:1/nope is not the URL of an endpoint`},
		{"call http://127.0.0.1:1/public/api/v1/s/e/run predict", "", `the URL has the action run already`},
		{"check", "", `0 arguments given, want: skep check FILE.wasm|DIR... [flags]`},
		{"build --into out -o x.wasm", "", `--into builds many endpoints, --out and --lang are for one`},
		{"build --into out --generation a/b", "", `bad value "a/b" for --generation: allowed are letters`},
		{"build --lang cobol", "", `bad value "cobol" for --lang: allowed are go`},
		{"completion", "", `0 arguments given, want: skep completion bash|zsh|fish|powershell`},
		{"completion tcsh", "", `unknown shell "tcsh", allowed are bash, zsh, fish, powershell`},
		{"deploy", "", `0 arguments given, want: skep deploy PATH... [flags]`},
		{"deploy testdata/script/new.txtar --service a/b", "", `"a/b" is not the name of a service: letters`},
		{"deploy x.zip --service s --generation a/b", "", `"a/b" is not the name of a generation: letters`},
		{"deploy x.zip --service s --canary 1.5", "", `bad value 1.5 for --canary: allowed are numbers between 0 and 1`},
		{"deploy x.zip --service s --canary NaN", "", `bad value NaN for --canary`},
		{"deploy x.zip --service s --canary 0.5 --no-activate", "", `--canary activates, --no-activate does not`},
		{"services --host http://h --root services", "", `--host is for a host that runs, --root for a folder`},
		{"services --host 127.0.0.1:12001", "", `bad value for --host or SKEP_HOST: not the URL of a host: it cannot be read as a ` +
			`URL; give one as http://127.0.0.1:12001;`},
		{"services --host http://secret@h", "", `it holds a user name, and a key does not belong there`},
		{"services --key a --key-file b", "", `give the key by --key or by --key-file`},
		{"generations a/b", "", `"a/b" is not the name of a service`},
		{"switch s", "", `say which generation: SERVICE GENERATION, or SERVICE --newest`},
		{"switch s v1 --newest", "", `say which generation`},
		{"switch s ../v1", "", `"../v1" is not the name of a generation`},
		{"mapping s", "", `1 argument given, want: skep mapping SERVICE GENERATION=SHARE...`},
		{"mapping s v1", "", `"v1" is not a share of the requests: write GENERATION=SHARE`},
		{"mapping s v1=2", "", `"v1=2" is not a share of the requests`},
		{"mapping s v1=NaN", "", `"v1=NaN" is not a share of the requests`},
		{"mapping s /=1", "", `"/" is not the name of a generation`},
		{"delete s", "", `say which generation: SERVICE GENERATION; SERVICE --whole removes all of it`},
		{"delete s v1 --whole", "", `say which generation`},
		{"clean --keep -1", "", `bad value "-1" for --keep: allowed are whole numbers from 0;`},
		{"logs s", "", `"s" does not name an endpoint: write SERVICE/ENDPOINT`},
		{"logs s/", "", `"" is not the name of`},
		{"keys list --service s --host http://h", "", `the admin API has keys of administrators only (--admin)`},
		{"keys list --admin --root r --host http://h", "", `--host is for a host that runs, --root for a folder`},
		{"new", "", `0 arguments given, want: skep new NAME`},
		{"new a/b", "", `not a name for an endpoint: "a/b"; use 1 to 64 letters`},
		{"rollout demo", "", `1 argument given, want: skep rollout SERVICE GENERATION`},
		{"rollout ../demo v2", "", `"../demo" is not the name of a service`},
		{"rollout demo v2 --host 127.0.0.1:1", "", `bad value for --host or SKEP_HOST`},
		{"rollout demo v2 --share much", "", `bad value "much" for --share: allowed are numbers, as 0.1;`},
		{"rollout demo v2 --share 1", "", `bad value 1 for --share: allowed are numbers between 0 and 1;`},
		{"rollout demo v2 --interval 30", "", `bad value "30" for --interval: allowed are lengths of time, as 500ms, 30s or 5m;`},
		{"new --lang cobol x", "", `bad value "cobol" for --lang: allowed are go`},
	} {
		t.Run(test.args+test.variable, func(t *testing.T) {
			if name, value, ok := strings.Cut(test.variable, "="); ok {
				t.Setenv(name, value)
			}
			code, stdout, stderr := skep(t, strings.Fields(test.args)...)
			if code != exitUsage || stdout != "" || !strings.Contains(stderr, test.want) || !strings.Contains(stderr, "; try ") {
				t.Errorf("exit code %d, stdout %q, stderr %q, want 2 and %q", code, stdout, stderr, test.want)
			}
		})
	}
}

// TestDocumentedCommands compares the commands that work on a host with the table of the documentation.
func TestDocumentedCommands(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `skep [^|]*").FindAll(text, -1) {
		for _, command := range regexp.MustCompile("`skep ([a-z]+)").FindAllSubmatch(row, -1) {
			documented[string(command[1])] = true
		}
	}
	for _, c := range commands(newRoot("skep")) {
		name, _, _ := strings.Cut(commandName(c), " ")
		if c.Flags().Lookup("host") != nil && !documented[name] {
			t.Errorf("host/README.md has no row for skep %s", name)
		}
	}
}
