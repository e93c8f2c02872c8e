package abi_test

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/vmihailenco/msgpack/v5"

	"skep/abi"
)

// encoding is a value with a writer of ours and one of an independent library.
type encoding struct {
	name   string
	ours   func(b []byte) []byte
	theirs func(e *msgpack.Encoder) error
}

var scalars = []encoding{
	{"nil", abi.AppendNil, (*msgpack.Encoder).EncodeNil},
	{"true", with(abi.AppendBool, true), their((*msgpack.Encoder).EncodeBool, true)},
	{"false", with(abi.AppendBool, false), their((*msgpack.Encoder).EncodeBool, false)},
	{"float", with(abi.AppendFloat, 1.5), their((*msgpack.Encoder).EncodeFloat64, 1.5)},
	{"minus zero", with(abi.AppendFloat, math.Copysign(0, -1)),
		their((*msgpack.Encoder).EncodeFloat64, math.Copysign(0, -1))},
}

func with[T any](f func([]byte, T) []byte, v T) func([]byte) []byte {
	return func(b []byte) []byte { return f(b, v) }
}

func their[T any](f func(*msgpack.Encoder, T) error, v T) func(*msgpack.Encoder) error {
	return func(e *msgpack.Encoder) error { return f(e, v) }
}

func TestAppendAgreesWithMsgpack(t *testing.T) {
	table := slices.Clone(scalars)
	for _, v := range []int64{0, 1, 127, 128, 255, 256, 65535, 65536, math.MaxUint32, math.MaxUint32 + 1, math.MaxInt64,
		-1, -32, -33, -128, -129, -32768, -32769, math.MinInt32, math.MinInt32 - 1, math.MinInt64} {
		table = append(table, encoding{"int", with(abi.AppendInt, v), their((*msgpack.Encoder).EncodeInt, v)})
	}
	for _, v := range []uint64{0, 255, 1 << 32, math.MaxInt64 + 1, math.MaxUint64} {
		table = append(table, encoding{"uint", with(abi.AppendUint, v), their((*msgpack.Encoder).EncodeUint, v)})
	}
	for _, n := range []int{0, 1, 15, 16, 31, 32, 255, 256, 65535, 65536} {
		s := strings.Repeat("x", n)
		table = append(table, []encoding{
			{"string", with(abi.AppendString, s), their((*msgpack.Encoder).EncodeString, s)},
			{"string bytes", with(abi.AppendStringBytes, []byte(s)), their((*msgpack.Encoder).EncodeString, s)},
			{"bytes", with(abi.AppendBytes, []byte(s)), their((*msgpack.Encoder).EncodeBytes, []byte(s))},
			{"array", with(abi.AppendArrayHeader, n), their((*msgpack.Encoder).EncodeArrayLen, n)},
			{"map", with(abi.AppendMapHeader, n), their((*msgpack.Encoder).EncodeMapLen, n)},
		}...)
	}
	for _, e := range table {
		var want bytes.Buffer
		if err := e.theirs(msgpack.NewEncoder(&want)); err != nil {
			t.Fatal(err)
		}
		got := e.ours([]byte("before"))
		if !bytes.Equal(got, append([]byte("before"), want.Bytes()...)) {
			t.Errorf("%s: got % x, want % x", e.name, first(got[6:]), first(want.Bytes()))
		}
	}
}

// first keeps messages short.
func first(b []byte) []byte { return b[:min(len(b), 16)] }

