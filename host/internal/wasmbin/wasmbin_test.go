package wasmbin

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

const header = "\x00asm\x01\x00\x00\x00"

// sec is a section with that content.
func sec(id byte, content string) string { return string(appendSection(nil, id, []byte(content))) }

// custom is a custom section.
func custom(name, data string) string { return sec(sectionCustom, string(appendName(nil, name))+data) }

func TestSection(t *testing.T) {
	module := []byte(header + custom("a", "first") + sec(sectionType, "\x00") + custom("b", "") +
		custom("c", "x") + custom("c", "y"))
	for _, test := range []struct {
		name, data string
		ok         bool
	}{{"a", "first", true}, {"b", "", true}, {"nope", "", false}, {"", "", false}} {
		data, ok, err := Section(module, test.name)
		if err != nil || ok != test.ok || string(data) != test.data {
			t.Errorf("Section(%q) = %q, %v, %v, want %q, %v", test.name, data, ok, err, test.data, test.ok)
		}
	}
	if _, _, err := Section(module, "c"); !errors.Is(err, ErrRepeated) {
		t.Errorf("a repeated section gives %v, want ErrRepeated", err)
	}
}

func TestSectionCannotGrowIntoTheModule(t *testing.T) {
	module := []byte(header + custom("a", "data") + custom("b", "data"))
	want := bytes.Clone(module)
	data, _, err := Section(module, "a")
	if err != nil {
		t.Fatal(err)
	}
	_ = append(data, "overwritten"...)
	if !bytes.Equal(module, want) {
		t.Error("an append to a section's data writes into the module")
	}
}

func TestSetSection(t *testing.T) {
	other := sec(sectionType, "\x00") + custom("other", "kept")
	tests := []struct{ name, module string }{
		{"none", header + other},
		{"one at the end", header + other + custom("a", "old")},
		{"two, first and last", header + custom("a", "old") + other + custom("a", "older")},
	}
	want := header + other + custom("a", "new")
	for _, test := range tests {
		got, err := SetSection([]byte(test.module), "a", []byte("new"))
		if err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v, want %q", test.name, got, err, want)
		}
	}
	if _, err := SetSection([]byte(header), "\xff", nil); !errors.Is(err, ErrMalformed) {
		t.Errorf("a name that is not UTF-8 gives %v, want ErrMalformed", err)
	}
	if _, err := SetSection([]byte(header), "a", make([]byte, MaxModule)); !errors.Is(err, ErrLimit) {
		t.Errorf("a section that is too long gives %v, want ErrLimit", err)
	}
}

func TestStructure(t *testing.T) {
	long := make([]byte, MaxModule+1)
	copy(long, header)
	tests := []struct {
		name, module string
		want         string // "" is accepted
	}{
		{"empty", "", `byte 0: the file does not begin with "\0asm": it is no WebAssembly binary`},
		{"cut magic", "\x00as", `byte 0: the file does not begin with "\0asm": it is no WebAssembly binary`},
		{"cut version", "\x00asm\x01", `byte 4: version is 01, and only 01 00 00 00 is known`},
		{"version 2", "\x00asm\x02\x00\x00\x00", `byte 4: version is 02 00 00 00, and only 01 00 00 00 is known`},
		{"component", "\x00asm\x0d\x00\x01\x00", `byte 4: the file is a component; only core modules can be hosted`},
		{"no length", header + "\x01", `byte 9: length of a section is missing`},
		{"length beyond the end", header + "\x01\x05\x00", `byte 10: section 1 of 5 bytes, and 1 are left`},
		{"length of 2^32-1", header + "\x01\xff\xff\xff\xff\x0f",
			`byte 14: section 1 of 4294967295 bytes, and 0 are left`},
		{"length of 33 bits", header + "\x01\xff\xff\xff\xff\x1f",
			`byte 9: length of a section is no LEB128 number of 32 bits`},
		{"length of 6 bytes", header + "\x01\x80\x80\x80\x80\x80\x00",
			`byte 9: length of a section is no LEB128 number of 32 bits`},
		{"padded length", header + "\x01\x81\x80\x80\x80\x00\x00", ""},
		{"unknown section", header + sec(14, ""), `byte 8: there is no section 14`},
		{"repeated", header + sec(1, "\x00") + sec(1, "\x00"), `byte 11: section 1 is repeated or not in its place`},
		{"wrong order", header + sec(3, "\x00") + sec(1, "\x00"),
			`byte 11: section 1 is repeated or not in its place`},
		{"data count after code", header + sec(10, "\x00") + sec(12, "\x00"),
			`byte 11: section 12 is repeated or not in its place`},
		{"data count before code", header + sec(9, "\x00") + sec(12, "\x00") + sec(10, "\x00"), ""},
		{"tag before global", header + sec(5, "\x00") + sec(13, "\x00") + sec(6, "\x00"), ""},
		{"custom anywhere", header + custom("a", "") + sec(1, "\x00") + custom("a", "") + sec(2, "\x00"), ""},
		{"name beyond its section", header + sec(0, "\x05abc") + "abc",
			`byte 11: name of a custom section of 5 bytes, and 3 are left`},
		{"name that is not UTF-8", header + sec(0, "\x01\xff"), `byte 10: name of a custom section is not UTF-8`},
		{"too long", string(long), `byte 67108864: module of 67108865 bytes, the most is 67108864`},
	}
	for _, test := range tests {
		_, _, err := Section([]byte(test.module), "nope")
		got := ""
		if err != nil {
			got = strings.TrimPrefix(err.Error(), "wasm: ")
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
		if err != nil && !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrLimit) && !errors.Is(err, ErrFeature) {
			t.Errorf("%s: error %v has no sentinel", test.name, err)
		}
	}
}

func TestExports(t *testing.T) {
	section := "\x05" + "\x01f\x00\x00" + "\x01t\x01\x01" + "\x01m\x02\x02" + "\x01g\x03\x80\x01" + "\x00\x04\x04"
	got, err := Exports([]byte(header + sec(sectionExport, section)))
	want := []Export{
		{"f", ExportFunction, 0}, {"t", ExportTable, 1}, {"m", ExportMemory, 2}, {"g", ExportGlobal, 128}, {"", ExportTag, 4},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if got, err := Exports([]byte(header)); err != nil || got != nil {
		t.Errorf("a module without exports gives %v, %v", got, err)
	}
	for _, test := range []struct{ section, want string }{
		{"\x01", "wasm: byte 11: length of name of an export is missing"},
		{"\xff\xff\xff\xff\x0f", "wasm: byte 10: 4294967295 exports, the most is 10000"},
		{"\x02\x01f\x00\x00", "wasm: byte 15: length of name of an export is missing"},
		{"\x00\x00", "wasm: byte 11: 1 bytes follow the exports in their section"},
		{"\x01\x01f\x05\x00", `wasm: byte 13: export "f" has the unknown kind 5`},
		{"\x01\x01\xff\x00\x00", "wasm: byte 11: name of an export is not UTF-8"},
	} {
		_, err := Exports([]byte(header + sec(sectionExport, test.section)))
		if err == nil || err.Error() != test.want {
			t.Errorf("%x: got %v, want %s", test.section, err, test.want)
		}
	}
}

func TestNamesOfKinds(t *testing.T) {
	var names []string
	for k := range ExportTag + 2 {
		names = append(names, k.String())
	}
	if got := strings.Join(names, " "); got != "function table memory global tag unknown" {
		t.Errorf("kinds are called %s", got)
	}
}
