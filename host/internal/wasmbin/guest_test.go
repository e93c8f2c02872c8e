package wasmbin

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// goGuest compiles testdata/guest.
func goGuest(tb testing.TB) []byte { return goBuild(tb, "testdata/guest") }

// goBuild compiles the program in a folder to a module.
func goBuild(tb testing.TB, folder string) []byte {
	tb.Helper()
	out := filepath.Join(tb.TempDir(), "guest.wasm")
	build := exec.Command("go", "build", "-buildmode=c-shared", "-buildvcs=false", "-ldflags=-s -w", "-o", out, "main.go")
	build.Dir = folder
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("%v: %s", err, text)
	}
	module, err := os.ReadFile(out)
	if err != nil {
		tb.Fatal(err)
	}
	return module
}
