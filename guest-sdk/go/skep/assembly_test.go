package skep_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// What package abi has in assembly for guests passes the tests that it passes elsewhere in Go: they run in WebAssembly.
func TestAssembly(t *testing.T) {
	wasm := filepath.Join(t.TempDir(), "abi.wasm")
	build := exec.Command("go", "test", "-c", "-o", wasm, "skep/abi")
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go test -c: %v\n%s", err, out)
	}
	binary, err := os.ReadFile(wasm)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	runtime := wazero.NewRuntime(ctx)
	defer runtime.Close(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, runtime)
	var out bytes.Buffer
	config := wazero.NewModuleConfig().WithStdout(&out).WithStderr(&out).WithSysWalltime().WithSysNanotime().
		WithFSConfig(wazero.NewFSConfig().WithReadOnlyDirMount(filepath.Join("..", "..", "..", "abi"), "/")).
		WithArgs("abi", "-test.v", "-test.run", "^(Test|Fuzz)(ViewMeta|FindHeader|AppendReply|RequestReader)$")
	if _, err := runtime.InstantiateWithConfig(ctx, binary, config); err != nil {
		t.Fatalf("%v\n%s", err, out.Bytes())
	}
	for _, name := range []string{"TestViewMeta", "TestFindHeader", "TestAppendReply", "TestRequestReader", "FuzzViewMeta",
		"FuzzAppendReply", "FuzzRequestReader"} {
		if !bytes.Contains(out.Bytes(), []byte("--- PASS: "+name)) {
			t.Errorf("%s did not run:\n%s", name, out.Bytes())
		}
	}
}
