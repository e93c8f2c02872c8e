package guestbuild

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"skep/host/internal/wasmbin"
)

// golang is Go, with the standard compiler.
var golang = language{
	name: "go",
	detect: func(files []string) bool {
		return slices.ContainsFunc(files, func(f string) bool { return f == "go.mod" || strings.HasSuffix(f, ".go") })
	},
	build:  buildGo,
	finish: wasmbin.Straighten,
	hint:   "import skep/guest-sdk/go/skep and register a handler: var _ = skep.Function(run)",
}

// goFlags make a library without anything that depends on the place or time of the build.
var goFlags = []string{
	"build", "-buildmode=c-shared", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=",
}

func buildGo(ctx context.Context, j job) error {
	compiler, err := exec.LookPath("go")
	if err != nil {
		return fmt.Errorf(`%w: there is no "go" in PATH; install Go 1.26 or later, see https://go.dev/doc/install`,
			ErrCompiler)
	}
	err = run(ctx, j, command{
		path: compiler,
		args: append(slices.Clone(goFlags), "-o", j.out, "."),
		env:  goEnv(os.LookupEnv, filepath.Dir(j.out)),
	})
	if err != nil && strings.Contains(err.Error(), "package "+goSDK+" is not in std") {
		err = fmt.Errorf("%w\nthe go.mod does not say where the SDK is: skep new makes a project that holds it", err)
	}
	return err
}

// goSDK is the package that endpoints in Go import.
const goSDK = "skep/guest-sdk/go/skep"

// goEnv is what the compiler's environment needs beyond the user's own, in which GOFLAGS, proxies and caches stay. What it
// leaves behind when it is ended lies in the folder work, which goes.
func goEnv(lookup func(string) (string, bool), work string) []string {
	env := []string{"GOOS=wasip1", "GOARCH=wasm", "GOWASM=", "CGO_ENABLED=0"}
	if _, ok := lookup("GOWORK"); !ok {
		// A go.work somewhere above would make the module depend on where the folder lies, and stop the build of a
		// folder that it does not name. Who wants one can say so.
		env = append(env, "GOWORK=off")
	}
	if _, ok := lookup("GOTMPDIR"); !ok {
		env = append(env, "GOTMPDIR="+work)
	}
	return env
}
