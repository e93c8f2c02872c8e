package frame

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"skep/abi"
)

// show writes one MessagePack value as text, by the guest's codec: integers as digits, floats with 0x1p notation so
// that no bit is lost and no float looks like an integer, text as Go quotes it, bytes as b"…".
func show(tb testing.TB, b []byte) string {
	tb.Helper()
	var out strings.Builder
	if rest := showValue(tb, &out, b); len(rest) > 0 {
		tb.Fatalf("% x follows the value", rest)
	}
	return out.String()
}

func showValue(tb testing.TB, out *strings.Builder, b []byte) (rest []byte) {
	tb.Helper()
	must := func(err error) {
		if err != nil {
			tb.Fatalf("value % x: %v", b, err)
		}
	}
	var err error
	switch abi.TypeOf(b) {
	case abi.TypeNil:
		out.WriteString("nil")
		return b[1:]
	case abi.TypeBool:
		v, rest, _ := abi.ReadBool(b)
		out.WriteString(strconv.FormatBool(v))
		return rest
	case abi.TypeInt:
		if u, rest, err := abi.ReadUint(b); err == nil {
			out.WriteString(strconv.FormatUint(u, 10))
			return rest
		}
		i, rest, err := abi.ReadInt(b)
		must(err)
		out.WriteString(strconv.FormatInt(i, 10))
		return rest
	case abi.TypeFloat:
		v, rest, err := abi.ReadFloat(b)
		must(err)
		out.WriteString(strconv.FormatFloat(v, 'x', -1, 64))
		return rest
	case abi.TypeString:
		v, rest, err := abi.ReadString(b)
		must(err)
		out.WriteString(strconv.Quote(v))
		return rest
	case abi.TypeBytes:
		v, rest, err := abi.ReadBytes(b)
		must(err)
		fmt.Fprintf(out, "b%q", v)
		return rest
	case abi.TypeArray:
		n, rest, err := abi.ReadArrayHeader(b)
		must(err)
		out.WriteByte('[')
		for i := range n {
			if i > 0 {
				out.WriteByte(' ')
			}
			rest = showValue(tb, out, rest)
		}
		out.WriteByte(']')
		return rest
	case abi.TypeMap:
		n, rest, err := abi.ReadMapHeader(b)
		must(err)
		out.WriteByte('{')
		for i := range n {
			if i > 0 {
				out.WriteByte(' ')
			}
			rest = showValue(tb, out, rest)
			out.WriteByte(':')
			rest = showValue(tb, out, rest)
		}
		out.WriteByte('}')
		return rest
	}
	must(err)
	tb.Fatalf("no value in % x", b)
	return nil
}

// pack writes a Go value as MessagePack, by the guest's codec. Maps are []pair, so that keys may repeat.
func pack(tb testing.TB, b []byte, v any) []byte {
	tb.Helper()
	switch v := v.(type) {
	case nil:
		return abi.AppendNil(b)
	case bool:
		return abi.AppendBool(b, v)
	case int:
		return abi.AppendInt(b, int64(v))
	case uint64:
		return abi.AppendUint(b, v)
	case float32:
		u := math.Float32bits(v)
		return append(b, 0xca, byte(u>>24), byte(u>>16), byte(u>>8), byte(u))
	case float64:
		return abi.AppendFloat(b, v)
	case string:
		return abi.AppendString(b, v)
	case []byte:
		return abi.AppendBytes(b, v)
	case raw:
		return append(b, v...)
	case list:
		b = abi.AppendArrayHeader(b, len(v))
		for _, item := range v {
			b = pack(tb, b, item)
		}
		return b
	case object:
		b = abi.AppendMapHeader(b, len(v))
		for _, p := range v {
			b = pack(tb, pack(tb, b, p.key), p.value)
		}
		return b
	}
	tb.Fatalf("no MessagePack for %T", v)
	return nil
}

type (
	raw    []byte // MessagePack as it stands
	list   []any
	object []pair
	pair   struct{ key, value any }
)

// valid fails the test when text is no JSON.
func valid(tb testing.TB, text []byte) {
	tb.Helper()
	if !json.Valid(text) {
		tb.Fatalf("not JSON: %q", text)
	}
}
