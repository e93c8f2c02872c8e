package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTables(t *testing.T) {
	handlers := nativeHandlers()
	for i, s := range scenarios {
		if handlers[s.path()] == nil {
			t.Errorf("%s: there is no native handler", s.name)
		}
		if !json.Valid([]byte(s.body)) || strings.Contains(s.body, "]==]") {
			t.Errorf("%s: the body is no JSON, or ends the text of a script", s.name)
		}
		for _, file := range []string{"guests/go/bench/" + s.endpoint + "/main.go", "guests/c/" + s.endpoint + ".c",
			"guests/rust/" + s.endpoint + ".rs"} {
			if _, err := os.Stat(filepath.FromSlash(file)); err != nil {
				t.Errorf("%s: %v", s.name, err)
			}
		}
		if slices.ContainsFunc(scenarios[:i], func(o scenario) bool { return o.name == s.name }) {
			t.Errorf("there are two scenarios %s", s.name)
		}
	}
	for i, p := range peers {
		if slices.ContainsFunc(peers[:i], func(o peer) bool { return o.name == p.name || o.about == p.about }) {
			t.Errorf("there are two peers %s", p.name)
		}
		for _, need := range p.needs {
			if !slices.ContainsFunc(tools, func(o tool) bool { return o.name == need }) {
				t.Errorf("%s needs %s, which is no tool", p.name, need)
			}
		}
	}
	for _, o := range tools {
		if o.client != "" && clients[o.client] == "" {
			t.Errorf("%s is installed by %s, and nothing says where that is from", o.name, o.client)
		}
	}
	for _, name := range paced {
		if !slices.ContainsFunc(peers, func(p peer) bool { return p.name == name && p.does("hello") }) {
			t.Errorf("there is no peer %s that does hello", name)
		}
	}
	if peers[0].name != native {
		t.Errorf("the first peer is %s, want %s", peers[0].name, native)
	}
}

// The native handler decodes the document and encodes it again: the same bytes as those of a guest that copies it.
func TestDocument(t *testing.T) {
	if len(document) != 600 {
		t.Errorf("%d bytes, want 600", len(document))
	}
	var v map[string]any
	if err := json.Unmarshal([]byte(document), &v); err != nil {
		t.Fatal(err)
	}
	if got, err := json.Marshal(v); err != nil || string(got) != document {
		t.Errorf("got %s, %v, want %s", got, err, document)
	}
}

func TestParseStat(t *testing.T) {
	const line = "42 (a) b (c) S 7 42 42 0 -1 4194560 1 2 3 4 150 50 9 9 20 0 1 0 100 1 1 1\n"
	pid, ppid, cpu, err := parseStat(line)
	if pid != 42 || ppid != 7 || cpu != 2*time.Second || err != nil {
		t.Errorf("got %d, %d, %v, %v, want 42, 7, 2s", pid, ppid, cpu, err)
	}
	for _, broken := range []string{"", "42 a S 7", "42 (a) S 7 1", "x (a) S 7 42 42 0 -1 0 1 2 3 4 150 50"} {
		if _, _, _, err := parseStat(broken); err == nil {
			t.Errorf("no error for %q", broken)
		}
	}
}

func TestReport(t *testing.T) {
	o, err := parse([]string{"-run", "hello"})
	if err != nil {
		t.Fatal(err)
	}
	r := &runner{options: o, turns: []turn{
		{Scenario: "hello", Peer: native, Round: 0, PerSecond: 100, CPU: 10},
		{Scenario: "hello", Peer: native, Round: 1, PerSecond: 200, CPU: 20},
		{Scenario: "hello", Peer: "skep-go", Round: 0, PerSecond: 80, CPU: 12},
		{Scenario: "hello", Peer: "skep-go", Round: 1, PerSecond: 160, CPU: 24},
		{Scenario: "hello", Peer: native, Share: 0.5, Wanted: 75, PerSecond: 60, Latency: [4]float64{1, 2, 3, 4}},
	}}
	got := report(r)
	for _, want := range []string{
		"| hello | fasthttp, handlers in Go | 150 | 67 % | 1.000 | 15.0 | 1.00 |\n",
		"| hello | skep, Go guest | 120 | 67 % | 0.800 | 18.0 | 1.20 |\n",
		"| hello | fasthttp, handlers in Go | 50 % | 60 of 75 | 1 | 2 | 3 | 4 |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwithout\n%s", got, want)
		}
	}
}

func TestOptions(t *testing.T) {
	for _, args := range [][]string{{"-run", "("}, {"-peers", "nobody"}, {"-rounds", "x"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("no error for %q", args)
		}
	}
	o, err := parse([]string{"-run", "echo"})
	if err != nil || o.run.MatchString("echo-json") || !o.run.MatchString("echo") {
		t.Errorf("%v, %v: want echo and nothing else", o.run, err)
	}
}
