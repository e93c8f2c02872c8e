package activate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// compareJSON wants a value to hold what is expected: each key of a table, each item of a list, in order. Keys beyond
// those of a table are no difference. The place names the value in errors.
func compareJSON(place string, want any, text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var got any
	if err := decoder.Decode(&got); err != nil {
		return fmt.Errorf("%s: the answer is no JSON", place)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return fmt.Errorf("%s: the answer goes on after its JSON", place)
	}
	return compareValue(place, want, got)
}

func compareValue(place string, want, got any) error {
	switch want := want.(type) {
	case map[string]any:
		if got, ok := got.(map[string]any); ok {
			return compareTable(place, want, got)
		}
	case []any:
		if got, ok := got.([]any); ok {
			return compareList(place, want, got)
		}
	case int64:
		if n, ok := got.(json.Number); ok && sameNumber(n, strconv.FormatInt(want, 10), float64(want)) {
			return nil
		}
	case float64:
		if n, ok := got.(json.Number); ok && sameNumber(n, "", want) {
			return nil
		}
	default:
		if want == got {
			return nil
		}
	}
	return fmt.Errorf("%s is %s, want %s", place, inJSON(got), inJSON(want))
}

func compareTable(place string, want, got map[string]any) error {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		value, ok := got[key]
		if !ok {
			return fmt.Errorf("%s.%s is missing", place, key)
		}
		if err := compareValue(place+"."+key, want[key], value); err != nil {
			return err
		}
	}
	return nil
}

func compareList(place string, want, got []any) error {
	if len(want) != len(got) {
		return fmt.Errorf("%s has %d items, want %d", place, len(got), len(want))
	}
	for i := range want {
		if err := compareValue(fmt.Sprintf("%s[%d]", place, i), want[i], got[i]); err != nil {
			return err
		}
	}
	return nil
}

// sameNumber compares integers digit by digit and others as floats, so that 3 and 3.0 are the same.
func sameNumber(got json.Number, exact string, float float64) bool {
	if exact != "" && !strings.ContainsAny(string(got), ".eE") {
		return string(got) == exact
	}
	f, err := got.Float64()
	return err == nil && f == float
}

func inJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
