package wasmbin

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
)

// sound is a module with something in every section.
var sound = header + custom("first", "x") +
	sec(sectionType, vec(sig(0, 0), sig(1, 1), "\x60\x02\x7e\x7c\x01\x7b")) +
	sec(sectionImport, vec(name("env")+name("log")+"\x00\x01")) +
	sec(sectionFunction, vec("\x00", "\x01")) +
	sec(sectionTable, vec("\x70\x01\x02\x05", "\x6f\x00\x00")) +
	sec(sectionMemory, vec("\x01\x01\x80\x80\x04")) +
	sec(sectionGlobal, vec(i32Mutable, i64Mutable, f32Mutable, f64Mutable, v128Constant, funcConstant, refFunc)) +
	sec(sectionExport, vec(name("run")+"\x00\x01", name("table")+"\x01\x01", name("memory")+"\x02\x00",
		name("global")+"\x03\x06", name("")+"\x00\x00")) +
	sec(sectionStart, "\x01") +
	sec(sectionElement, vec(
		"\x00\x41\x00\x0b"+vec("\x00", "\x02"),
		"\x01\x00"+vec("\x01"),
		"\x02\x00\x41\x00\x0b\x00"+vec("\x01"),
		"\x03\x00"+vec("\x01"),
		"\x04\x41\x00\x0b"+vec("\xd2\x01\x0b"),
		"\x05\x6f"+vec("\xd0\x6f\x0b"),
		"\x06\x00\x41\x01\x0b\x70"+vec("\xd0\x70\x0b"),
		"\x07\x70"+vec())) +
	sec(sectionDataCount, "\x03") +
	sec(sectionCode, vec(body(""), name(vec("\x02\x7f", "\x01\x7b")+soundCode+"\x0b"))) +
	sec(sectionData, vec("\x00\x41\x00\x0b"+name("abc"), "\x01"+name("def"), "\x02\x00\x41\x08\x0b"+name(""))) +
	custom("name", "\x00"+name(name("module"))+"\x01"+name(vec("\x00"+name("log"), "\x01"+name("run")))+
		"\x02"+name(vec("\x02"+vec("\x00"+name("a"))))+"\x07"+name("\xff"))

// soundCode is of a function of one parameter and one result, with three more locals.
const soundCode = "\x02\x40\x03\x40\x20\x00\x0d\x00\x20\x01\x0e\x02\x00\x01\x01\x0b\x0b" +
	"\x20\x00\x04\x7f\x41\x01\x05\x41\x02\x0b\x21\x02" +
	"\x41\x00\x41\x00\x41\x00\xfc\x08\x01\x00\xfc\x09\x01" + // memory.init, data.drop
	"\x41\x00\x41\x00\x41\x00\xfc\x0a\x00\x00\x41\x00\x41\x00\x41\x00\xfc\x0b\x00" + // memory.copy, memory.fill
	"\x41\x00\x41\x00\x41\x00\xfc\x0c\x01\x00\xfc\x0d\x01" + // table.init, elem.drop
	"\x41\x00\x41\x00\x41\x00\xfc\x0e\x00\x00\xd0\x70\x41\x00\xfc\x0f\x00\x1a\xfc\x10\x01\x1a" + // table.copy, grow, size
	"\x41\x00\xd0\x6f\x41\x00\xfc\x11\x01\x41\x00\x25\x00\x1a\x41\x00\xd0\x6f\x26\x01" + // table.fill, get, set
	"\xd2\x01\xd1\x1a\x23\x00\x24\x00\x3f\x00\x40\x00\x1a" + // ref.func, globals, memory.size, memory.grow
	"\x41\x00\x28\x02\x00\xc0\x41\x00\xfd\x00\x04\x00\xfd\x4d\x22\x03\xfd\x15\x00\x6a\x1a" + // loads, extend8_s, vectors
	"\x20\x03\x20\x03\xfd\xae\x01\x1a" + // i32x4.add, a number of two bytes
	"\x43\x00\x00\x80\x3f\xfc\x00\x41\x01\x41\x00\x1c\x01\x7f\x1a" + // trunc_sat, select of a type
	"\x41\x05\x41\x00\x11\x01\x00\x10\x00" // call_indirect, call

