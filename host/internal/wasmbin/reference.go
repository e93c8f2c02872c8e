package wasmbin

// An engine makes a new reference for every ref.func that it executes, and keeps all of them as long as the instance
// lives: wazero has its functions in Go memory, which nothing bounds. So code takes its references from a table that is
// added, where each function stands once. Nothing can tell the difference: references cannot be compared.

// reference writes what takes the place of ref.func.
func (b *bodyWriter) reference(function uint32) {
	at, ok := b.referenceAt[function]
	if !ok {
		if b.referenceAt == nil {
			b.referenceAt = make(map[uint32]uint32)
		}
		at = uint32(len(b.referred))
		b.referred = append(b.referred, function)
		b.referenceAt[function] = at
	}
	b.out = appendSigned(append(b.out, byte(opI32Const)), int64(at))
	b.op(opTableGet, b.tables)
}

// appendReferences adds the segment that fills the table of references.
//
//	[ 2 ] [ table ] [ offset ] [ 0: functions ] [ u32 count ] count × [ function ]
func (w *rewriter) appendReferences(segments []byte) []byte {
	segments = appendU32(append(segments, 2), w.tables)
	segments = append(segments, byte(opI32Const), 0, byte(opEnd), 0)
	segments = appendU32(segments, uint32(len(w.referred)))
	for _, function := range w.referred {
		segments = appendU32(segments, w.shift(function))
	}
	return segments
}
