package infra

import (
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	custom := map[string]bool{"static": true, "k8s": true}
	noMetadata := map[string]bool{"databricks": true}
	seen := map[string]bool{}
	for _, typ := range All() {
		if seen[typ.Name] {
			t.Errorf("%s stands twice in the table", typ.Name)
		}
		seen[typ.Name] = true
		if got, want := typ.CustomResponses, custom[typ.Name]; got != want {
			t.Errorf("%s: custom responses %v, want %v", typ.Name, got, want)
		}
		if got, want := typ.RequestMetadata, !noMetadata[typ.Name]; got != want {
			t.Errorf("%s: request metadata %v, want %v", typ.Name, got, want)
		}
		if found, err := Lookup(typ.Name); err != nil || found != typ {
			t.Errorf("Lookup(%q) = %v, %v", typ.Name, found, err)
		}
	}
	if len(seen) != 7 {
		t.Errorf("%d types, want 7", len(seen))
	}
	if !seen[Default] {
		t.Errorf("the default %q is not in the table", Default)
	}
}

func TestLookupUnknown(t *testing.T) {
	_, err := Lookup("mainframe")
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range append(Names(), "mainframe") {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not name %q", err, want)
		}
	}
}
