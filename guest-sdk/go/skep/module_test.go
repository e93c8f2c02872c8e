package skep

import (
	"testing"

	"skep/abi"
)

// sumRequest is a request for a function of two numbers.
func sumRequest() []byte {
	args := abi.AppendMapHeader(nil, 2)
	args = abi.AppendFloat(abi.AppendString(args, "p1"), 1.5)
	args = abi.AppendFloat(abi.AppendString(args, "p2"), 2.5)
	return abi.AppendRequest(nil, abi.Request{Endpoint: "sum", Kind: abi.KindFunction, Input: args})
}

func sum(c *Call) (any, error) {
	p1, err := c.Args.Float("p1")
	if err != nil {
		return nil, err
	}
	p2, err := c.Args.Float("p2")
	if err != nil {
		return nil, err
	}
	return p1 + p2, nil
}

func BenchmarkFunction(b *testing.B) {
	m := &module{kind: abi.KindFunction, function: sum}
	frame := sumRequest()
	b.ReportAllocs()
	for b.Loop() {
		m.Call(frame)
	}
}
func BenchmarkRead(b *testing.B) {
	frame := sumRequest()
	b.ReportAllocs()
	for b.Loop() {
		abi.ReadRequest(frame)
	}
}
