package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
)

// rustTargets are those that guests in Rust can be built for, the best first; the last one is an older name of the one
// before it.
var rustTargets = []string{"wasm32-unknown-unknown", "wasm32-wasip1", "wasm32-wasi"}

// rustc is the first compiler that has one of these targets and a linker: that in PATH, which may be rustup's, or the
// distribution's.
func rustc() (compiler, target string, ok bool) {
	for _, compiler := range []string{"rustc", "/usr/bin/rustc"} {
		for _, target := range rustTargets {
			out, err := exec.Command(compiler, "--print", "target-libdir", "--target", target).Output()
			if err != nil {
				continue // it is not there, or does not know the target
			}
			libraries := strings.TrimSpace(string(out))
			if core, _ := filepath.Glob(filepath.Join(libraries, "libcore-*.rlib")); len(core) > 0 && rustLinks(libraries) {
				return compiler, target, true
			}
		}
	}
	return "", "", false
}

// rustLinks says whether the linker is there: beside the compiler's libraries, or in PATH.
func rustLinks(libraries string) bool {
	own, _ := filepath.Glob(filepath.Join(libraries, "..", "..", "*", "bin", "rust-lld"))
	_, err := exec.LookPath("rust-lld")
	return len(own) > 0 || err == nil
}

func buildRust(ctx context.Context) error {
	file, _, err := drawPicture()
	if err != nil {
		return err
	}
	compiler, target, ok := rustc()
	if !ok {
		return have(ctx, "rust")
	}
	for _, e := range (peer{}).endpoints() {
		out, err := moduleFile("rust", e)
		if err != nil {
			return err
		}
		err = command(ctx, "env", "PICTURE="+file, compiler, "--target", target, "--edition=2021", "--crate-type=cdylib",
			"-Copt-level=3", "-Clto", "-Ccodegen-units=1", "-Cpanic=abort", "-Cstrip=symbols",
			"-Ctarget-feature=+bulk-memory", "-o", out, filepath.Join(sourceDir, "guests", "rust", e+".rs"))
		if err != nil {
			return err
		}
	}
	return nil
}
