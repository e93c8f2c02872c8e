package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Folders, from the project's own, in which this program runs.
var (
	sourceDir = filepath.Join("bench", "peers")
	buildDir  = filepath.Join("build", "peers")
)

// tool is something that is not Go and that peers, guests or the load need.
type tool struct {
	name    string
	client  string      // that installs it
	root    bool        // installing it takes root
	command string      // that installs it, for a shell in the project's folder
	files   []string    // that are there when it is installed; a name without a slash is looked for in PATH
	found   func() bool // says so where that takes more than files
	or      string      // what else can be done by hand
}

const (
	apt = "apt-get update && apt-get install -y --no-install-recommends "
	npm = "mkdir -p build/peers/npm && cp bench/peers/npm/package*.json build/peers/npm" +
		" && npm ci --prefix build/peers/npm --ignore-scripts --no-audit --no-fund"
)

// clients say where the programs come from that install tools.
var clients = map[string]string{
	"apt-get": "of Debian and its kin",
	"cargo":   "of Rust 1.88 or newer, as by rustup",
	"npm":     "of Node.js",
	"python3": "with its module venv",
}

var tools = []tool{
	{name: "wrk", client: "apt-get", root: true, command: apt + "wrk",
		files: []string{"wrk"}},
	{name: "clang", client: "apt-get", root: true, command: apt + "clang-19 lld-19",
		files: []string{"clang-19", "wasm-ld-19"}},
	{name: "rust", client: "apt-get", root: true, command: apt + "rustc libstd-rust-dev-wasm32 lld",
		found: func() bool { _, _, ok := rustc(); return ok }, or: "rustup target add " + rustTargets[0]},
	{name: "oha", client: "cargo", command: "cargo install oha --version 1.16.0 --locked --root build/peers/oha",
		files: []string{"build/peers/oha/bin/oha"}},
	{name: "asc", client: "npm", command: npm, files: []string{"build/peers/npm/node_modules/.bin/asc"}},
	{name: "workerd", client: "npm", command: npm, files: []string{"build/peers/npm/node_modules/.bin/workerd"}},
	{name: "python", client: "python3", command: "python3 -m venv build/peers/venv" +
		" && build/peers/venv/bin/pip install --quiet --require-hashes -r bench/peers/python/requirements.txt",
		files: []string{"build/peers/venv/bin/uvicorn", "build/peers/venv/bin/gunicorn"}},
	{name: "cgo", command: apt + "gcc libc6-dev", found: func() bool { return cgo }},
}

// have makes sure that a tool is there, by installing it where that is possible. The error says what to do.
func have(ctx context.Context, name string) error {
	for _, t := range tools {
		if t.name != name {
			continue
		}
		if t.there() {
			return nil
		}
		how := t.command
		if t.or != "" {
			how += "; or: " + t.or
		}
		switch _, err := exec.LookPath(t.client); {
		case t.client == "":
			return fmt.Errorf("this program was built without %s; before it is built again: %s", name, how)
		case err != nil:
			return fmt.Errorf("there is no %s, and no %s, %s, to install it by: %s", name, t.client, clients[t.client], how)
		case t.root && os.Geteuid() != 0:
			return fmt.Errorf("there is no %s; as root: %s", name, how)
		}
		fmt.Fprintln(os.Stderr, t.command)
		cmd := exec.CommandContext(ctx, "sh", "-c", t.command)
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if err := cmd.Run(); err != nil || !t.there() {
			return fmt.Errorf("installing %s by %s, %s, has failed (%v): %s", name, t.client, clients[t.client], err, how)
		}
		return nil
	}
	return fmt.Errorf("there is no tool %q", name)
}

func (t tool) there() bool {
	if t.found != nil {
		return t.found()
	}
	for _, file := range t.files {
		if strings.Contains(file, "/") {
			if _, err := os.Stat(file); err != nil {
				return false
			}
		} else if _, err := exec.LookPath(file); err != nil {
			return false
		}
	}
	return true
}
