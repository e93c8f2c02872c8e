package skep

import (
	"math"
	"strings"
	"testing"

	"skep/abi"
)

// withRecords is a request frame with n records that are empty.
func withRecords(kind abi.Kind, n int) []byte {
	raw := abi.AppendArrayHeader(nil, n)
	for range n {
		raw = abi.AppendMapHeader(raw, 0)
	}
	return requestFrame(kind, raw)
}

// registeredAs is the module that a registration makes.
func registeredAs(t *testing.T, register func() Registration) *module {
	t.Helper()
	defer func(before []*module) { registered = before }(registered)
	registered = nil
	register()
	return registeredModule()
}

func lookupOf(t *testing.T, rows ...map[string]any) *module {
	return registeredAs(t, func() Registration {
		return Lookup(func(*Batch) ([]map[string]any, error) { return rows, nil })
	})
}

func forecastOf(t *testing.T, list ...Forecast) *module {
	return registeredAs(t, func() Registration {
		return Forecaster(func(*Batch) ([]Forecast, error) { return list, nil })
	})
}

func queryOf(t *testing.T, table Table) *module {
	return registeredAs(t, func() Registration {
		return Query(func(*Call) (Table, error) { return table, nil })
	})
}

func TestValuesOfKinds(t *testing.T) {
	for name, test := range map[string]struct {
		module *module
		frame  []byte
		want   string // JSON
	}{
		"lookup": {lookupOf(t, map[string]any{"a": int64(1)}, nil), withRecords(abi.KindLookup, 2), `[{"a":1},null]`},
		"forecast": {forecastOf(t, Forecast{Value: 1.5, Time: "t"},
			Forecast{Value: math.NaN(), Series: map[string]any{"s": "x"}, Quantiles: []float64{0.5}, QuantileValues: []float64{2}}),
			withRecords(abi.KindForecast, 3),
			`[{"forecast":1.5,"ignored":false,"quantiles":[],"quantilesValues":[],"time":"t","timeseriesIdentifier":{}},` +
				`{"forecast":null,"ignored":true,"quantiles":[0.5],"quantilesValues":[2],"time":"","timeseriesIdentifier":{"s":"x"}}]`},
		"rows": {queryOf(t, Table{Columns: []Column{{"a", "string"}, {"b", "double"}}, Rows: [][]any{{nil, 1.5}, {"x", true}, {1, int64(2)}}}),
			requestFrame(abi.KindQuery, abi.AppendMapHeader(nil, 0)),
			`{"columns":[{"name":"a","type":"string"},{"name":"b","type":"double"}],"rows":[[null,"1.5"],["x","true"],["1","2"]]}`},
		"no rows": {queryOf(t, Table{Columns: []Column{}}), requestFrame(abi.KindQuery, abi.AppendMapHeader(nil, 0)),
			`{"columns":[],"rows":[]}`},
		"updated": {queryOf(t, Table{Updated: 7}), requestFrame(abi.KindQuery, abi.AppendMapHeader(nil, 0)), `{"updatedRows":7}`},
	} {
		got := read(t, test.module.Call(test.frame))
		if got.Tag != abi.TagValue {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		sameJSON(t, got.Value, test.want)
	}
}

func TestValuesOfKindsThatAreRefused(t *testing.T) {
	empty := requestFrame(abi.KindQuery, abi.AppendMapHeader(nil, 0))
	one := []Column{{"a", "string"}}
	for _, test := range []struct {
		module *module
		frame  []byte
		want   string
	}{
		{lookupOf(t), withRecords(abi.KindLookup, 1), "0 answers for 1 records"},
		{lookupOf(t, map[string]any{"a": math.NaN()}), withRecords(abi.KindLookup, 1), "answer 0: "},
		{forecastOf(t, Forecast{Value: math.Inf(1)}), withRecords(abi.KindForecast, 1), "infinite"},
		{forecastOf(t, Forecast{Quantiles: []float64{1}}), withRecords(abi.KindForecast, 1), "1 quantiles with 0 values"},
		{forecastOf(t, Forecast{Time: "\xff"}), withRecords(abi.KindForecast, 1), "time: "},
		{queryOf(t, Table{Columns: one, Rows: [][]any{{"a", "b"}}}), empty, "row 0 has 2 cells for 1 columns"},
		{queryOf(t, Table{Columns: one, Rows: [][]any{{[]any{}}}}), empty, "cell 0 of row 0"},
		{queryOf(t, Table{Rows: [][]any{{"a"}}}), empty, "without columns"},
		{queryOf(t, Table{Updated: -1}), empty, "without columns"},
	} {
		got := read(t, test.module.Call(test.frame))
		if got.Tag != abi.TagError || got.Status != 500 || got.Type != typeInvalidResult ||
			!strings.Contains(got.Message, test.want) {
			t.Errorf("got %+v, want %q", got, test.want)
		}
	}
}
