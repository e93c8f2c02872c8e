package frame

import (
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"skep/abi"
	"skep/host/internal/service"
)

// Rows without an answer.
const (
	ignored = `{"ignored":true,"ignoreReason":"IGNORED_BY_MODEL"}`
	noMatch = `{"data":{},"ignored":true,"ignoreReason":"NO_LOOKUP_MATCH"}`
)

// appendRows takes the value of a kind that takes records, an array of items, and adds its JSON: a list, or its one item
// when the action asked for that.
func (d *Decoder) appendRows(dst []byte) ([]byte, error) {
	n, err := d.r.array("the value of the endpoint")
	if err != nil {
		return dst, err
	}
	if d.Rows >= 0 && n != d.Rows {
		return dst, fmt.Errorf("%w: %d items for %d records", service.ErrGuestProtocol, n, d.Rows)
	}
	if d.Action.Shape().Single {
		if n != 1 {
			return dst, fmt.Errorf("%w: %d items for one record", service.ErrGuestProtocol, n)
		}
		return d.appendRow(dst)
	}
	dst = append(dst, '[')
	for i := range n {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = d.appendRow(dst); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

// appendRow takes one item: nil for none, or a map.
func (d *Decoder) appendRow(dst []byte) ([]byte, error) {
	if d.r.next() == classNil {
		if d.Kind == abi.KindLookup {
			return append(dst, noMatch...), d.r.null()
		}
		return append(dst, ignored...), d.r.null()
	}
	switch d.Kind {
	case abi.KindLookup:
		return d.appendFound(dst)
	case abi.KindForecast, abi.KindEffect:
		return d.appendOpen(dst)
	}
	return d.appendPredicted(dst)
}

// appendFound takes the row of a table, a map of any values.
func (d *Decoder) appendFound(dst []byte) ([]byte, error) {
	if err := d.r.want(classMap, "the row of a lookup"); err != nil {
		return dst, err
	}
	dst, err := d.r.appendJSON(append(dst, `{"data":`...), abi.MaxDepth-1) // below the array
	return append(dst, '}'), err
}

// appendOpen takes a map of any values, and says that the row is not ignored unless the map tells that itself. That of a
// forecast has a number or nil as "forecast".
func (d *Decoder) appendOpen(dst []byte) ([]byte, error) {
	first := len(d.r.keys)
	n, err := d.r.object("an item")
	if err != nil {
		return dst, err
	}
	forecast, told := d.Kind != abi.KindForecast, false
	dst = append(dst, '{')
	for range n {
		key, err := d.r.key()
		if err != nil {
			return dst, err
		}
		dst, _ = jsontext.AppendQuote(dst, key)
		dst = append(dst, ':')
		switch name := string(key); {
		case name == "forecast" && d.Kind == abi.KindForecast:
			forecast = true
			if c := d.r.next(); c != classInt && c != classFloat && c != classNil {
				return dst, d.r.broken("a forecast is " + c.String() + " instead of a number")
			}
		case name == "ignored":
			told = true
			if err := d.r.want(classBool, `"ignored"`); err != nil {
				return dst, err
			}
		}
		if dst, err = d.r.appendJSON(dst, abi.MaxDepth-2); err != nil { // below the array and the item
			return dst, err
		}
		dst = append(dst, ',')
	}
	switch err := d.r.unique(first); {
	case err != nil:
		return dst, err
	case !forecast:
		return dst, d.r.broken("an item without forecast, which ends")
	case told:
		dst[len(dst)-1] = '}'
		return dst, nil
	}
	return append(dst, `"ignored":false}`...), nil
}
