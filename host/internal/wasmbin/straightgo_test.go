package wasmbin

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"
)

// Programs that switch between goroutines in the middle of functions, panic and recover do what they did: the tests of some
// packages of the standard library pass in WebAssembly.
func TestStraightenGo(t *testing.T) {
	for _, name := range []string{"iter", "sort"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := filepath.Join(t.TempDir(), "test.wasm")
			build := exec.Command("go", "test", "-c", "-o", out, name)
			build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
			if text, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, text)
			}
			compiled, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			module := straightened(t, compiled)
			if bytes.Equal(module, compiled) {
				t.Fatal("there was nothing to do")
			}
			rt := wazero.NewRuntime(t.Context())
			defer rt.Close(t.Context())
			wasi_snapshot_preview1.MustInstantiate(t.Context(), rt)
			var said bytes.Buffer
			config := wazero.NewModuleConfig().WithArgs("test", "-test.short", "-test.v", "-test.run", "^Test").WithStdout(&said).WithStderr(&said).
				WithSysWalltime().WithSysNanotime().WithSysNanosleep()
			_, err = rt.InstantiateWithConfig(t.Context(), module, config)
			if exit, ok := err.(*sys.ExitError); ok && exit.ExitCode() == 0 {
				err = nil
			}
			if err != nil || !bytes.Contains(said.Bytes(), []byte("--- PASS: Test")) || !bytes.HasSuffix(said.Bytes(), []byte("\nPASS\n")) {
				t.Errorf("%v\n%s", err, said.Bytes())
			}
		})
	}
}
