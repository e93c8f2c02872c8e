package wasmbin

// Straighten is a copy of a module that Go's compiler made, in which jumps go where they lead to. The compiler puts one
// loop around all that a function does, and makes a jump of a number and a branch to the loop's head, where a table finds
// the piece of that number. Here a jump is a branch to the end of a block or to a loop of its own. Through the table go
// those that lead back to where the function may also be entered anew, behind a call, which is so for most loops that call.
//
// The functions do what they did. One of another form stays as it is. Modules of other compilers must not be given: here a
// function is entered at the numbers that calls leave behind, and with another one it traps. Nor must hostile ones: unlike
// all else in this package it may take time that grows with the square of a function's length.
func Straighten(module []byte) ([]byte, error) {
	out := make([]byte, 0, len(module))
	kept := 0
	for s, err := range sections(module) {
		if err != nil {
			return nil, err
		}
		if s.id != sectionCode {
			continue
		}
		code, err := straightenCode(s.reader)
		if err != nil {
			return nil, err
		}
		out = appendSection(append(out, module[kept:s.start]...), sectionCode, code)
		kept = s.end
	}
	return append(out, module[kept:]...), nil
}

func straightenCode(r reader) ([]byte, error) {
	count := r.u32("number of bodies")
	code := appendU32(make([]byte, 0, r.end-r.pos), count)
	var f flow
	var w flowWriter
	for ; count > 0 && r.err == nil; count-- {
		length := r.u32("length of a body")
		start := r.pos
		body := r.bytes(length, "body")
		in := reader{module: r.module, pos: start, end: r.pos, err: r.err}
		if f.read(&in) {
			f.order()
			body = w.write(&f, r.module, start, r.pos)
		}
		if in.err != nil {
			return nil, in.err
		}
		code = append(appendU32(code, uint32(len(body))), body...)
	}
	r.finish("code")
	return code, r.err
}
