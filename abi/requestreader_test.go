package abi_test

import (
	"bytes"
	"reflect"
	"testing"

	"skep/abi"
)

// sameAsAlone holds a reader to what ReadRequest makes of a frame. Of one that is broken behind its head the reader may
// make anything that has the shape of a request.
func sameAsAlone(t *testing.T, r *abi.RequestReader, frame []byte) {
	t.Helper()
	want, wantErr := abi.ReadRequest(frame)
	got, err := r.Read(frame)
	if wantErr != nil && err == nil {
		if !within(got.Meta, frame) || !within(got.Input, frame) || len(got.Input) == 0 && !got.JSON {
			t.Errorf("% x\nread %+v", frame, got)
		}
		walk(got.Meta)
		walk(got.Input)
		return
	}
	if err != wantErr || (got == nil) != (err != nil) {
		t.Errorf("% x\nread %+v, %v\nwant %+v, %v", frame, got, err, want, wantErr)
	} else if err == nil && !reflect.DeepEqual(*got, want) {
		t.Errorf("% x\nread %+v\nwant %+v", frame, *got, want)
	}
}

// within says whether a part lies in a frame.
func within(part, frame []byte) bool { return len(part) == 0 || bytes.Contains(frame, part) }

// walk passes over all values of a part, which must come to an end.
func walk(part []byte) {
	for i := 0; i >= 0 && i < len(part); {
		i = abi.Next(part, i)
	}
}

// TestRequestReader reads every golden frame after every other one, and all frames that differ from one in a byte or in
// their length.
func TestRequestReader(t *testing.T) {
	all := readGolden(t)
	for _, a := range all {
		if _, err := abi.ReadRequest(a.Bytes); err != nil {
			continue
		}
		for _, b := range all {
			var r abi.RequestReader
			for _, frame := range [][]byte{a.Bytes, b.Bytes, a.Bytes, a.Bytes, b.Bytes} {
				sameAsAlone(t, &r, frame)
			}
		}
		var r abi.RequestReader
		for i := range min(len(a.Bytes), 200) {
			sameAsAlone(t, &r, a.Bytes)
			sameAsAlone(t, &r, a.Bytes[:i])
			sameAsAlone(t, &r, a.Bytes)
			sameAsAlone(t, &r, append(a.Bytes[:len(a.Bytes):len(a.Bytes)], byte(i)))
			for _, change := range []byte{1, 0x10, 0x80} {
				changed := append([]byte(nil), a.Bytes...)
				changed[i] ^= change
				sameAsAlone(t, &r, a.Bytes)
				sameAsAlone(t, &r, changed)
			}
		}
	}
}

// FuzzRequestReader reads two frames, each twice.
func FuzzRequestReader(f *testing.F) {
	golden := readGolden(f)
	for i, g := range golden {
		f.Add(g.Bytes, golden[(i+1)%len(golden)].Bytes)
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		var r abi.RequestReader
		for _, frame := range [][]byte{a, a, b, b, a} {
			sameAsAlone(t, &r, frame)
		}
	})
}
