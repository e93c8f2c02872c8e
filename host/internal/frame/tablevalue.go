package frame

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// appendTable takes the value of a query,
//
//	{"columns": [{"name": str, "type": str}, …], "rows": [[str | nil, …], …]} or {"updatedRows": int}
//
// and adds its JSON.
func (d *Decoder) appendTable(dst []byte) ([]byte, error) {
	first := len(d.r.keys)
	n, err := d.r.object("the value of a query")
	if err != nil {
		return dst, err
	}
	width, columns, rows, updated := -1, -1, false, false
	dst = append(dst, '{')
	for i := range n {
		key, err := d.r.key()
		if err != nil {
			return dst, err
		}
		if i > 0 {
			dst = append(dst, ',')
		}
		dst, _ = jsontext.AppendQuote(dst, key)
		dst = append(dst, ':')
		switch string(key) {
		case "columns":
			dst, columns, err = d.appendColumns(dst)
		case "rows":
			rows = true
			dst, width, err = d.appendCells(dst)
		case "updatedRows":
			updated = true
			dst, err = d.appendCount(dst)
		default:
			err = d.r.broken("a table with the unknown key " + quoted(string(key)) + ", which ends")
		}
		if err != nil {
			return dst, err
		}
	}
	switch err := d.r.unique(first); {
	case err != nil:
		return dst, err
	case updated == rows || rows != (columns >= 0):
		return dst, d.r.broken("a query's value has neither columns and rows nor updatedRows alone, and ends")
	case width >= 0 && width != columns:
		return dst, d.r.broken("rows that are not as long as columns, which end")
	}
	return append(dst, '}'), nil
}

// appendColumns takes the columns and counts them.
func (d *Decoder) appendColumns(dst []byte) ([]byte, int, error) {
	n, err := d.r.array("columns")
	if err != nil {
		return dst, 0, err
	}
	dst = append(dst, '[')
	for i := range n {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = d.appendColumn(dst); err != nil {
			return dst, 0, err
		}
	}
	return append(dst, ']'), n, nil
}

func (d *Decoder) appendColumn(dst []byte) ([]byte, error) {
	first := len(d.r.keys)
	n, err := d.r.object("a column")
	if err != nil {
		return dst, err
	}
	dst = append(dst, '{')
	for i := range n {
		key, err := d.r.key()
		if err != nil {
			return dst, err
		}
		if name := string(key); name != "name" && name != "type" {
			return dst, d.r.broken("a column with the unknown key " + quoted(name) + ", which ends")
		}
		if err := d.r.want(classStr, "name or type of a column"); err != nil {
			return dst, err
		}
		if i > 0 {
			dst = append(dst, ',')
		}
		dst, _ = jsontext.AppendQuote(dst, key)
		if dst, err = d.r.appendString(append(dst, ':')); err != nil {
			return dst, err
		}
	}
	if err := d.r.unique(first); err != nil {
		return dst, err
	}
	if n != 2 {
		return dst, d.r.broken("a column without name and type, which ends")
	}
	return append(dst, '}'), nil
}

// appendCells takes the rows. The width is that of all of them, -1 where there are none.
func (d *Decoder) appendCells(dst []byte) (out []byte, width int, err error) {
	rows, err := d.r.array("rows")
	if err != nil {
		return dst, 0, err
	}
	dst, width = append(dst, '['), -1
	for i := range rows {
		n, err := d.r.array("a row")
		if err != nil {
			return dst, 0, err
		}
		if i > 0 {
			if n != width {
				return dst, 0, d.r.broken("rows of different length, which go on")
			}
			dst = append(dst, ',')
		}
		width = n
		dst = append(dst, '[')
		for j := range n {
			if j > 0 {
				dst = append(dst, ',')
			}
			if c := d.r.next(); c != classStr && c != classNil {
				return dst, 0, d.r.broken("a cell is " + c.String() + " instead of a string or nil")
			}
			if dst, err = d.r.appendJSON(dst, 0); err != nil {
				return dst, 0, err
			}
		}
		dst = append(dst, ']')
	}
	return append(dst, ']'), width, nil
}

// appendCount takes the number of changed rows.
func (d *Decoder) appendCount(dst []byte) ([]byte, error) {
	if err := d.r.want(classInt, "updatedRows"); err != nil {
		return dst, err
	}
	u, negative, err := d.r.integer()
	if err == nil && negative {
		err = d.r.broken("updatedRows is negative, and ends")
	}
	return strconv.AppendUint(dst, u, 10), err
}
