package abi_test

import (
	"bytes"
	"reflect"
	"runtime"
	"testing"

	"skep/abi"
)

// The fuzz targets hold each reader to three things: it does not panic, what it accepts survives writing and reading
// again, and it allocates no more than a fixed multiple of the frame.

// seed adds every golden frame, those of other kinds too.
func seed(f *testing.F) {
	for _, g := range readGolden(f) {
		f.Add(g.Bytes)
	}
}

// allocBudget is what reading a frame may take: the largest growth is one empty header, of three bytes in the frame and
// 32 in a slice that doubles. A map of config takes more at its start.
func allocBudget(frame []byte) uint64 { return 4<<10 + 64*uint64(len(frame)) }

// bounded runs a reader and fails when it allocates too much. Other goroutines of the process may allocate too, so a
// high figure counts only when it comes again.
func bounded(t *testing.T, frame []byte, read func()) {
	t.Helper()
	var used uint64
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		read()
		runtime.ReadMemStats(&after)
		if used = after.TotalAlloc - before.TotalAlloc; used <= allocBudget(frame) {
			return
		}
	}
	t.Errorf("reading %d bytes took %d bytes of heap", len(frame), used)
}

func FuzzReadInit(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, frame []byte) {
		var in abi.Init
		var err error
		bounded(t, frame, func() { in, err = abi.ReadInit(frame) })
		if err != nil {
			if !reflect.ValueOf(in).IsZero() {
				t.Errorf("an error and %+v", in)
			}
			return
		}
		first := abi.AppendInit(nil, in)
		again, err := abi.ReadInit(first)
		if err != nil || !reflect.DeepEqual(again, in) {
			t.Errorf("read %+v, after writing %+v, %v", in, again, err)
		}
		if second := abi.AppendInit(nil, again); !bytes.Equal(first, second) {
			t.Errorf("equal inits as % x and % x", first, second)
		}
	})
}

func FuzzReadRequest(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, frame []byte) {
		var r abi.Request
		var err error
		bounded(t, frame, func() { r, err = abi.ReadRequest(frame) })
		if err != nil {
			if !reflect.ValueOf(r).IsZero() {
				t.Errorf("an error and %+v", r)
			}
			return
		}
		if r.Meta != nil {
			if _, err := abi.ReadMeta(r.Meta); err != nil {
				t.Errorf("metadata that ReadRequest let pass: %v", err)
			}
		}
		again, err := abi.ReadRequest(abi.AppendRequest(nil, r))
		if err != nil || !sameRequest(again, r) {
			t.Errorf("read %+v, after writing %+v, %v", r, again, err)
		}
	})
}

func sameRequest(a, b abi.Request) bool {
	return a.Endpoint == b.Endpoint && a.Kind == b.Kind && a.JSON == b.JSON && (a.Meta == nil) == (b.Meta == nil) &&
		bytes.Equal(a.Meta, b.Meta) && bytes.Equal(a.Input, b.Input)
}

func FuzzReadMeta(f *testing.F) {
	seed(f)
	for _, g := range readGolden(f) {
		if r, err := abi.ReadRequest(g.Bytes); err == nil && r.Meta != nil {
			f.Add(r.Meta)
		}
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		var m abi.Meta
		var err error
		bounded(t, frame, func() { m, err = abi.ReadMeta(frame) })
		if err != nil {
			return
		}
		again, err := abi.ReadMeta(abi.AppendMeta(nil, m))
		if err != nil || !reflect.DeepEqual(again, m) {
			t.Errorf("read %+v, after writing %+v, %v", m, again, err)
		}
	})
}

func FuzzReadResult(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, frame []byte) {
		var r abi.Result
		var err error
		bounded(t, frame, func() { r, err = abi.ReadResult(frame) })
		if err != nil {
			if r.Tag != 0 {
				t.Errorf("an error and tag %v", r.Tag)
			}
			return
		}
		if r.Tag.String() == "invalid" {
			t.Errorf("tag %d is accepted", r.Tag)
		}
		first := abi.AppendResult(nil, r)
		again, err := abi.ReadResult(first)
		if err != nil {
			t.Fatal(err)
		}
		if second := abi.AppendResult(nil, again); !bytes.Equal(first, second) {
			t.Errorf("equal results as % x and % x", first, second)
		}
	})
}

func FuzzReadCall(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, frame []byte) {
		var c abi.Call
		var err error
		bounded(t, frame, func() { c, err = abi.ReadCall(frame) })
		if err != nil {
			if !reflect.ValueOf(c).IsZero() {
				t.Errorf("an error and %+v", c)
			}
			return
		}
		again, err := abi.ReadCall(abi.AppendCall(nil, c))
		if err != nil || !reflect.DeepEqual(again, c) {
			t.Errorf("read %+v, after writing %+v, %v", c, again, err)
		}
	})
}

func FuzzReadInitResult(f *testing.F) {
	seed(f)
	for _, g := range readGolden(f) {
		if r, err := abi.ReadResult(g.Bytes); err == nil && r.Tag == abi.TagValue {
			f.Add(r.Value)
		}
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		kind, err := abi.ReadInitResult(value)
		if err != nil {
			return
		}
		r, err := abi.ReadResult(abi.AppendInitResult(nil, kind))
		if err != nil {
			t.Fatal(err)
		}
		if again, err := abi.ReadInitResult(r.Value); err != nil || again != kind {
			t.Errorf("read %v, after writing %v, %v", kind, again, err)
		}
	})
}

func FuzzSkip(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		rest, err := abi.Skip(b)
		if err != nil {
			return
		}
		if len(rest) >= len(b) || !bytes.HasSuffix(b, rest) {
			t.Fatalf("%d bytes are left of %d", len(rest), len(b))
		}
		value := b[:len(b)-len(rest)]
		for cut := range value {
			if _, err := abi.Skip(value[:cut]); err == nil {
				t.Fatalf("% x is a value, and so is its beginning of %d bytes", value, cut)
			}
		}
		if text := valueToJSON(value); text == "" {
			t.Error("a value without a meaning")
		}
	})
}
