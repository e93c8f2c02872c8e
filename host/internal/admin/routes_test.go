package admin

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// TestDocumentedRoutes compares the table of the documentation with the routes that there are, in this order.
func TestDocumentedRoutes(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented, want []string
	for _, row := range regexp.MustCompile("(?m)^\\| `((?:GET|POST|PUT|DELETE) /[^`]*)` \\| .*\\S \\|$").FindAllSubmatch(text, -1) {
		documented = append(documented, string(row[1]))
	}
	for _, r := range routes {
		if r.pattern != "/" {
			want = append(want, r.pattern)
		}
	}
	if !slices.Equal(documented, want) {
		t.Errorf("host/README.md has the routes\n%q, want\n%q", documented, want)
	}
}
