package manifest

import (
	"math"
	"strconv"
)

// value reads any JSON-like value.
func (t *table) value(key string, into *any) {
	if v, ok := t.take(key); ok && t.jsonLike(t.where.keys[key], key, v, 0) {
		*into = v
	}
}

// object reads a table of JSON-like values.
func (t *table) object(key string, into *map[string]any) {
	if v, ok := t.take(key); ok {
		if values, ok := as[map[string]any](t, key, v, "a table"); ok && t.jsonLike(t.where.keys[key], key, v, 0) {
			*into = values
		}
	}
}

// jsonLike reports what JSON could not carry: dates, infinities, and values nested too deeply.
func (t *table) jsonLike(where *place, path string, v any, depth int) bool {
	if where == nil {
		where = t.where
	}
	wrong := func(text string) bool {
		t.ps.at(where, t.path+path, "%s", text)
		return false
	}
	ok := true
	switch v := v.(type) {
	case string, bool, int64:
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return wrong("JSON has neither nan nor inf")
		}
	case map[string]any:
		if depth >= MaxDepth {
			return wrong("nested deeper than " + strconv.Itoa(MaxDepth))
		}
		for key, item := range v {
			ok = t.jsonLike(where.keys[key], path+"."+shorten(key), item, depth+1) && ok
		}
	case []any:
		if depth >= MaxDepth {
			return wrong("nested deeper than " + strconv.Itoa(MaxDepth))
		}
		for i, item := range v {
			at := where
			if i < len(where.items) {
				at = where.items[i]
			}
			ok = t.jsonLike(at, path+"["+strconv.Itoa(i)+"]", item, depth+1) && ok
		}
	default:
		return wrong("JSON has no dates and times; write a string in quotes")
	}
	return ok
}

// headers reads a list of names and values.
func (t *table) headers(key string, into *[][2]string) {
	const want = `a list of pairs as [["Accept", "text/plain"]]`
	v, ok := t.take(key)
	if !ok {
		return
	}
	list, ok := as[[]any](t, key, v, want)
	if !ok {
		return
	}
	headers := make([][2]string, 0, len(list))
	for _, item := range list {
		pair, _ := item.([]any)
		if len(pair) != 2 {
			t.wrong(key, "must be %s", want)
			return
		}
		name, isName := pair[0].(string)
		value, isValue := pair[1].(string)
		if !isName || !isValue {
			t.wrong(key, "must be %s", want)
			return
		}
		headers = append(headers, [2]string{name, value})
	}
	*into = headers
}
