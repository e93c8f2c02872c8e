package skep

import (
	"skep/abi"
	"skep/guest-sdk/go/skep/internal/codec"
)

// List is the items of a list that the client sent. The zero List is empty. A handler that returns a List sends it back
// as it came.
type List struct {
	raw   []byte // a MessagePack array, checked by the host
	items []byte // what follows its head
	n     int
	name  string
	row   int
}

// Len is the number of items.
func (l List) Len() int { return l.n }

// All gives all items with their indices.
func (l List) All() func(yield func(int, Value) bool) {
	return func(yield func(int, Value) bool) {
		b := l.items
		for i := range l.n {
			var item []byte
			item, b = codec.Cut(b)
			if item == nil || !yield(i, Value{raw: item, name: l.name, index: i + 1, row: l.row}) {
				return
			}
		}
	}
}

// Floats are the items of a list of numbers, as a copy. Any other item is an [*ArgError].
func (l List) Floats() ([]float64, error) { return collect(l, Value.Float) }

// Strings are the items of a list of strings, as copies. Any other item is an [*ArgError].
func (l List) Strings() ([]string, error) { return collect(l, Value.Text) }

// AppendMsgpack adds the list as it came, as a MessagePack array.
func (l List) AppendMsgpack(b []byte) ([]byte, error) {
	if len(l.raw) == 0 {
		return abi.AppendArrayHeader(b, 0), nil
	}
	return append(b, l.raw...), nil
}

func collect[T any](l List, item func(Value) (T, error)) ([]T, error) {
	out := make([]T, 0, l.n)
	for _, v := range l.All() {
		x, err := item(v)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}
