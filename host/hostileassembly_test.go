package host_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestHostileAssembly shows that the bytes of every hostile guest are those of its source.
func TestHostileAssembly(t *testing.T) {
	assembler, err := exec.LookPath("wat2wasm")
	if err != nil {
		t.Skip("wat2wasm (package wabt) is not installed: sources and bytes are not compared")
	}
	sources, err := filepath.Glob(filepath.Join(hostileDir, "*.wat"))
	if err != nil || len(sources) == 0 {
		t.Fatalf("%d sources, %v", len(sources), err)
	}
	modules, err := filepath.Glob(filepath.Join(hostileDir, "*.wasm"))
	if err != nil || len(modules) != len(sources) {
		t.Errorf("%d modules for %d sources, %v", len(modules), len(sources), err)
	}
	for _, source := range sources {
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		assembled := filepath.Join(t.TempDir(), "module.wasm")
		args := []string{source, "--debug-names", "-o", assembled}
		for line := range strings.Lines(string(text)) {
			if options, ok := strings.CutPrefix(line, ";; wat2wasm: "); ok {
				args = append(args, strings.Fields(options)...)
			}
		}
		if out, err := exec.Command(assembler, args...).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", source, err, out)
			continue
		}
		want, err := os.ReadFile(assembled)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(strings.TrimSuffix(source, ".wat") + ".wasm")
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s: the module beside it is not what it says; assemble it again", source)
		}
	}
}
