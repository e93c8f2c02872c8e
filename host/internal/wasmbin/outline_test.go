package wasmbin

import (
	"bytes"
	"slices"
	"testing"

	"github.com/tetratelabs/wazero"
)

// TestOutline takes the code from modules: what is left is a module with all else, and its functions trap.
func TestOutline(t *testing.T) {
	for name, module := range map[string][]byte{
		"nothing": []byte(header), "all sections": []byte(sound), "bulk": bulk().bytes(),
		"rewritten": mustRewrite(t, bulk().bytes()).Module,
	} {
		out, err := Outline(module)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if again, err := Outline(out); err != nil || !bytes.Equal(again, out) {
			t.Errorf("%s: the outline of the outline is another: %v", name, err)
		}
		if got, want := withoutCode(t, out), withoutCode(t, module); !slices.Equal(got, want) {
			t.Errorf("%s: sections %q, want %q", name, got, want)
		}
		rt := wazero.NewRuntimeWithConfig(t.Context(), wazero.NewRuntimeConfigInterpreter())
		if _, err := rt.CompileModule(t.Context(), out); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := rt.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	for _, module := range []string{"", header + "\x0a\x01\xff", header + "\x0a\x05\xff\xff\xff\xff\x0f", header + "\x0a\x01\x02"} {
		if _, err := Outline([]byte(module)); err == nil {
			t.Errorf("%q has an outline", module)
		}
	}
}

// withoutCode are the sections of a module in their order, and of that with the code how many bodies it has.
func withoutCode(t *testing.T, module []byte) (list []string) {
	t.Helper()
	for s, err := range sections(module) {
		if err != nil {
			t.Fatal(err)
		}
		content := module[s.start:s.end]
		if s.id == sectionCode {
			content = appendU32([]byte{sectionCode}, s.u32("number of bodies"))
		}
		list = append(list, string(content))
	}
	return list
}
