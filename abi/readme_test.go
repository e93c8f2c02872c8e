package abi_test

import (
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"regexp"
	"strings"
	"testing"

	"skep/abi"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReadmeExamples compares the bytes of every worked example with the golden frame that it names.
func TestReadmeExamples(t *testing.T) {
	frames := map[string][]byte{}
	for _, f := range readGolden(t) {
		frames[f.Name] = f.Bytes
	}
	comment := regexp.MustCompile(`;.*`)
	blocks := regexp.MustCompile("(?s)```hex (\\S+)\n(.*?)```").FindAllStringSubmatch(readme(t), -1)
	if len(blocks) < 6 {
		t.Errorf("only %d examples", len(blocks))
	}
	for _, block := range blocks {
		digits := strings.Join(strings.Fields(comment.ReplaceAllString(block[2], "")), "")
		if want := hex.EncodeToString(frames[block[1]]); digits != want {
			t.Errorf("example %s is\n%s, the golden frame is\n%s", block[1], digits, want)
		}
	}
}

// TestReadmeLimits compares the table of limits with limits.go, both ways.
func TestReadmeLimits(t *testing.T) {
	text := readme(t)
	_, table, _ := strings.Cut(text, "## Limits")
	table, _, _ = strings.Cut(table, "\n## ")
	limits := constants(t, "limits.go")
	for name, value := range limits {
		if row := fmt.Sprintf("| `%s` | %s |", name, value); !strings.Contains(table, row) {
			t.Errorf("no row %s in the table of limits", row)
		}
	}
	if rows := strings.Count(table, "| `M"); rows != len(limits) {
		t.Errorf("the table has %d limits, limits.go has %d", rows, len(limits))
	}
}

// TestReadmeNames looks for every name of abi.go, tag and kind.
func TestReadmeNames(t *testing.T) {
	text := readme(t)
	for name, value := range constants(t, "abi.go") {
		if value.Kind() != constant.String {
			continue
		}
		if cell := "`" + constant.StringVal(value) + "`"; !strings.Contains(text, cell) {
			t.Errorf("%s is missing: %s", name, cell)
		}
	}
	for tag := abi.Tag(1); tag.String() != "invalid"; tag++ {
		if row := fmt.Sprintf("| %d | %s |", tag, tag); !strings.Contains(text, row) {
			t.Errorf("no row %s in the table of tags", row)
		}
	}
	for _, kind := range abi.Kinds() {
		if !strings.Contains(text, "`"+kind.String()+"`") {
			t.Errorf("kind %s is missing", kind)
		}
	}
}

// TestGoldenReadmeReasons looks for every reason in the table of the golden frames.
func TestGoldenReadmeReasons(t *testing.T) {
	text, err := os.ReadFile("testdata/golden/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for word := range reasons {
		if !strings.Contains(string(text), "| `"+word+"` |") {
			t.Errorf("reason %q is missing", word)
		}
	}
}

// constants are the package-level constants of a file that needs no other.
func constants(t *testing.T, file string) map[string]constant.Value {
	t.Helper()
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	pkg, err := new(types.Config).Check("abi", fset, []*ast.File{parsed}, nil)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]constant.Value{}
	for _, name := range pkg.Scope().Names() {
		if c, ok := pkg.Scope().Lookup(name).(*types.Const); ok {
			values[name] = c.Val()
		}
	}
	return values
}
