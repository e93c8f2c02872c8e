package host_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"skep/host"
	"skep/host/hosttest"
)

// count is a number as it stands before items.
func count(n int) string { return string(binary.AppendUvarint(nil, uint64(n))) }

// vector is an item so many times, with its count ahead.
func vector(n int, item string) string { return count(n) + strings.Repeat(item, n) }

// sized is some bytes with their number ahead.
func sized(content string) string { return count(len(content)) + content }

// moduleOf is a module of sections, given as id and content.
func moduleOf(sections ...any) string {
	var b strings.Builder
	b.WriteString("\x00asm\x01\x00\x00\x00")
	for i := 0; i < len(sections); i += 2 {
		b.WriteByte(byte(sections[i].(int)))
		b.WriteString(sized(sections[i+1].(string)))
	}
	return b.String()
}

// one is a module of one function without parameters and results, whose code is given without its end.
func one(locals, code string) string {
	return moduleOf(1, vector(1, "\x60\x00\x00"), 3, vector(1, "\x00"), 10, vector(1, sized(locals+code+"\x0b")))
}

// bombs are modules that cost an engine, or a naive reader, time or memory out of proportion before any of their code
// runs.
var bombs = []struct{ name, module, refused string }{
	{"locals", one("\x01"+count(1_000_000_000)+"\x7f", ""), "locals in a function"},
	{"locals-in-groups", one("\x02\xff\xff\xff\xff\x0f\x7f\xff\xff\xff\xff\x0f\x7f", ""), "locals"},
	{"branches", one("\x00", strings.Repeat("\x41\x00\x0d\x00", 200_000)), "control instructions in a function"},
	{"nesting", one("\x00", strings.Repeat("\x02\x40", 200_000)+strings.Repeat("\x0b", 200_000)), "blocks within each other"},
	{"labels", one("\x00", "\x41\x00\x0e"+vector(200_000, "\x00")+"\x00"), "br_table with 200000 labels"},
	{"body", one("\x00", strings.Repeat("\x01", 2<<20)), "bytes in a function body"},
	{"functions", moduleOf(1, vector(1, "\x60\x00\x00"), 3, vector(1_000_000, "\x00"), 10, vector(1_000_000, "\x02\x00\x0b")),
		"functions"},
	{"types", moduleOf(1, vector(1_000_000, "\x60\x00\x00")), "function types"},
	{"parameters", moduleOf(1, vector(1, "\x60"+vector(100_000, "\x7f")+"\x00")), "parameters of a type"},
	{"exports", moduleOf(5, vector(1, "\x00\x01"), 7, vector(1_000_000, "\x00\x02\x00")), "exports"},
	{"imports", moduleOf(1, vector(1, "\x60\x00\x00"), 2, vector(1_000_000, "\x00\x00\x00\x00")), "imports"},
	{"name", moduleOf(5, vector(1, "\x00\x01"), 7, vector(1, sized(strings.Repeat("a", 8<<20))+"\x02\x00")), "bytes in a name"},
	{"sections", moduleOf() + strings.Repeat("\x00\x02\x01a", 1_000_000), "sections"},
	{"globals", moduleOf(6, vector(1_000_000, "\x7f\x01\x41\x00\x0b")), "globals"},
	{"segments", moduleOf(11, vector(1_000_000, "\x01\x00")), "data segments"},
	{"size", moduleOf() + strings.Repeat("\x00", 65<<20), ""},
	{"counts", moduleOf(1, "\xff\xff\xff\xff\x0f"), "function types"},
}

// TestHostileSizes serves modules that are too much of something, and a good one.
func TestHostileSizes(t *testing.T) {
	root := t.TempDir()
	hosttest.Copy(t, filepath.Join(hostileDir, "good.wasm"), filepath.Join(root, "good", "good.wasm"))
	hosttest.Copy(t, filepath.Join(hostileDir, "custom.toml"), filepath.Join(root, "good", "good.toml"))
	if err := os.Mkdir(filepath.Join(root, "hostile"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, b := range bombs {
		if err := os.WriteFile(filepath.Join(root, "hostile", b.name+".wasm"), []byte(b.module), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	before, start := resident(t), time.Now()
	s := hosttest.Start(t, host.Config{Root: root, Log: new(journal).logger()})
	took := time.Since(start)
	t.Logf("%d modules refused in %v; resident memory: %d MB before, %d MB after", len(bombs),
		took.Round(time.Millisecond), before>>20, resident(t)>>20)
	for _, e := range s.Endpoints() {
		for _, b := range bombs {
			if b.name != e.ID {
				continue
			}
			if e.State != "refused" || !strings.Contains(e.Reason.Error(), b.refused) {
				t.Errorf("%s: %s, %v; want it refused because of %q", b.name, e.State, e.Reason, b.refused)
			} else if len(e.Reason.Error()) > 1000 {
				t.Errorf("%s: a reason of %d bytes", b.name, len(e.Reason.Error()))
			}
		}
	}
	if bad := callGood(s.URL+"/public/api/v1/good/good/run", 1); bad != "" {
		t.Errorf("a neighbour: %s", bad)
	}
}
