package manifest

import (
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// place is where a value of a text begins; places form the same tree as the values. A tree, and not a map from paths,
// because paths of hostile texts are long: together they would take the square of the text's size.
type place struct {
	offset int // in the text, in bytes
	keys   map[string]*place
	items  []*place
}

// locate finds the places of all values of a text that the TOML library has accepted.
func locate(text []byte) *place {
	root := &place{}
	table := root // of the last header
	var p unstable.Parser
	p.Reset(text)
	for p.NextExpression() {
		switch e := p.Expression(); e.Kind {
		case unstable.Table:
			table = root.descend(e.Key())
		case unstable.ArrayTable:
			array := root.descendTo(e.Key())
			table = &place{offset: int(firstKey(e).Raw.Offset)}
			array.items = append(array.items, table)
		case unstable.KeyValue:
			table.keyValue(e)
		}
	}
	return root
}

func firstKey(n *unstable.Node) *unstable.Node {
	keys := n.Key()
	keys.Next()
	return keys.Node()
}

// descend follows the parts of a key, through the last item of each array, and makes what is missing.
func (at *place) descend(key unstable.Iterator) *place {
	for key.Next() {
		at = at.key(key.Node()).last()
	}
	return at
}

// descendTo is descend, except that it stays at the array that the key ends on.
func (at *place) descendTo(key unstable.Iterator) *place {
	for key.Next() {
		at = at.last().key(key.Node())
	}
	return at
}

// last is the last item of an array, and the place itself where it is none.
func (at *place) last() *place {
	if n := len(at.items); n > 0 {
		return at.items[n-1]
	}
	return at
}

func (at *place) key(n *unstable.Node) *place {
	child := at.keys[string(n.Data)]
	if child == nil {
		child = &place{offset: int(n.Raw.Offset)}
		if at.keys == nil {
			at.keys = make(map[string]*place)
		}
		at.keys[string(n.Data)] = child
	}
	return child
}

func (at *place) keyValue(n *unstable.Node) { at.descend(n.Key()).value(n.Value()) }

func (at *place) value(n *unstable.Node) {
	children := n.Children()
	switch n.Kind {
	case unstable.InlineTable:
		for children.Next() {
			at.keyValue(children.Node())
		}
	case unstable.Array:
		for children.Next() {
			c := children.Node()
			item := &place{offset: at.offset} // the library gives no place for arrays and tables without a key
			if c.Raw.Length > 0 {
				item.offset = int(c.Raw.Offset)
			}
			at.items = append(at.items, item)
			item.value(c)
		}
	}
}

// find is the place of a field like "test[1].expect.status", or of the nearest field around it that the text has, or
// nil. Keys in it must be bare.
func (at *place) find(field string) *place {
	var found *place
	for part := range strings.SplitSeq(field, ".") {
		key, indices, _ := strings.Cut(part, "[")
		if at = at.keys[key]; at == nil {
			return found
		}
		found = at
		for index := range strings.SplitSeq(strings.TrimSuffix(indices, "]"), "][") {
			if i, err := strconv.Atoi(index); err == nil && i < len(at.items) {
				at = at.items[i]
				found = at
			}
		}
	}
	return found
}

// position is the line and column of an offset, counted from 1, columns in bytes.
func position(text []byte, offset int) (line, column int) {
	before := string(text[:min(offset, len(text))])
	return strings.Count(before, "\n") + 1, len(before) - strings.LastIndexByte(before, '\n')
}