func TestReadNumbers(t *testing.T) {
	for _, c := range []struct {
		frame    string
		i        int64
		u        uint64
		f        float64
		ierr     error
		uerr     error
		ferr     error
		restSize int
	}{
		{frame: "\x00", i: 0, u: 0, f: 0},
		{frame: "\x7f\x01", i: 127, u: 127, f: 127, restSize: 1},
		{frame: "\xff", i: -1, f: -1, uerr: abi.ErrRange},
		{frame: "\xe0", i: -32, f: -32, uerr: abi.ErrRange},
		{frame: "\xd0\x05", i: 5, u: 5, f: 5},
		{frame: "\xd0\x80", i: -128, f: -128, uerr: abi.ErrRange},
		{frame: "\xcf\x80\x00\x00\x00\x00\x00\x00\x00", ierr: abi.ErrRange, u: 1 << 63, f: 1 << 63},
		{frame: "\xd3\x80\x00\x00\x00\x00\x00\x00\x00", i: math.MinInt64, uerr: abi.ErrRange, f: math.MinInt64},
		{frame: "\xca\x3f\xc0\x00\x00", ierr: abi.ErrType, uerr: abi.ErrType, f: 1.5},
		{frame: "\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00", ierr: abi.ErrType, uerr: abi.ErrType, f: math.Inf(1)},
		{frame: "\xcb\x00", ierr: abi.ErrType, uerr: abi.ErrType, ferr: abi.ErrShort},
		{frame: "\xca\x00", ierr: abi.ErrType, uerr: abi.ErrType, ferr: abi.ErrShort},
		{frame: "\xcd\x00", ierr: abi.ErrShort, uerr: abi.ErrShort, ferr: abi.ErrShort},
		{frame: "\xa0", ierr: abi.ErrType, uerr: abi.ErrType, ferr: abi.ErrType},
		{frame: "\xc1", ierr: abi.ErrFormat, uerr: abi.ErrFormat, ferr: abi.ErrFormat},
		{frame: "", ierr: abi.ErrShort, uerr: abi.ErrShort, ferr: abi.ErrShort},
	} {
		i, irest, ierr := abi.ReadInt([]byte(c.frame))
		u, urest, uerr := abi.ReadUint([]byte(c.frame))
		f, frest, ferr := abi.ReadFloat([]byte(c.frame))
		if i != c.i || !errors.Is(ierr, c.ierr) || ierr == nil && len(irest) != c.restSize {
			t.Errorf("ReadInt(% x) = %d, % x, %v", c.frame, i, irest, ierr)
		}
		if u != c.u || !errors.Is(uerr, c.uerr) || uerr == nil && len(urest) != c.restSize {
			t.Errorf("ReadUint(% x) = %d, % x, %v", c.frame, u, urest, uerr)
		}
		if f != c.f || !errors.Is(ferr, c.ferr) || ferr == nil && len(frest) != c.restSize {
			t.Errorf("ReadFloat(% x) = %v, % x, %v", c.frame, f, frest, ferr)
		}
	}
}

// TestReadersRefuseOtherTypes gives every reader a value of every type.
func TestReadersRefuseOtherTypes(t *testing.T) {
	values := map[abi.Type]string{
		abi.TypeNil:    "\xc0",
		abi.TypeBool:   "\xc3",
		abi.TypeInt:    "\x01",
		abi.TypeFloat:  "\xca\x00\x00\x00\x00",
		abi.TypeString: "\xa1a",
		abi.TypeBytes:  "\xc4\x00",
		abi.TypeArray:  "\x90",
		abi.TypeMap:    "\x80",
	}
	readers := map[abi.Type]func([]byte) error{
		abi.TypeNil:    func(b []byte) error { _, err := abi.ReadNil(b); return err },
		abi.TypeBool:   func(b []byte) error { _, _, err := abi.ReadBool(b); return err },
		abi.TypeInt:    func(b []byte) error { _, _, err := abi.ReadInt(b); return err },
		abi.TypeFloat:  func(b []byte) error { _, _, err := abi.ReadFloat(b); return err },
		abi.TypeString: func(b []byte) error { _, _, err := abi.ReadString(b); return err },
		abi.TypeBytes:  func(b []byte) error { _, _, err := abi.ReadBytes(b); return err },
		abi.TypeArray:  func(b []byte) error { _, _, err := abi.ReadArrayHeader(b); return err },
		abi.TypeMap:    func(b []byte) error { _, _, err := abi.ReadMapHeader(b); return err },
	}
	for valueType, value := range values {
		if got := abi.TypeOf([]byte(value)); got != valueType {
			t.Errorf("TypeOf(% x) = %d, want %d", value, got, valueType)
		}
		for readerType, read := range readers {
			want := abi.ErrType
			if valueType == readerType || valueType == abi.TypeInt && readerType == abi.TypeFloat {
				want = nil
			}
			if err := read([]byte(value)); !errors.Is(err, want) {
				t.Errorf("reader of type %d on % x: got %v, want %v", readerType, value, err, want)
			}
			if err := read([]byte("\xc1")); !errors.Is(err, abi.ErrFormat) {
				t.Errorf("reader of type %d on c1: got %v", readerType, err)
			}
		}
	}
}

