package skep

import (
	"testing"

	"skep/abi"
	"skep/guest-sdk/go/skep/internal/codec"
	"skep/guest-sdk/go/skep/internal/inproc"
)

// calling is a value that asks another endpoint what it is.
type calling struct{ self Self }

func (v calling) AppendMsgpack(b []byte) ([]byte, error) {
	answer, err := v.self.Run("other", map[string]any{"x": 1, "y": 2, "z": 3})
	if err != nil {
		return b, err
	}
	return answer.Value.AppendMsgpack(b)
}

// A call of another endpoint leaves the value alone in the midst of which it is made.
func TestSelfWithinValue(t *testing.T) {
	inproc.Self = func([]byte) []byte { return abi.AppendBool(abi.AppendValueHead(nil), true) }
	t.Cleanup(func() { inproc.Self = nil })
	m := function(func(c *Call) (any, error) {
		return map[string]any{"a": calling{c.Self()}, "b": 2, "c": 3}, nil
	})
	got := read(t, m.Call(requestFrame(m.kind, emptyMap)))
	text, err := codec.AppendJSON(nil, got.Value)
	if want := `{"a":true,"b":2,"c":3}`; err != nil || string(text) != want {
		t.Errorf("got %s %q, %v, want %s", text, got.Message, err, want)
	}
}
