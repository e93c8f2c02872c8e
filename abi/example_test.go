package abi_test

import (
	"fmt"

	"skep/abi"
)

func ExamplePack() {
	fmt.Printf("%#x\n", abi.Pack(0x1000, 3))
	// Output: 0x100000000003
}

func ExampleUnpack() {
	ptr, length := abi.Unpack(0x1000_0000_0003)
	fmt.Printf("%#x %d\n", ptr, length)
	// Output: 0x1000 3
}

func ExampleAppendInit() {
	frame := abi.AppendInit(nil, abi.Init{Endpoint: "score", Service: "docs", Generation: "v1",
		Kind: abi.KindFunction, Infra: "static", Config: map[string]string{"threshold": "0.5"}})
	in, err := abi.ReadInit(frame)
	fmt.Println(in.Endpoint, in.Kind, in.Config["threshold"], err)
	// Output: score function 0.5 <nil>
}

func ExampleReadInit() {
	_, err := abi.ReadInit(abi.AppendMapHeader(nil, 0))
	fmt.Println(err)
	// Output: abi: frame with a missing, repeated or wrong field
}

func ExampleAppendInitResult() {
	fmt.Printf("% x\n", abi.AppendInitResult(nil, abi.KindFunction))
	// Output: 92 01 81 a4 6b 69 6e 64 a8 66 75 6e 63 74 69 6f 6e
}

func ExampleReadInitResult() {
	r, err := abi.ReadResult(abi.AppendInitResult(nil, abi.KindRegression))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(abi.ReadInitResult(r.Value))
	// Output: regression <nil>
}

func ExampleAppendRequest() {
	args := abi.AppendMapHeader(nil, 1)
	args = abi.AppendString(args, "p1")
	args = abi.AppendInt(args, 7)
	frame := abi.AppendRequest(nil, abi.Request{Endpoint: "e", Kind: abi.KindFunction, Input: args})
	fmt.Printf("%q\n", frame)
	// Output: "\x84\xa8endpoint\xa1e\xa4kind\xa8function\xa7request\xc0\xa4args\x81\xa2p1\a"
}

func ExampleReadRequest() {
	frame := []byte("\x84\xa8endpoint\xa1e\xa4kind\xa8function\xa7request\xc0\xa4args\x81\xa2p1\x07")
	r, err := abi.ReadRequest(frame)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s %s metadata=%t args=% x\n", r.Endpoint, r.Kind, r.Meta != nil, r.Input)
	// Output: e function metadata=false args=81 a2 70 31 07
}

func ExampleAppendMeta() {
	meta := abi.AppendMeta(nil, abi.Meta{Path: "/run", Headers: []abi.Header{{Name: "A", Value: "b"}}})
	fmt.Printf("%q\n", meta)
	// Output: "\x82\xa4path\xa4/run\xa7headers\x91\x92\xa1A\xa1b"
}

func ExampleReadMeta() {
	meta, err := abi.ReadMeta([]byte("\x82\xa4path\xa4/run\xa7headers\x91\x92\xa1A\xa1b"))
	fmt.Println(meta, err)
	// Output: {/run [{A b}]} <nil>
}

func ExampleAppendResult() {
	frame := abi.AppendResult(nil, abi.Result{Tag: abi.TagError, Status: 401, Message: "no"})
	fmt.Printf("% x\n", frame)
	// Output: 93 02 cd 01 91 a2 6e 6f
}

func ExampleAppendValueHead() {
	frame := abi.AppendFloat(abi.AppendValueHead(nil), 0.5)
	fmt.Printf("% x\n", frame)
	// Output: 92 01 cb 3f e0 00 00 00 00 00 00
}

func ExampleReadResult() {
	r, err := abi.ReadResult([]byte("\x93\x02\xcd\x01\x91\xa2no"))
	fmt.Println(r.Tag, r.Status, r.Message, err)
	_, err = abi.ReadResult(make([]byte, 8))
	fmt.Println(err)
	// Output:
	// error 401 no <nil>
	// abi: value of an unexpected type
}

func ExampleViewMeta() {
	frame := abi.AppendMeta(nil, abi.Meta{Path: "/run", Headers: []abi.Header{{Name: "Host", Value: "localhost"}}})
	var room [8]abi.Header
	m, ok := abi.ViewMeta(frame, room[:])
	fmt.Println(m.Path, m.Headers, ok)
	path, ok := abi.ViewPath(frame)
	fmt.Println(path, ok)
	// Output:
	// /run [{Host localhost}] true
	// /run true
}

func ExampleFindHeader() {
	headers := []abi.Header{{Name: "Host", Value: "localhost"}, {Name: "Accept", Value: "*/*"}}
	fmt.Println(abi.FindHeader(headers, "accept"), abi.FindHeader(headers, "Cookie"))
	// Output: 1 -1
}

func ExampleAppendReply() {
	room := make([]byte, 0, 100)
	frame, ok := abi.AppendReply(room, 200, []byte("hi"), []abi.Header{{Name: "A", Value: "1"}})
	fmt.Printf("% x %v\n", frame, ok)
	_, ok = abi.AppendReply(nil, 200, []byte("hi"), nil)
	fmt.Println(ok)
	// Output:
	// 95 03 cc c8 c0 c4 02 68 69 91 92 a1 41 a1 31 true
	// false
}

func ExampleKind_String() {
	fmt.Println(abi.KindClassification, abi.Kind(0))
	// Output: classification unknown
}

func ExampleKind_Predicts() {
	fmt.Println(abi.KindFunction.Predicts(), abi.KindRegression.Predicts())
	// Output: false true
}

func ExampleKind_TakesRecords() {
	fmt.Println(abi.KindFunction.TakesRecords(), abi.KindLookup.TakesRecords())
	// Output: false true
}

func ExampleParseKind() {
	fmt.Println(abi.ParseKind("regression") == abi.KindRegression, abi.ParseKind("other"))
	// Output: true unknown
}

func ExampleKinds() {
	fmt.Println(abi.Kinds())
	// Output: [function classification regression forecast effect lookup query]
}

func ExampleTag_String() {
	fmt.Println(abi.TagValue, abi.TagError, abi.TagCustom, abi.TagJSON, abi.Tag(0))
	// Output: value error custom json invalid
}
