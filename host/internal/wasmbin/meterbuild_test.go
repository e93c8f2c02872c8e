package wasmbin

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// kernelLanguages compile testdata/kernels.
var kernelLanguages = []struct {
	name  string
	build func(testing.TB) []byte
}{
	{"Go", func(tb testing.TB) []byte { return straightened(tb, goBuild(tb, "testdata/kernels/go")) }},
	{"C", cKernels},
	{"Rust", rustKernels},
}

// straightened is a module of Go's compiler as authors build it.
func straightened(tb testing.TB, module []byte) []byte {
	tb.Helper()
	straight, err := Straighten(module)
	if err != nil {
		tb.Fatal(err)
	}
	return straight
}

// cKernels needs no C library, but clang and its linker.
func cKernels(tb testing.TB) []byte {
	for _, suffix := range []string{"", "-22", "-21", "-20", "-19", "-18", "-17", "-16", "-15", "-14"} {
		_, errLinker := exec.LookPath("wasm-ld" + suffix)
		if _, err := exec.LookPath("clang" + suffix); err == nil && errLinker == nil {
			return compiled(tb, "clang"+suffix, "--target=wasm32", "-O2", "-fno-builtin", "-nostdlib", "-Wl,--no-entry",
				"testdata/kernels/c/kernels.c")
		}
	}
	tb.Skip("no clang with wasm-ld: apt-get install clang-19 lld-19")
	return nil
}

// rustKernels takes the first compiler that has a target of WebAssembly: the one in PATH, or the distribution's, whose
// name of wasm32-wasip1 is an older one.
func rustKernels(tb testing.TB) []byte {
	for _, compiler := range []string{"rustc", "/usr/bin/rustc"} {
		for _, target := range []string{"wasm32-wasip1", "wasm32-wasi", "wasm32-unknown-unknown"} {
			folder, err := exec.Command(compiler, "--print", "target-libdir", "--target", target).Output()
			if err != nil {
				continue
			}
			if _, err := os.Stat(strings.TrimSpace(string(folder))); err == nil {
				return compiled(tb, compiler, "--target", target, "--edition=2021", "--crate-type=cdylib", "-Copt-level=3",
					"-Cpanic=abort", "-Cstrip=symbols", "testdata/kernels/rust/kernels.rs")
			}
		}
	}
	tb.Skip("no rustc with a target of WebAssembly: apt-get install rustc libstd-rust-dev-wasm32 lld, " +
		"or rustup target add wasm32-wasip1")
	return nil
}

// compiled is what a compiler makes.
func compiled(tb testing.TB, compiler string, arguments ...string) []byte {
	tb.Helper()
	out := filepath.Join(tb.TempDir(), "kernels.wasm")
	if text, err := exec.Command(compiler, append(arguments, "-o", out)...).CombinedOutput(); err != nil {
		tb.Fatal(fmt.Errorf("%s: %w\n%s", compiler, err, text))
	}
	module, err := os.ReadFile(out)
	if err != nil {
		tb.Fatal(err)
	}
	return module
}
