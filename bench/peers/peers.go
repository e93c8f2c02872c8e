package main

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// peer is a server that is measured.
type peer struct {
	name      string
	about     string
	needs     []string // names of tools
	scenarios []string // that it does; none: all
	command   func(p peer, s scenario, port int) []string
}

// Tables name the peer that the others are compared with.
const native = "native"

var some = []string{"hello", "classify"}

// peers is everything that is measured. The native one comes first, as the others' answers are compared with its own.
var peers = []peer{
	{name: native, about: "fasthttp, handlers in Go", command: own},
	{name: "net/http", about: "net/http, the same handlers", scenarios: some, command: own},
	{name: "skep-go", about: "skep, Go guest", command: skep},
	{name: "skep-go-instance", about: "skep, Go guest, isolation instance", command: skep},
	{name: "skep-c", about: "skep, C guest", needs: []string{"clang"}, command: skep},
	{name: "skep-c-instance", about: "skep, C guest, isolation instance", needs: []string{"clang"}, command: skep},
	{name: "skep-as", about: "skep, AssemblyScript guest", needs: []string{"asc"},
		scenarios: []string{"hello", "classify", "classify-100", "key"}, command: skep},
	{name: "skep-rust", about: "skep, Rust guest", needs: []string{"rust"}, command: skep},
	{name: "wazero-fresh", about: "wazero, C guest, fresh", needs: []string{"clang"}, scenarios: some, command: own},
	{name: "wazero-fresh-go", about: "wazero, Go guest, fresh", scenarios: some, command: own},
	{name: "wazero-reused", about: "wazero, C guest, reused, stoppable", needs: []string{"clang"}, scenarios: some,
		command: own},
	{name: "extism-fresh", about: "Extism, C guest, fresh", needs: []string{"clang"}, scenarios: some, command: own},
	{name: "extism-reused", about: "Extism, C guest, reused", needs: []string{"clang"}, scenarios: some, command: own},
	{name: "wasmtime-fresh", about: "wasmtime, C guest, fresh", needs: []string{"clang", "cgo"}, scenarios: some,
		command: own},
	{name: "wasmtime-pooling", about: "wasmtime, C guest, fresh, pooling allocator", needs: []string{"clang", "cgo"},
		scenarios: some, command: own},
	{name: "wasmtime-reused", about: "wasmtime, C guest, reused", needs: []string{"clang", "cgo"}, scenarios: some,
		command: own},
	{name: "workerd", about: "workerd, JavaScript", needs: []string{"workerd"}, scenarios: some, command: workerd},
	{name: "uvicorn", about: "uvicorn with FastAPI, Python", needs: []string{"python"}, scenarios: some,
		command: uvicorn},
	{name: "gunicorn", about: "gunicorn with Flask, Python", needs: []string{"python"}, scenarios: some,
		command: gunicorn},
}

// own is this program as a server, see serve.
func own(p peer, _ scenario, port int) []string {
	return []string{filepath.Join(buildDir, "bench"), "serve", p.name, address(port)}
}

// skep is the host as users start it, with a folder of services for each peer.
func skep(p peer, s scenario, port int) []string {
	return append([]string{filepath.Join("bin", "skep"), "serve", "--root", rootOf(p.name), "--addr", address(port),
		"--admin-addr", "off", "--log-level", "warn", "--cache", filepath.Join(buildDir, "cache")}, s.flags...)
}

func workerd(_ peer, _ scenario, port int) []string {
	return []string{filepath.Join(buildDir, "npm", "node_modules", ".bin", "workerd"), "serve",
		filepath.Join(sourceDir, "workerd", "config.capnp"), "--socket-addr", "http=" + address(port)}
}

func uvicorn(_ peer, _ scenario, port int) []string {
	return []string{filepath.Join(buildDir, "venv", "bin", "uvicorn"), "--app-dir", filepath.Join(sourceDir, "python"),
		"--host", "127.0.0.1", "--port", strconv.Itoa(port), "--loop", "uvloop", "--http", "httptools",
		"--no-access-log", "--log-level", "warning", "with_fastapi:app"}
}

func gunicorn(_ peer, _ scenario, port int) []string {
	return []string{filepath.Join(buildDir, "venv", "bin", "gunicorn"), "--chdir", filepath.Join(sourceDir, "python"),
		"--bind", address(port), "--worker-class", "gthread", "--workers", "1", "--threads", "4", "--keep-alive", "60",
		"--log-level", "warning", "with_flask:app"}
}

func address(port int) string { return "127.0.0.1:" + strconv.Itoa(port) }

// rootOf is the folder of services that the host serves for a peer.
func rootOf(peer string) string { return filepath.Join(buildDir, "services", peer) }

// isolation is that of the endpoints of a peer that is a host.
func (p peer) isolation() string {
	if strings.HasSuffix(p.name, "-instance") {
		return "instance"
	}
	return "request"
}

// guest is the language of the guests of a peer: "go", "c", "as" or "rust", empty where there are none.
func (p peer) guest() string {
	switch {
	case strings.HasPrefix(p.name, "skep-"):
		return strings.Split(p.name, "-")[1]
	case strings.HasSuffix(p.name, "-go"):
		return "go"
	case slices.Contains(p.needs, "clang"):
		return "c"
	}
	return ""
}

// isHost says whether a peer is this project's host.
func (p peer) isHost() bool { return strings.HasPrefix(p.name, "skep-") }

// does says whether a peer takes part in a scenario.
func (p peer) does(scenario string) bool {
	return len(p.scenarios) == 0 || slices.Contains(p.scenarios, scenario)
}
