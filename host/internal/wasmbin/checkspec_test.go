package wasmbin

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// left are the faults that Check leaves to the engine: they need the types of operands.
var left = map[string]bool{
	"alignment must not be larger than natural": true,
	"global is immutable":                       true,
	"invalid lane index":                        true,
	"invalid result arity":                      true, // written without the types that are too many
	"type mismatch":                             true,
	"undeclared function reference":             true,
}

// TestCheckSpecification goes through the binary modules of the core test suite of WebAssembly 2.0, which lies beside
// the source of the engine: those that are modules are accepted, but for imports, and those that are none are refused.
func TestCheckSpecification(t *testing.T) {
	list := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/tetratelabs/wazero")
	source, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(strings.TrimSpace(string(source)), "internal/integration_test/spectest/v2/testdata")
	suites, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(suites) == 0 {
		t.Fatalf("no test suite in %s: %v", folder, err)
	}
	accepted, refused := 0, 0
	for _, file := range suites {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var suite struct {
			Commands []struct {
				Type, Filename, Text string
				ModuleType           string `json:"module_type"`
			}
		}
		if err := json.Unmarshal(text, &suite); err != nil {
			t.Fatal(err)
		}
		for _, command := range suite.Commands {
			invalid := command.Type == "assert_invalid" || command.Type == "assert_malformed"
			if !invalid && command.Type != "module" || invalid && command.ModuleType != "binary" {
				continue
			}
			module, err := os.ReadFile(filepath.Join(folder, command.Filename))
			if err != nil {
				t.Fatal(err)
			}
			err = Check(module)
			switch {
			case invalid && err == nil && !left[command.Text]:
				t.Errorf("%s: accepted, want %s", command.Filename, command.Text)
			case invalid && err != nil:
				refused++
			case !invalid && err == nil:
				accepted++
			case !invalid && !permitted(err):
				t.Errorf("%s: %v", command.Filename, err)
			}
		}
	}
	t.Logf("%d modules accepted, %d others refused", accepted, refused)
	if accepted < 700 || refused < 800 {
		t.Errorf("%d modules accepted and %d others refused: the suite is not all there", accepted, refused)
	}
}

// permitted says whether a module of the core may be refused so.
func permitted(err error) bool {
	text := err.Error()
	return strings.Contains(text, "only functions can be imported") ||
		strings.Contains(text, "pages of memory, the most is") || strings.Contains(text, "elements in a table, the most is")
}