func TestCheckAccepts(t *testing.T) {
	withParams := header + sec(1, vec(sig(0, 0), sig(1, 1), sig(2, 1))) + sec(3, "\x01\x00")
	tests := []struct{ name, module string }{
		{"nothing", header},
		{"empty sections", header + sec(1, "\x00") + sec(2, "\x00") + sec(3, "\x00") + sec(4, "\x00") + sec(5, "\x00") +
			sec(6, "\x00") + sec(7, "\x00") + sec(9, "\x00") + sec(12, "\x00") + sec(10, "\x00") + sec(11, "\x00")},
		{"all sections", sound},
		{"block of a type", withParams + sec(10, vec(body("\x41\x01\x02\x01\x0b\x1a")))},
		{"longer form of a type index", withParams + sec(10, vec(body("\x41\x01\x02\x81\x80\x80\x80\x00\x0b\x1a")))},
		{"longer form of a bulk instruction", run("\x43\x00\x00\x80\x3f\xfc\x80\x00\x1a")},
		{"branch to the body", run("\x0c\x00")},
		{"code behind the end of a block", run("\x02\x40\x0c\x00\x0b\x01")},
		{"names of nothing", header + custom("name", "")},
		{"unknown names", header + custom("name", "\x0b"+name("x")+"\x0b"+name("x"))},
		{"largest memory", header + sec(5, vec("\x01\xff\xff\x03\x80\x80\x04"))},
		{"table of the largest maximum", header + sec(4, vec("\x70\x01\x00\xff\xff\xff\xff\x0f"))},
	}
	for _, test := range tests {
		if err := Check([]byte(test.module)); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// TestCheckRefuses has a row for every way to be refused that is no limit.
func TestCheckRefuses(t *testing.T) {
	typed := header + voidType
	tests := []struct {
		name, module, want string
		is                 error
	}{
		// Names of proposals.
		{"a component", "\x00asm\x0d\x00\x01\x00", "the file is a component; only core modules can be hosted", ErrFeature},
		{"tags", header + sec(13, "\x00"), "section 13 belongs to the exception handling proposal", ErrFeature},
		{"throw", run("\x08\x00"), "instruction 0x8 belongs to the exception handling proposal", ErrFeature},
		{"try_table", run("\x1f\x40\x00\x0b"), "instruction 0x1f belongs to the exception handling", ErrFeature},
		{"exnref", header + sec(1, "\x01\x60\x01\x69\x00"), "value type 0x69 belongs to the exception", ErrFeature},
		{"import of a tag", typed + sec(2, vec(name("m")+name("t")+"\x04\x00\x00")),
			"import of a tag belongs to the exception handling", ErrFeature},
		{"export of a tag", header + sec(7, vec(name("t")+"\x04\x00")), "export of a tag belongs to the exc", ErrFeature},
		{"return_call", run("\x12\x00"), "instruction 0x12 belongs to the tail call proposal", ErrFeature},
		{"return_call_indirect", run("\x13\x00\x00"), "instruction 0x13 belongs to the tail call proposal", ErrFeature},
		{"call_ref", run("\x14\x00"), "instruction 0x14 belongs to the function references proposal", ErrFeature},
		{"typed reference", header + sec(1, "\x01\x60\x01\x63\x70\x00"), "value type 0x63 belongs to the func", ErrFeature},
		{"typed local", header + voidType + sec(3, "\x01\x00") + sec(10, vec(name("\x01\x01\x64\x70\x0b"))),
			"value type 0x64 belongs to the function references", ErrFeature},
		{"typed block", run("\x02\x63\x70\x0b"), "value type 0x63 belongs to the function references", ErrFeature},
		{"typed select", run("\x00\x1c\x01\x63\x70"), "value type 0x63 belongs to the function references", ErrFeature},
		{"table with a value", header + sec(4, vec("\x40\x00\x70\x00\x00\xd0\x70\x0b")),
			"table with an initial value belongs to the function references", ErrFeature},
		{"struct type", header + sec(1, "\x01\x5f\x00"), "form of a type 0x5f belongs to the garbage coll", ErrFeature},
		{"recursive types", header + sec(1, "\x01\x4e\x00"), "form of a type 0x4e belongs to the garbage", ErrFeature},
		{"continuation type", header + sec(1, "\x01\x5d\x00"), "form of a type 0x5d belongs to the stack s", ErrFeature},
		{"anyref table", header + sec(4, vec("\x6e\x00\x00")), "reference type 0x6e belongs to the garbage", ErrFeature},
		{"struct.new", run("\xfb\x00\x00"), "instruction 0xfb belongs to the garbage collection proposal", ErrFeature},
		{"ref.null of a type", run("\xd0\x00\x1a"), "null of type 0x0 belongs to the function references", ErrFeature},
		{"atomics", run("\xfe\x03\x00", oneMemory), "instruction 0xfe belongs to the threads proposal", ErrFeature},
		{"shared memory", header + sec(5, vec("\x03\x01\x01")), "shared memory belongs to the threads proposal", ErrFeature},
		{"shared table", header + sec(4, vec("\x70\x03\x01\x01")), "shared memory belongs to the threads", ErrFeature},
		{"64-bit memory", header + sec(5, vec("\x04\x01")), "size of 64 bits belongs to the memory64 proposal", ErrFeature},
		{"64-bit table", header + sec(4, vec("\x70\x05\x01\x01")), "size of 64 bits belongs to the memory64", ErrFeature},
		{"page size", header + sec(5, vec("\x08\x01\x00")), "flag 8 of limits belongs to the custom page sizes", ErrFeature},
		{"two memories", header + sec(5, times(2, "\x00\x01")),
			"number of memories 2 belongs to the multiple memories proposal", ErrFeature},
		{"load from memory 1", run("\x41\x00\x28\x42\x01\x00\x1a", oneMemory),
			"alignment 0x42 belongs to the multiple memories", ErrFeature},
		{"size of memory 1", run("\x3f\x01\x1a", oneMemory), "memory index 1 belongs to the multiple memories", ErrFeature},
		{"sum in a constant", header + sec(6, vec(addition)),
			"constant expression of 3 instructions belongs to the extended constant", ErrFeature},
		{"constant of a global", header + sec(6, vec(i32Constant, fromImport)),
			"constant expression that reads global 0 belongs to the extended constant", ErrFeature},
		{"relaxed SIMD", run("\xfd\x80\x02"), "instruction 0xfd 256 belongs to the relaxed SIMD proposal", ErrFeature},
		{"wide arithmetic", run("\xfc\x13"), "instruction 0xfc 19 belongs to the wide arithmetic proposal", ErrFeature},
		{"memory.discard", run("\xfc\x12"), "instruction 0xfc 18 belongs to the memory control proposal", ErrFeature},
		{"cont.new", run("\xe0\x00"), "instruction 0xe0 belongs to the stack switching proposal", ErrFeature},

		// Imports that cannot be given.
		{"import of a memory", header + sec(2, vec(name("env")+name("mem")+"\x02\x00\x01")),
			`import "mem" from "env" is a memory; only functions can be imported`, ErrFeature},
		{"import of a table", header + sec(2, vec(name("env")+name("tab")+"\x01\x70\x00\x01")),
			`import "tab" from "env" is a table; only functions can be imported`, ErrFeature},
		{"import of a global", header + sec(2, vec(importGlobal)), `import "g" from "e" is a global;`, ErrFeature},

		// Reserved names.
		{"reserved export", run("", sec(7, vec(name("skep.private.x")+"\x00\x00"))),
			`export "skep.private.x": names that begin with "skep.private." are the host's own`, ErrReserved},
		{"reserved import", typed + sec(2, vec(name("env")+name("skep.private.x")+"\x00\x00")),
			`import "skep.private.x": names that begin`, ErrReserved},
		{"reserved module", typed + sec(2, vec(name("skep.private.x")+name("f")+"\x00\x00")),
			`import from "skep.private.x": names that begin`, ErrReserved},
		{"the host's module", typed + sec(2, vec(name("skep.private")+name("slice")+"\x00\x00")),
			`import from "skep.private": names that begin`, ErrReserved},

		// Indices, one beyond what there is.
		{"type of an import", typed + sec(2, vec(name("e")+name("f")+"\x00\x01")), "type 1 is named, and", ErrMalformed},
		{"type of a function", typed + sec(3, "\x01\x01") + sec(10, vec(body(""))), "type 1 is named, and", ErrMalformed},
		{"type of a block", run("\x02\x01\x0b"), "type 1 is named, and there are 1", ErrMalformed},
		{"call", run("\x10\x01"), "function 1 is named, and there are 1", ErrMalformed},
		{"dead call", run("\x00\x10\x01"), "function 1 is named, and there are 1", ErrMalformed},
		{"call of 2^32-1", run("\x10\xff\xff\xff\xff\x0f"), "function 4294967295 is named", ErrMalformed},
		{"ref.func", run("\xd2\x01\x1a"), "function 1 is named, and there are 1", ErrMalformed},
		{"ref.func in a global", run("", sec(6, vec("\x70\x00\xd2\x01\x0b"))), "function 1 is named", ErrMalformed},
		{"type of call_indirect", run("\x41\x00\x11\x01\x00", oneTable), "type 1 is named, and", ErrMalformed},
		{"table of call_indirect", run("\x41\x00\x11\x00\x01", oneTable), "table 1 is named, and", ErrMalformed},
		{"local", run("\x20\x00\x1a"), "local 0 is named, and there are 0", ErrMalformed},
		{"local behind a parameter", header + sec(1, vec(sig(1, 0))) + sec(3, "\x01\x00") +
			sec(10, vec(body("\x20\x01\x1a"))),
			"local 1 is named, and", ErrMalformed},
		{"local of 2^32-1", run("\x41\x00\x21\xff\xff\xff\xff\x0f"), "local 4294967295 is named", ErrMalformed},
		{"global.get", run("\x23\x00\x1a"), "global 0 is named, and there are 0", ErrMalformed},
		{"global.set", run("\x41\x00\x24\x01", sec(6, vec(i32Mutable))), "global 1 is named", ErrMalformed},
		{"table.get", run("\x41\x00\x25\x00\x1a"), "table 0 is named, and there are 0", ErrMalformed},
		{"table.set", run("\x41\x00\xd0\x70\x26\x01", oneTable), "table 1 is named", ErrMalformed},
		{"table.grow", run("\xd0\x70\x41\x00\xfc\x0f\x01\x1a", oneTable), "table 1 is named", ErrMalformed},
		{"table.size", run("\xfc\x10\x01\x1a", oneTable), "table 1 is named", ErrMalformed},
		{"table.fill", run("\xfc\x11\x01", oneTable), "table 1 is named", ErrMalformed},
		{"table.copy to", run("\xfc\x0e\x01\x00", oneTable), "table 1 is named", ErrMalformed},
		{"table.copy from", run("\xfc\x0e\x00\x01", oneTable), "table 1 is named", ErrMalformed},
		{"table.init segment", run("\xfc\x0c\x00\x00", oneTable), "element segment 0 is named", ErrMalformed},
		{"table.init table", run("\xfc\x0c\x00\x01", oneTable, sec(9, vec("\x01\x00\x00"))),
			"table 1 is named", ErrMalformed},
		{"elem.drop", run("\xfc\x0d\x01", sec(9, vec("\x01\x00\x00"))), "element segment 1 is named", ErrMalformed},
		{"memory.init segment", run("\xfc\x08\x01\x00", oneMemory, sec(12, "\x01")) + sec(11, vec("\x01\x00")),
			"data segment 1 is named, and there are 1", ErrMalformed},
		{"memory.init memory", run("\xfc\x08\x00\x00", sec(12, "\x01")) + sec(11, vec("\x01\x00")),
			"memory 0 is named, and there are 0", ErrMalformed},
		{"data.drop", run("\xfc\x09\x01", sec(12, "\x01")) + sec(11, vec("\x01\x00")),
			"data segment 1 is named", ErrMalformed},
		{"data.drop without a count", run("\xfc\x09\x00") + sec(11, vec("\x01\x00")),
			"data segment 0 is named without a data count section", ErrMalformed},
		{"memory.size", run("\x3f\x00\x1a"), "memory 0 is named, and there are 0", ErrMalformed},
		{"i32.load", run("\x41\x00\x28\x02\x00\x1a"), "memory 0 is named, and there are 0", ErrMalformed},
		{"v128.load", run("\x41\x00\xfd\x00\x04\x00\x1a"), "memory 0 is named, and there are 0", ErrMalformed},
		{"v128.load8_lane", run("\xfd\x54\x00\x00\x00"), "memory 0 is named, and there are 0", ErrMalformed},
		{"memory.fill", run("\xfc\x0b\x00"), "memory 0 is named, and there are 0", ErrMalformed},
		{"br", run("\x0c\x01"), "label 1 is named, and there are 1", ErrMalformed},
		{"br_if", run("\x02\x40\x41\x00\x0d\x02\x0b"), "label 2 is named, and there are 2", ErrMalformed},
		{"br_table", run("\x41\x00\x0e\x01\x01\x00"), "label 1 is named, and there are 1", ErrMalformed},
		{"default of br_table", run("\x41\x00\x0e\x00\x01"), "label 1 is named, and there are 1", ErrMalformed},
		{"export of a function", run("", sec(7, vec("\x00\x00\x01"))), "function 1 is named", ErrMalformed},
		{"export of a table", header + sec(7, vec("\x00\x01\x00")), "table 0 is named, and there are 0", ErrMalformed},
		{"export of a memory", header + oneMemory + sec(7, vec("\x00\x02\x01")), "memory 1 is named", ErrMalformed},
		{"export of a global", header + sec(7, vec("\x00\x03\x00")), "global 0 is named, and there are 0", ErrMalformed},
		{"start", run("", sec(8, "\x01")), "function 1 is named, and there are 1", ErrMalformed},
		{"element", run("", oneTable, sec(9, vec("\x00\x41\x00\x0b\x01\x01"))), "function 1 is named", ErrMalformed},
		{"element expression", run("", sec(9, vec("\x05\x70\x01\xd2\x01\x0b"))), "function 1 is named", ErrMalformed},
		{"table of elements", run("", oneTable, sec(9, vec("\x02\x01\x41\x00\x0b\x00\x00"))), "table 1 is", ErrMalformed},
		{"elements without a table", header + sec(9, vec("\x00\x41\x00\x0b\x00")), "table 0 is named", ErrMalformed},
		{"data without a memory", header + sec(11, vec("\x00\x41\x00\x0b\x00")), "memory 0 is named", ErrMalformed},
		{"data of memory 1", header + oneMemory + sec(11, vec("\x02\x01\x41\x00\x0b\x00")),
			"memory 1 is named", ErrMalformed},

		// Structure.
		{"else in a block", run("\x02\x40\x05\x0b"), "else without an if", ErrMalformed},
		{"else in the body", run("\x05"), "else without an if", ErrMalformed},
		{"second else", run("\x41\x00\x04\x40\x05\x05\x0b"), "else without an if", ErrMalformed},
		{"block without an end", run("\x02\x40"), "instruction is missing", ErrMalformed},
		{"body without an end", typed + sec(3, "\x01\x00") + sec(10, vec(name("\x00\x01"))),
			"instruction is missing", ErrMalformed},
		{"code behind the body", run("\x0b\x01"), "2 bytes follow the end of a body", ErrMalformed},
		{"function without a body", typed + sec(3, "\x01\x00"), "1 functions are declared, and 0 have a body", ErrMalformed},
		{"body without a function", header + sec(10, vec(body(""))), "0 functions are declared, and 1 have", ErrMalformed},
		{"body beyond its section", typed + sec(3, "\x01\x00") + sec(10, "\x01\x05\x00\x0b") + "\x00\x01\x00",
			"body of 5 bytes, and 2 are left", ErrMalformed},
		{"data count without data", header + sec(12, "\x01"), "1 data segments are declared, and there are 0", ErrMalformed},
		{"data count too small", header + sec(12, "\x00") + sec(11, vec("\x01\x00")),
			"0 data segments are declared, and there are 1", ErrMalformed},
		{"start with a parameter", header + sec(1, vec(sig(1, 0))) + sec(3, "\x01\x00") + sec(8, "\x00") +
			sec(10, vec(body(""))), "the start function 0 takes or gives values", ErrMalformed},
		{"start with a result", header + sec(1, vec(sig(0, 1))) + sec(3, "\x01\x00") + sec(8, "\x00") +
			sec(10, vec(body("\x41\x00"))), "the start function 0 takes or gives values", ErrMalformed},
		{"export twice", run("", sec(7, vec(name("f")+"\x00\x00", name("f")+"\x00\x00"))), `second export "f"`, ErrMalformed},
		{"maximum below minimum", header + sec(5, vec("\x01\x02\x01")), "the maximum 1 is below the minimum 2", ErrMalformed},
		{"memory of 4 GiB + 64 KiB", header + sec(5, vec("\x01\x01\x81\x80\x04")), "65537 pages has more than", ErrMalformed},
		{"unknown form of a type", header + sec(1, "\x01\x00"), "unknown form of a type 0x0", ErrMalformed},
		{"unknown value type", header + sec(1, "\x01\x60\x01\x01\x00"), "unknown value type 0x1", ErrMalformed},
		{"number as an element type", header + sec(9, vec("\x05\x7f\x00")), "unknown reference type 0x7f", ErrMalformed},
		{"unknown kind of elements", header + sec(9, vec("\x01\x01\x00")), "unknown kind 1 of elements", ErrMalformed},
		{"unknown elements", header + sec(9, vec("\x08")), "unknown flags 0x8 of an element segment", ErrMalformed},
		{"unknown data", header + sec(11, vec("\x03")), "unknown flags 0x3 of a data segment", ErrMalformed},
		{"empty constant", header + sec(6, vec("\x7f\x00\x0b")), "empty constant expression", ErrMalformed},
		{"place of an i64", header + oneMemory + sec(11, vec("\x00\x42\x00\x0b\x00")), "is not an i32.const", ErrMalformed},
		{"empty section", header + sec(1, ""), "number of items is missing", ErrMalformed},
		{"bytes behind the types", header + sec(1, "\x00\x00"),
			"1 bytes follow the type items in their section", ErrMalformed},
		{"unknown instruction", run("\x27"), "there is no instruction 0x27", ErrMalformed},
		{"unknown bulk instruction", run("\xfc\x20"), "there is no instruction 0xfc 32", ErrMalformed},
		{"unknown vector instruction", run("\xfd\xb0\x02"), "there is no instruction 0xfd 304", ErrMalformed},
		{"select of two types", run("\x1c\x02\x7f\x7f"), "select with 0x2 types, it must be 1", ErrMalformed},
		{"alignment of 2^32", run("\x28\x20\x00", oneMemory), "alignment 2^32", ErrMalformed},

		// Encodings that an engine reads otherwise.
		{"longer v128.const", run("\xfd\x8c\x00\x03\x40\x0c\x00\x0b0123456789\x1a"),
			"instruction 0xfd 12 takes 3 bytes, more than it needs", ErrMalformed},
		{"longer vector instruction", run("\xfd\xae\x81\x00"), "instruction 0xfd 174 takes 4 bytes", ErrMalformed},
		{"longer count of select", run("\x1c\x81\x00\x7f"), "select with 0x81 types", ErrMalformed},
		{"longer empty block type", run("\x02\xc0\x7f\x0b"), "block type -64 takes more than one byte", ErrMalformed},
		{"longer memory index", run("\x3f\x80\x00\x1a", oneMemory), "memory index 128 belongs to", ErrFeature},

		// The names, by whose counts an engine allocates.
		{"names without end", header + custom("name", "\x01"+name("\xff\xff\xff\xff\x0f")), "names of functions", ErrLimit},
		{"missing name", header + custom("name", "\x01"+name("\x01")), "index of a name is missing", ErrMalformed},
		{"missing names of locals", header + custom("name", "\x02"+name("\x01\x00\x01")), "is missing", ErrMalformed},
		{"bytes behind names", header + custom("name", "\x00"+name("\x01mx")), "1 bytes follow the names", ErrMalformed},
		{"long module name", header + custom("name", "\x00"+name("\xff\xff\xff\xff\x0f")), "4294967295 bytes", ErrMalformed},
		{"names twice", header + custom("name", "") + custom("name", ""), `second custom section "name"`, ErrMalformed},
		{"functions named twice", header + custom("name", "\x01"+name("\x00")+"\x01"+name("\x00")),
			"second list 1 of names", ErrMalformed},
	}
	for _, test := range tests {
		err := Check([]byte(test.module))
		if !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", test.name, err, test.want)
			continue
		}
		if where := new(Error); !errors.As(err, &where) || where.Offset < 0 || where.Offset > len(test.module) {
			t.Errorf("%s: offset %d of %d bytes", test.name, where.Offset, len(test.module))
		}
	}
}

// TestCheckOffsets holds a few offsets against places that were counted by hand.
func TestCheckOffsets(t *testing.T) {
	tests := []struct{ name, module, want string }{
		{"call", run("\x01\x10\x01"), "wasm: byte 24: function 1 is named, and there are 1"},
		{"type", header + sec(3, "\x01\x00"), "wasm: byte 11: type 0 is named, and there are 0"},
		{"vector", run("\xfd\x8c\x00"), "wasm: byte 24: instruction 0xfd 12 takes 3 bytes, more than it needs"},
		{"end", header + voidType + sec(3, "\x01\x00"), "wasm: byte 18: 1 functions are declared, and 0 have a body"},
	}
	for _, test := range tests {
		if err := Check([]byte(test.module)); err == nil || err.Error() != test.want {
			t.Errorf("%s: got %v, want %s", test.name, err, test.want)
		}
	}
}

// TestCheckPrefixes cuts a module everywhere. What is left is a module only where it ends before the functions are
// declared, or lacks nothing but a custom section.
func TestCheckPrefixes(t *testing.T) {
	var complete []int // lengths
	for s, err := range sections([]byte(sound)) {
		if err != nil {
			t.Fatal(err)
		}
		if s.id <= sectionFunction { // custom ones too
			complete = append(complete, s.start)
		}
	}
	if len(complete) != 5 {
		t.Fatalf("the module is complete at %d", complete)
	}
	for n := range len(sound) {
		if err := Check([]byte(sound[:n])); (err == nil) != slices.Contains(complete, n) {
			t.Errorf("the first %d of %d bytes give %v", n, len(sound), err)
		}
	}
}

// TestSoundModule holds the module that the other tests rely on against the engine.
func TestSoundModule(t *testing.T) {
	runtime := wazero.NewRuntime(t.Context())
	defer runtime.Close(t.Context())
	if _, err := runtime.CompileModule(t.Context(), []byte(sound)); err != nil {
		t.Error(err)
	}
}

// TestCheckAllocates holds memory against the length of a module as a compiler makes it.
func TestCheckAllocates(t *testing.T) {
	module := goGuest(t)
	spent := allocated(func() {
		if err := Check(module); err != nil {
			t.Error(err)
		}
	})
	if spent > uint64(len(module))/4 {
		t.Errorf("%d bytes were allocated for %d", spent, len(module))
	}
}

func BenchmarkCheck(b *testing.B) {
	module := goGuest(b)
	b.SetBytes(int64(len(module)))
	b.ReportAllocs()
	for b.Loop() {
		if err := Check(module); err != nil {
			b.Fatal(err)
		}
	}
}