// TestResultLimits covers what golden frames would be too long for.
func TestResultLimits(t *testing.T) {
	custom := func(headers ...abi.Header) abi.Result {
		return abi.Result{Tag: abi.TagCustom, Status: 200, Headers: headers}
	}
	half := strings.Repeat("x", abi.MaxHeaderBytes/2)
	for _, c := range []struct {
		name string
		in   abi.Result
		want error
	}{
		{"message", abi.Result{Tag: abi.TagError, Status: 500, Message: strings.Repeat("x", abi.MaxMessage)}, nil},
		{"message too long", abi.Result{Tag: abi.TagError, Status: 500, Message: strings.Repeat("x", abi.MaxMessage+1)},
			abi.ErrSize},
		{"type too long", abi.Result{Tag: abi.TagError, Status: 500, Type: strings.Repeat("x", abi.MaxMessage+1)},
			abi.ErrSize},
		{"headers", custom(make([]abi.Header, abi.MaxHeaders)...), nil},
		{"too many headers", custom(make([]abi.Header, abi.MaxHeaders+1)...), abi.ErrSize},
		{"header bytes", custom(abi.Header{Name: half}, abi.Header{Value: half}), nil},
		{"too many header bytes", custom(abi.Header{Name: half}, abi.Header{Name: "n", Value: half}), abi.ErrSize},
		{"content type and header bytes", abi.Result{Tag: abi.TagCustom, Status: 200, ContentType: "x",
			Headers: []abi.Header{{Name: half, Value: half}}}, abi.ErrSize},
		{"frame", abi.Result{Tag: abi.TagJSON, Value: make([]byte, abi.MaxResult-7)}, nil},
		{"frame too long", abi.Result{Tag: abi.TagJSON, Value: make([]byte, abi.MaxResult-6)}, abi.ErrSize},
	} {
		if _, err := abi.ReadResult(abi.AppendResult(nil, c.in)); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

func TestAppendResultOfNoTag(t *testing.T) {
	for _, tag := range []abi.Tag{0, 5, 255} {
		if _, err := abi.ReadResult(abi.AppendResult(nil, abi.Result{Tag: tag})); !errors.Is(err, abi.ErrTag) {
			t.Errorf("tag %d: got %v, want %v", tag, err, abi.ErrTag)
		}
	}
}

func TestNames(t *testing.T) {
	for _, k := range abi.Kinds() {
		if got := abi.ParseKind(k.String()); got != k {
			t.Errorf("ParseKind(%q) = %d, want %d", k, got, k)
		}
	}
	for _, name := range []string{"", "unknown", "Function"} {
		if got := abi.ParseKind(name); got != 0 {
			t.Errorf("ParseKind(%q) = %d, want 0", name, got)
		}
	}
	if got := abi.Kind(0).String() + " " + abi.Kind(200).String(); got != "unknown unknown" {
		t.Errorf("names of no kinds: %q", got)
	}
	if got := abi.Tag(0).String() + " " + abi.Tag(200).String(); got != "invalid invalid" {
		t.Errorf("names of no tags: %q", got)
	}
}

// TestReadersKeepTheirSlices says that what a reader hands out cannot be extended over what follows in the frame.
func TestReadersKeepTheirSlices(t *testing.T) {
	frame := abi.AppendBytes(abi.AppendString(nil, "ab"), []byte("cd"))
	s, rest, err := abi.ReadStringBytes(frame)
	if err != nil {
		t.Fatal(err)
	}
	_ = append(s, 0xff)
	if v, _, err := abi.ReadBytes(rest); err != nil || string(v) != "cd" {
		t.Errorf("after an append to the value before it: %q, %v", v, err)
	}
}
