package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"skep/bench/peers/picture"
)

// modulesDir holds the modules of a language, or those that are plug-ins of Extism.
func modulesDir(guest string) string { return filepath.Join(buildDir, "modules", guest) }

// buildGuests compiles the guests of the peers that take part, and lays out the folders that hosts serve.
func buildGuests(ctx context.Context, taking []peer) error {
	build := map[string]func(context.Context) error{"go": buildGo, "c": buildC, "as": buildAssemblyScript, "rust": buildRust}
	built := make(map[string]bool)
	for _, p := range taking {
		if guest := p.guest(); guest != "" && !built[guest] {
			if err := build[guest](ctx); err != nil {
				return err
			}
			built[guest] = true
		}
		if p.isHost() {
			if err := layOut(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// endpoints are those of all scenarios that a peer does.
func (p peer) endpoints() (names []string) {
	for _, s := range scenarios {
		if p.does(s.name) && !slices.Contains(names, s.endpoint) {
			names = append(names, s.endpoint)
		}
	}
	return names
}

func buildGo(ctx context.Context) error {
	into := filepath.Join(buildDir, "go")
	err := command(ctx, filepath.Join("bin", "skep"), "build", filepath.Join(sourceDir, "guests", "go"), "--into", into)
	if err != nil {
		return err
	}
	for _, e := range (peer{}).endpoints() {
		from := filepath.Join(into, public, "generations", generation, e+".wasm")
		if err := copyFile(from, filepath.Join(modulesDir("go"), e+".wasm")); err != nil {
			return err
		}
	}
	return nil
}

// buildC compiles the endpoints, and some of them as plug-ins of Extism.
func buildC(ctx context.Context) error {
	file, size, err := drawPicture()
	if err != nil {
		return err
	}
	source := filepath.Join(sourceDir, "guests", "c")
	for _, e := range (peer{}).endpoints() {
		if err := clang(ctx, "c", e, filepath.Join(source, e+".c"), "-DPICTURE="+strconv.Quote(file),
			"-DPICTURE_SIZE="+strconv.Itoa(size)); err != nil {
			return err
		}
		if e == "text" || e == "classify" {
			err := clang(ctx, "extism", e, filepath.Join(source, "extism.c"), "-DSOURCE="+strconv.Quote(e+".c"))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// drawPicture writes the picture that scenario png sends, and says where and how large it is.
func drawPicture() (file string, size int, err error) {
	if file, err = filepath.Abs(filepath.Join(buildDir, "picture.png")); err != nil {
		return "", 0, err
	}
	body := picture.Draw()
	return file, len(body), writeFile(file, body)
}

// moduleFile is where a compiler writes the module of an endpoint.
func moduleFile(guest, endpoint string) (string, error) {
	file := filepath.Join(modulesDir(guest), endpoint+".wasm")
	return file, os.MkdirAll(filepath.Dir(file), 0o755)
}

func clang(ctx context.Context, guest, endpoint, source string, define ...string) error {
	out, err := moduleFile(guest, endpoint)
	if err != nil {
		return err
	}
	return command(ctx, "clang-19", append(define, "--target=wasm32", "-std=c23", "-O2", "-mbulk-memory", "-nostdlib",
		"-Wl,--no-entry", "-Wl,--strip-all", "-o", out, source)...)
}

func buildAssemblyScript(ctx context.Context) error {
	for _, e := range []string{"text", "classify"} {
		out, err := moduleFile("as", e)
		if err != nil {
			return err
		}
		err = command(ctx, filepath.Join(buildDir, "npm", "node_modules", ".bin", "asc"),
			filepath.Join(sourceDir, "guests", "assemblyscript", e+".ts"), "-O3", "--runtime", "stub", "--use", "abort=",
			"-o", out)
		if err != nil {
			return err
		}
	}
	return nil
}

// layOut makes the folder of services that a host serves: its endpoints in a public service, and text in one with keys.
func layOut(p peer) error {
	for _, e := range p.endpoints() {
		manifest, err := os.ReadFile(filepath.Join(sourceDir, "guests", "go", public, e, "endpoint.toml"))
		if err != nil {
			return err
		}
		manifest = append([]byte("isolation = "+strconv.Quote(p.isolation())+"\n"), manifest...)
		for _, service := range []string{public, keyed} {
			if service == keyed && e != "text" {
				continue
			}
			to := filepath.Join(rootOf(p.name), service, "generations", generation, e)
			if err := copyFile(filepath.Join(modulesDir(p.guest()), e+".wasm"), to+".wasm"); err != nil {
				return err
			}
			if err := writeFile(to+".toml", manifest); err != nil {
				return err
			}
		}
	}
	settings := "[auth]\nmethod = \"API_KEYS\"\n"
	for i, k := range keys() {
		hash := sha256.Sum256([]byte(k))
		settings += fmt.Sprintf("[[auth.key]]\nid = \"k%d\"\nhash = \"sha256:%s\"\n", i, hex.EncodeToString(hash[:]))
	}
	return writeFile(filepath.Join(rootOf(p.name), keyed, "service.toml"), []byte(settings))
}

func command(ctx context.Context, name string, args ...string) error {
	if out, err := exec.CommandContext(ctx, name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return writeFile(to, content)
}

func writeFile(name string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, content, 0o644)
}
