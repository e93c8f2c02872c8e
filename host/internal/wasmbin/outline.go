package wasmbin

// Outline is a module with all that the given one has, but bodies that do nothing except trap: what an engine must know
// of a module whose code it has already compiled.
func Outline(module []byte) ([]byte, error) {
	var out []byte
	kept := 0 // offset behind what was copied or replaced
	for s, err := range sections(module) {
		if err != nil {
			return nil, err
		}
		if s.id != sectionCode {
			continue
		}
		count := s.u32("number of bodies")
		if s.err != nil {
			return nil, s.err
		}
		if int(count) > s.end-s.pos {
			return nil, &Error{Offset: s.pos, Text: "more bodies than bytes", Err: ErrMalformed}
		}
		bodies := appendU32(make([]byte, 0, 5+len(trapping)*int(count)), count)
		for range count {
			bodies = append(bodies, trapping...)
		}
		out = appendSection(append(out, module[:s.start]...), sectionCode, bodies)
		kept = s.end
	}
	return append(out, module[kept:]...), nil
}

// trapping is a body, with its length: no locals, unreachable, end.
const trapping = "\x03\x00\x00\x0b"
