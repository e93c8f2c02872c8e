// Package guestbuild makes a module out of the folder of an endpoint: it finds the language, runs its compiler, embeds
// the manifest and checks that the result can be hosted.
//
// It runs compilers that are installed, and no engine.
package guestbuild

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"skep/abi"
	"skep/host/internal/manifest"
	"skep/host/internal/wasmbin"
)

// ManifestFile is the manifest's name in an endpoint's folder. A folder without one has the manifest
// [manifest.Default], and its module carries none.
const ManifestFile = "endpoint.toml"

// Options say what to build.
type Options struct {
	Dir  string    // the endpoint's folder
	Out  string    // file of the module; "" is <name of the folder>.wasm in Dir
	Lang string    // one of Languages; "" is taken from the manifest, else found out from the files
	Log  io.Writer // gets the command and what the compiler says when it succeeds; nil: nobody
}

// Result is what was built.
type Result struct {
	Path     string // of the module
	Size     int64  // of the module, in bytes
	SHA256   string // of the whole module, in hex
	Lang     string
	Manifest manifest.Endpoint
}

// Build compiles the endpoint of a folder. Equal sources give equal modules, wherever the folder lies. The module
// appears at its path complete or not at all; a module that is there already stays when the build fails.
//
// Errors are those of package manifest, and [ErrLanguage], [ErrCompiler], [ErrCompile] and [ErrExports].
func Build(ctx context.Context, o Options) (Result, error) {
	dir, err := folder(o.Dir)
	if err != nil {
		return Result{}, err
	}
	text, m, err := readManifest(o.Dir)
	if err != nil {
		return Result{}, err
	}
	lang, err := choose(dir, o.Lang, m.Build.Lang)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", o.Dir, err)
	}
	module, err := compile(ctx, lang, dir, o.Log)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", o.Dir, err)
	}
	if err := checkExports(module, lang); err != nil {
		return Result{}, fmt.Errorf("%s: %w", o.Dir, err)
	}
	if text != nil {
		if module, err = wasmbin.SetSection(module, abi.ManifestSection, text); err != nil {
			return Result{}, fmt.Errorf("%s: embed the manifest: %w", o.Dir, err)
		}
	}
	path := o.Out
	if path == "" {
		path = filepath.Join(o.Dir, filepath.Base(dir)+".wasm")
	}
	if err := writeFile(path, module); err != nil {
		return Result{}, err
	}
	sum := sha256.Sum256(module)
	return Result{
		Path: path, Size: int64(len(module)), SHA256: hex.EncodeToString(sum[:]), Lang: lang.name, Manifest: m,
	}, nil
}

// folder is the absolute path of a folder that exists.
func folder(dir string) (string, error) {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return "", err
	case !info.IsDir():
		return "", fmt.Errorf("%s is no folder; give the one with the endpoint's sources", dir)
	}
	return filepath.Abs(dir)
}

// readManifest reads the manifest of a folder; the text is nil where there is none.
func readManifest(dir string) ([]byte, manifest.Endpoint, error) {
	path := filepath.Join(dir, ManifestFile)
	text, err := readFile(path, manifest.MaxText)
	switch {
	case os.IsNotExist(err):
		return nil, manifest.Default(), nil
	case err != nil:
		return nil, manifest.Endpoint{}, err
	}
	m, err := manifest.Parse(path, text)
	return text, m, err
}

// compile runs a language's compiler and gives back the module.
func compile(ctx context.Context, lang language, dir string, log io.Writer) ([]byte, error) {
	work, err := os.MkdirTemp("", "skep-build-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	out := filepath.Join(work, "module.wasm")
	if err := lang.build(ctx, job{dir: dir, out: out, log: log}); err != nil {
		return nil, err
	}
	module, err := readFile(out, wasmbin.MaxModule)
	if err != nil || lang.finish == nil {
		return module, err
	}
	return lang.finish(module)
}
