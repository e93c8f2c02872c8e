package abi_test

import (
	"testing"

	"skep/abi"
)

// TestAllocations says what the codec may take from the heap: a guest calls it on every request.
func TestAllocations(t *testing.T) {
	buf := make([]byte, 0, 1<<10)
	text := []byte("text")
	record := abi.AppendFloat(abi.AppendString(abi.AppendMapHeader(nil, 1), "f0"), 1.5)
	meta := abi.AppendMeta(nil, abi.Meta{Path: "/run",
		Headers: []abi.Header{{Name: "A", Value: "b"}, {Name: "A", Value: "c"}}})
	request := abi.Request{Endpoint: "score", Kind: abi.KindFunction, Meta: meta, Input: record}
	requestFrame := abi.AppendRequest(nil, request)
	recordsFrame := abi.AppendRequest(nil, abi.Request{Endpoint: "score", Kind: abi.KindRegression,
		Input: append(abi.AppendArrayHeader(nil, 1), record...)})
	var reader abi.RequestReader
	custom := abi.Result{Tag: abi.TagCustom, Status: 200, ContentType: "text/plain", Body: text,
		Headers: []abi.Header{{Name: "A", Value: "b"}}}
	valueFrame := append(abi.AppendValueHead(nil), record...)
	scalars := abi.AppendNil(nil)
	scalars = abi.AppendBool(scalars, true)
	scalars = abi.AppendInt(scalars, -70000)
	scalars = abi.AppendUint(scalars, 1<<40)
	scalars = abi.AppendFloat(scalars, 0.5)
	scalars = abi.AppendString(scalars, "s")
	scalars = abi.AppendBytes(scalars, text)
	scalars = abi.AppendArrayHeader(scalars, 1)
	scalars = abi.AppendMapHeader(scalars, 0)

	for _, c := range []struct {
		name string
		want float64
		f    func()
	}{
		{"append scalars", 0, func() {
			b := abi.AppendNil(buf)
			b = abi.AppendBool(b, true)
			b = abi.AppendInt(b, -70000)
			b = abi.AppendUint(b, 1<<40)
			b = abi.AppendFloat(b, 0.5)
			b = abi.AppendString(b, "s")
			b = abi.AppendStringBytes(b, text)
			b = abi.AppendBytes(b, text)
			b = abi.AppendArrayHeader(b, 1)
			abi.AppendMapHeader(b, 0)
		}},
		{"append a request", 0, func() { abi.AppendRequest(buf, request) }},
		{"append a result", 0, func() { abi.AppendResult(buf, custom) }},
		{"read scalars", 0, func() { readScalars(t, scalars) }},
		{"skip", 0, func() { must(t, second(abi.Skip(record))) }},
		{"read a request: the endpoint's name", 1, func() { must(t, second(abi.ReadRequest(requestFrame))) }},
		{"read a request with records: the same", 1, func() { must(t, second(abi.ReadRequest(recordsFrame))) }},
		{"read a request like the one before", 0, func() { must(t, second(reader.Read(requestFrame))) }},
		{"read a value", 0, func() { must(t, second(abi.ReadResult(valueFrame))) }},
	} {
		if got := testing.AllocsPerRun(100, c.f); got > c.want {
			t.Errorf("%s: %v allocations, want at most %v", c.name, got, c.want)
		}
	}
}

func readScalars(t *testing.T, b []byte) {
	b, err := abi.ReadNil(b)
	must(t, err)
	_, b, err = abi.ReadBool(b)
	must(t, err)
	_, b, err = abi.ReadInt(b)
	must(t, err)
	_, b, err = abi.ReadUint(b)
	must(t, err)
	_, b, err = abi.ReadFloat(b)
	must(t, err)
	_, b, err = abi.ReadStringBytes(b)
	must(t, err)
	_, b, err = abi.ReadBytes(b)
	must(t, err)
	_, b, err = abi.ReadArrayHeader(b)
	must(t, err)
	_, _, err = abi.ReadMapHeader(b)
	must(t, err)
}

func must(t *testing.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

func second[T any](_ T, err error) error { return err }

// TestAnnouncedSizesAreNotAllocated reads short frames that claim to be huge.
func TestAnnouncedSizesAreNotAllocated(t *testing.T) {
	for _, frame := range []string{
		"\xdd\xff\xff\xff\xff\x01", "\xdf\xff\xff\xff\xff\xa1a\x01", "\xdb\xff\xff\xff\xffa", "\xc6\xff\xff\xff\xffa",
		"\x95\x03\xcc\xc8\xc0\xc4\x00\xdd\x00\x00\xff\xff",
	} {
		b := []byte(frame)
		read := func() {
			if second(abi.ReadInit(b)) == nil || second(abi.ReadRequest(b)) == nil || second(abi.ReadMeta(b)) == nil ||
				second(abi.ReadResult(b)) == nil || second(abi.ReadInitResult(b)) == nil || second(abi.Skip(b)) == nil {
				t.Errorf("% x is accepted", b)
			}
		}
		if got := testing.AllocsPerRun(10, read); got != 0 {
			t.Errorf("% x: %v allocations", b, got)
		}
	}
}
