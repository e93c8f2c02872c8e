package wasmbin

// Limits of a module. One beyond them is refused with [ErrLimit].
//
// They bound what an engine does with a module before it runs any of it, and what this package does. Each is at least
// twice what any of these modules has, and the comments give the largest number with its owner: CPython 3.12 and CRuby
// 3.4 with their libraries, SQLite, QuickJS and MicroPython (C), swc and resvg (Rust), esbuild and a server with
// net/http, html/template and encoding/json (Go). TestCheckCalibration and TestCheckCalibrationOfFiles measure them.
const (
	// MaxModule bounds a module in bytes: above the largest language runtime known, below what hurts. CRuby: 30,635,497.
	MaxModule = 64 << 20
	// MaxSections bounds the sections, of which all but the custom ones occur once. CPython: 20.
	MaxSections = 1_000
	// MaxName bounds the names of imports, exports and custom sections in bytes; they come to logs and errors.
	// CRuby: 201.
	MaxName = 4_096
	// MaxTypes bounds the function types. CPython: 122.
	MaxTypes = 50_000
	// MaxValues bounds the parameters and the results of a function type each, as browsers do. swc: 23 and 1.
	MaxValues = 1_000
	// MaxImports bounds the imports. A host offers a few dozen functions. swc: 68.
	MaxImports = 1_000
	// MaxFunctions bounds the functions, imported ones included. CRuby: 17,884; CPython: 11,491.
	MaxFunctions = 100_000
	// MaxTables bounds the tables, each of up to MaxTable elements, which the limit on memory does not count. All have 1;
	// wasm-bindgen makes 2.
	MaxTables = 16
	// MaxTable bounds the elements of a table. Go's are of 4,096 and the number of its functions: 10,660.
	MaxTable = 100_000
	// MaxPages bounds the least size of a memory in pages of 64 KiB: with one more, its size in bytes does not fit 32
	// bits. CRuby: 549.
	MaxPages = 65_535
	// MaxGlobals bounds the globals of a module, because the mutable ones are set back after every request.
	// MicroPython: 30.
	MaxGlobals = 10_000
	// MaxExports bounds the exports. wazero goes through all of them for each function. MicroPython: 65.
	MaxExports = 10_000
	// MaxElementSegments bounds the element segments. swc: 2.
	MaxElementSegments = 10_000
	// MaxElements bounds the elements of all segments together, for each of which an engine keeps some 40 bytes.
	// CRuby: 8,775.
	MaxElements = 200_000
	// MaxDataSegments bounds the data segments. Go's linker leaves out zeros and stops at 100,000, which large guests
	// reach; CPython: 24,171.
	MaxDataSegments = 200_000
	// MaxBody bounds the body of a function in bytes. Compilers take more than linear time in it. esbuild: 199,780;
	// CRuby: 138,250; CPython: 106,184.
	MaxBody = 1 << 20
	// MaxLocals bounds the locals of a function, parameters not counted, as browsers do. Ten bytes can declare
	// 4,294,967,295 of them, for which wazero takes 32 GiB. swc: 534.
	MaxLocals = 50_000
	// MaxAllLocals bounds the locals of all functions together: wazero keeps 8 bytes for each, even of functions that it
	// has compiled before. swc: 101,944.
	MaxAllLocals = 2_000_000
	// MaxNesting bounds how deep blocks lie in each other. Go opens one for each place of a function where it can be
	// resumed. wazero compiles 10,000 in 0.4 s. esbuild: 3,289; CRuby: 616.
	MaxNesting = 10_000
	// MaxLabels bounds the labels of one br_table, the default not counted. esbuild: 5,490.
	MaxLabels = 65_536
	// MaxAllLabels bounds the labels of all br_tables of one function, the defaults counted. wazero compiles 65,000 in
	// 1.3 s. esbuild: 5,491.
	MaxAllLabels = 100_000
	// MaxControl bounds the instructions of one function that begin a block, branch or end the function: an engine
	// makes a basic block or two of each. The time in which wazero compiles a function is quadratic in them: 17 ns × n²
	// was measured, which is 0.4 s for 5,000, 6.8 s for 20,000, and hours for a body full of them. resvg: 7,382;
	// esbuild: 7,118; CRuby: 7,037; CPython: 2,743.
	MaxControl = 20_000
	// MaxMoved bounds the values that branches, blocks and calls move, as far as their types say, in all functions
	// together. A call of two bytes can move 2,000, and an engine goes through them when it validates, at 2.5 ns each:
	// without this limit, three minutes for one module. swc: 639,888.
	MaxMoved = 20_000_000
	// MaxLocalNames bounds the names of locals in the custom section "name", of all functions together: wazero keeps 24
	// bytes for each. None of the modules has any.
	MaxLocalNames = 1_000_000
)

// bound is one of the limits. It indexes [bounds].
type bound int

const (
	inModule bound = iota
	inSections
	inName
	inTypes
	inParams
	inResults
	inImports
	inFunctions
	inTables
	inTable
	inPages
	inGlobals
	inExports
	inElementSegments
	inElements
	inDataSegments
	inBody
	inLocals
	inAllLocals
	inNesting
	inLabels
	inAllLabels
	inControl
	inMoved
	inFunctionNames
	inLocalNames
)

// bounds gives each limit its number and the words in which a refusal speaks of it.
var bounds = [...]struct {
	what string
	most uint64
}{
	inModule:          {"bytes in the module", MaxModule},
	inSections:        {"sections", MaxSections},
	inName:            {"bytes in a name", MaxName},
	inTypes:           {"function types", MaxTypes},
	inParams:          {"parameters of a type", MaxValues},
	inResults:         {"results of a type", MaxValues},
	inImports:         {"imports", MaxImports},
	inFunctions:       {"functions", MaxFunctions},
	inTables:          {"tables", MaxTables},
	inTable:           {"elements in a table", MaxTable},
	inPages:           {"pages of memory", MaxPages},
	inGlobals:         {"globals", MaxGlobals},
	inExports:         {"exports", MaxExports},
	inElementSegments: {"element segments", MaxElementSegments},
	inElements:        {"elements in all segments", MaxElements},
	inDataSegments:    {"data segments", MaxDataSegments},
	inBody:            {"bytes in a function body", MaxBody},
	inLocals:          {"locals in a function", MaxLocals},
	inAllLocals:       {"locals in all functions", MaxAllLocals},
	inNesting:         {"blocks within each other", MaxNesting},
	inLabels:          {"labels of a br_table", MaxLabels},
	inAllLabels:       {"labels of all br_tables in a function", MaxAllLabels},
	inControl:         {"control instructions in a function", MaxControl},
	inMoved:           {"values moved in all functions", MaxMoved},
	inFunctionNames:   {"names of functions", MaxFunctions},
	inLocalNames:      {"names of locals", MaxLocalNames},
}
