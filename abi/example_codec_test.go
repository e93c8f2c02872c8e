package abi_test

import (
	"fmt"

	"skep/abi"
)

func ExampleAppendNil() {
	fmt.Printf("% x\n", abi.AppendNil(nil))
	// Output: c0
}

func ExampleAppendBool() {
	fmt.Printf("% x\n", abi.AppendBool(nil, true))
	// Output: c3
}

func ExampleAppendInt() {
	fmt.Printf("% x, % x\n", abi.AppendInt(nil, -1), abi.AppendInt(nil, 1000))
	// Output: ff, cd 03 e8
}

func ExampleAppendUint() {
	fmt.Printf("% x\n", abi.AppendUint(nil, 200))
	// Output: cc c8
}

func ExampleAppendFloat() {
	fmt.Printf("% x\n", abi.AppendFloat(nil, 1))
	// Output: cb 3f f0 00 00 00 00 00 00
}

func ExampleAppendString() {
	fmt.Printf("% x\n", abi.AppendString(nil, "é"))
	// Output: a2 c3 a9
}

func ExampleAppendStringBytes() {
	fmt.Printf("% x\n", abi.AppendStringBytes(nil, []byte("ab")))
	// Output: a2 61 62
}

func ExampleAppendBytes() {
	fmt.Printf("% x\n", abi.AppendBytes(nil, []byte{1, 2}))
	// Output: c4 02 01 02
}

func ExampleAppendArrayHeader() {
	b := abi.AppendArrayHeader(nil, 2)
	b = abi.AppendInt(b, 1)
	b = abi.AppendInt(b, 2)
	fmt.Printf("% x\n", b)
	// Output: 92 01 02
}

func ExampleAppendMapHeader() {
	b := abi.AppendMapHeader(nil, 1)
	b = abi.AppendString(b, "a")
	b = abi.AppendInt(b, 1)
	fmt.Printf("% x\n", b)
	// Output: 81 a1 61 01
}

func ExampleTypeOf() {
	fmt.Println(abi.TypeOf([]byte("\xa1a")) == abi.TypeString, abi.TypeOf(nil))
	// Output: true 0
}

func ExampleReadNil() {
	rest, err := abi.ReadNil([]byte("\xc0\x01"))
	fmt.Println(rest, err)
	// Output: [1] <nil>
}

func ExampleReadBool() {
	fmt.Println(abi.ReadBool([]byte("\xc3")))
	// Output: true [] <nil>
}

func ExampleReadInt() {
	fmt.Println(abi.ReadInt([]byte("\xd1\xff\xfe")))
	// Output: -2 [] <nil>
}

func ExampleReadUint() {
	_, _, err := abi.ReadUint([]byte("\xff"))
	fmt.Println(err)
	// Output: abi: number out of range
}

func ExampleReadFloat() {
	v, _, err := abi.ReadFloat([]byte("\x2a")) // an integer counts
	fmt.Println(v, err)
	// Output: 42 <nil>
}

func ExampleReadString() {
	fmt.Println(abi.ReadString([]byte("\xa2hi\x07")))
	// Output: hi [7] <nil>
}

func ExampleReadStringBytes() {
	s, _, err := abi.ReadStringBytes([]byte("\xa2hi"))
	fmt.Printf("%s %v\n", s, err)
	// Output: hi <nil>
}

func ExampleReadBytes() {
	fmt.Println(abi.ReadBytes([]byte("\xc4\x02\x01\x02")))
	// Output: [1 2] [] <nil>
}

func ExampleReadArrayHeader() {
	n, b, err := abi.ReadArrayHeader([]byte("\x92\x05\x06"))
	for ; n > 0 && err == nil; n-- {
		var v int64
		v, b, err = abi.ReadInt(b)
		fmt.Println(v)
	}
	// Output:
	// 5
	// 6
}

func ExampleReadMapHeader() {
	_, _, err := abi.ReadMapHeader([]byte("\xdf\xff\xff\xff\xff"))
	fmt.Println(err)
	// Output: abi: frame ends too early
}

func ExampleSkip() {
	rest, err := abi.Skip([]byte("\x81\xa1a\x92\x01\x02\x07"))
	fmt.Println(rest, err)
	// Output: [7] <nil>
}
