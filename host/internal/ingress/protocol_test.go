package ingress

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"skep/host/internal/action"
)

// protocolTable gives the rows below a heading of host/PROTOCOL.md, cell by cell, without the two rows of the table's
// head.
func protocolTable(t *testing.T, heading string) (rows [][]string) {
	t.Helper()
	text, err := os.ReadFile("../../PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("no heading %s", heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "| ") {
			if len(rows) > 0 {
				break
			}
			continue
		}
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(line, "| \n"), " | ") {
			cells = append(cells, strings.Trim(cell, " "))
		}
		rows = append(rows, cells)
	}
	if len(rows) < 3 {
		t.Fatalf("no table under %s", heading)
	}
	return rows[2:]
}

// TestProtocolRoutes compares the table of routes with the table of actions and with what is routed, both ways.
func TestProtocolRoutes(t *testing.T) {
	want := map[string]bool{
		"GET, HEAD | `S/swagger` | all":           true,
		"GET, HEAD | `/isAlive`, `/isAlive/` | –": true,
	}
	for _, a := range action.All() {
		var kinds []string
		for _, k := range a.Shape().Kinds {
			kinds = append(kinds, k.String())
		}
		want[fmt.Sprintf("%s | `S/{endpoint}/%s` | %s", a.Method(), a, strings.Join(kinds, ", "))] = true
	}
	got := map[string]bool{}
	for _, row := range protocolTable(t, "Routes") {
		got[strings.Join(row[:3], " | ")] = true
		path := strings.Trim(strings.ReplaceAll(row[1], "S/", prefix+"s/"), "`")
		if path, ok := strings.CutPrefix(path, prefix); ok {
			if r, ok := parseRoute([]byte(prefix + strings.ReplaceAll(path, "{endpoint}", "e"))); !ok || r.allow() != row[0] {
				t.Errorf("%s is routed to %+v", row[1], r)
			}
		}
		if shape := action.Parse([]byte(path[strings.LastIndex(path, "/")+1:])).Shape(); shape.Result != "" &&
			!strings.HasPrefix(row[4], "`"+shape.Result+"`") {
			t.Errorf("%s answers with %s, not %s", row[1], shape.Result, row[4])
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("PROTOCOL.md has %q,\nthe code %q", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

// TestProtocolErrors compares the table of errors with all that this package can answer, both ways.
func TestProtocolErrors(t *testing.T) {
	got := map[string]bool{}
	for _, row := range protocolTable(t, "Errors") {
		got[row[0]+" "+strings.Trim(row[1], "`")] = true
	}
	want := failuresInSource(t)
	want["400–599 DkuCustomApiException`, or the module's own"] = true
	for name := range want {
		if !got[name] {
			t.Errorf("PROTOCOL.md has no row for %s", name)
		}
	}
	for name := range got {
		if !want[name] {
			t.Errorf("nothing answers %s, which PROTOCOL.md has a row for", name)
		}
	}
}

// failuresInSource finds every status that stands beside an error type in this package's sources: in a failure, or in the
// arguments of a call.
func failuresInSource(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			var list []ast.Expr
			switch n := n.(type) {
			case *ast.CompositeLit:
				list = n.Elts
			case *ast.CallExpr:
				list = n.Args
			}
			for i := 1; i < len(list); i++ {
				status, isInt := list[i-1].(*ast.BasicLit)
				errorType, isString := list[i].(*ast.BasicLit)
				if isInt && isString && status.Kind == token.INT && errorType.Kind == token.STRING && status.Value >= "400" {
					text, _ := strconv.Unquote(errorType.Value)
					found[status.Value+" "+text] = true
				}
			}
			return true
		})
	}
	if len(found) < 10 {
		t.Errorf("only %d failures in the sources: %v", len(found), found)
	}
	return found
}
