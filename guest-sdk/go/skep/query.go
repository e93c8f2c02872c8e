package skep

import (
	"errors"
	"strconv"

	"skep/abi"
)

// Query registers the handler of an endpoint of kind "query". It gets parameters and answers with a table.
func Query(query func(*Call) (Table, error)) Registration {
	m := &module{kind: abi.KindQuery, query: query}
	if query == nil {
		m.problem = "skep.Query was given nil instead of a handler"
	}
	return register(m)
}

// Table is the answer of a [Query]: rows, or with nil Columns the number of rows that it changed.
type Table struct {
	Columns []Column
	// Rows are as long as Columns. A cell is nil, a string, a boolean, an int, an int64 or a float64; a client gets all
	// but nil as a string.
	Rows [][]any
	// Updated is the number of changed rows, where Columns is nil.
	Updated int64
}

// Column is the head of a column.
type Column struct {
	Name string
	Type string // such as "string", "bigint", "double", "boolean", "date"
}

func (m *module) serveQuery() error {
	m.takeArgs()
	t, err := m.query(&m.call)
	if err != nil {
		return err
	}
	m.result, err = m.appendTable(abi.AppendValueHead(m.result[:0]), &t)
	return invalidResult(err)
}

// appendTable adds the value of a result.
//
//	{"columns": [{"name": str, "type": str}, …], "rows": [[nil | str, …], …]} | {"updatedRows": int}
func (m *module) appendTable(b []byte, t *Table) ([]byte, error) {
	if t.Columns == nil {
		if len(t.Rows) > 0 || t.Updated < 0 {
			return b, errors.New("a table without columns has no rows and a number of changed ones")
		}
		return abi.AppendInt(abi.AppendString(abi.AppendMapHeader(b, 1), "updatedRows"), t.Updated), nil
	}
	b = abi.AppendString(abi.AppendMapHeader(b, 2), "columns")
	b = abi.AppendArrayHeader(b, len(t.Columns))
	var err error
	for i, c := range t.Columns {
		b = abi.AppendString(abi.AppendMapHeader(b, 2), "name")
		if b, err = m.encoder.Append(b, c.Name, 3); err == nil {
			b, err = m.encoder.Append(abi.AppendString(b, "type"), c.Type, 3)
		}
		if err != nil {
			return b, errors.New("column " + strconv.Itoa(i) + ": " + err.Error())
		}
	}
	b = abi.AppendArrayHeader(abi.AppendString(b, "rows"), len(t.Rows))
	for i, row := range t.Rows {
		if len(row) != len(t.Columns) {
			return b, errors.New("row " + strconv.Itoa(i) + " has " + strconv.Itoa(len(row)) + " cells for " +
				strconv.Itoa(len(t.Columns)) + " columns")
		}
		b = abi.AppendArrayHeader(b, len(row))
		for j, cell := range row {
			if b, err = m.appendCell(b, cell); err != nil {
				return b, errors.New("cell " + strconv.Itoa(j) + " of row " + strconv.Itoa(i) + ": " + err.Error())
			}
		}
	}
	return b, nil
}

func (m *module) appendCell(b []byte, cell any) ([]byte, error) {
	switch v := cell.(type) {
	case nil:
		return abi.AppendNil(b), nil
	case string:
		return m.encoder.Append(b, v, 3)
	case bool:
		return abi.AppendString(b, strconv.FormatBool(v)), nil
	case int:
		return abi.AppendString(b, strconv.Itoa(v)), nil
	case int64:
		return abi.AppendString(b, strconv.FormatInt(v, 10)), nil
	case float64:
		return abi.AppendString(b, strconv.FormatFloat(v, 'g', -1, 64)), nil
	}
	return b, errors.New("not nil, a string, a boolean or a number")
}
