package manifest

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// table takes values out of one table of a text. Each method takes one key, leaves its target alone when the key is
// absent or wrong, and says whether it set it. What was never asked for is unknown.
type table struct {
	ps     *problems
	path   string // with a dot at its end; "" for the root
	where  *place
	values map[string]any
	known  map[string]bool
}

func (t *table) take(key string) (any, bool) {
	if t.known == nil {
		t.known = make(map[string]bool)
	}
	t.known[key] = true
	v, ok := t.values[key]
	return v, ok
}

// wrong reports a problem of a key.
func (t *table) wrong(key, format string, args ...any) {
	t.ps.at(t.placeOf(key), t.path+key, format, args...)
}

func (t *table) placeOf(key string) *place {
	if where := t.where.keys[key]; where != nil {
		return where
	}
	return t.where
}

// as reports a problem unless v is of type T; want describes T.
func as[T any](t *table, key string, v any, want string) (T, bool) {
	x, ok := v.(T)
	if !ok {
		t.wrong(key, "is %s, must be %s", describe(v), want)
	}
	return x, ok
}

func (t *table) str(key string, into *string) bool {
	if v, ok := t.take(key); ok {
		if s, ok := as[string](t, key, v, `a string in quotes`); ok {
			*into = s
			return true
		}
	}
	return false
}

func (t *table) boolean(key string, into *bool) bool {
	if v, ok := t.take(key); ok {
		if b, ok := as[bool](t, key, v, "true or false"); ok {
			*into = b
			return true
		}
	}
	return false
}

func (t *table) integer(key string, into *int) bool {
	v, ok := t.take(key)
	if !ok {
		return false
	}
	n, ok := as[int64](t, key, v, "an integer")
	switch {
	case !ok:
		return false
	case int64(int(n)) != n:
		t.wrong(key, "%d is out of range", n)
		return false
	}
	*into = int(n)
	return true
}

func (t *table) unsigned(key string, into *uint64) {
	if v, ok := t.take(key); ok {
		n, ok := as[int64](t, key, v, "an integer")
		switch {
		case !ok:
		case n < 0:
			t.wrong(key, "%d is negative", n)
		default:
			*into = uint64(n)
		}
	}
}

func (t *table) duration(key string, into *time.Duration) {
	const want = `a duration as "500ms", "10s" or "1m"`
	if v, ok := t.take(key); ok {
		if s, ok := as[string](t, key, v, want); ok {
			d, err := time.ParseDuration(s)
			if err != nil {
				t.wrong(key, "%q is not %s", shorten(s), want)
				return
			}
			*into = d
		}
	}
}

// moment takes a TOML date and time, or a string of that form. It must say its distance from UTC.
func (t *table) moment(key string, into *time.Time) {
	v, ok := t.take(key)
	if !ok {
		return
	}
	if s, ok := v.(string); ok {
		if at, err := time.Parse(time.RFC3339, s); err == nil {
			v = at
		}
	}
	if at, ok := v.(time.Time); ok {
		*into = at.UTC()
		return
	}
	t.wrong(key, "is not a date and time as 2030-12-31T23:59:59Z")
}

// strings takes a list of strings.
func (t *table) strings(key string, into *[]string) bool {
	const want = "a list of strings"
	v, ok := t.take(key)
	if !ok {
		return false
	}
	list, ok := as[[]any](t, key, v, want)
	if !ok {
		return false
	}
	texts := make([]string, len(list))
	for i, v := range list {
		if texts[i], ok = v.(string); !ok {
			t.wrong(key, "holds %s, must be %s", describe(v), want)
			return false
		}
	}
	*into = texts
	return true
}

func (t *table) size(key string, into *int64) bool {
	v, ok := t.take(key)
	if !ok {
		return false
	}
	if n, ok := v.(int64); ok {
		v = strconv.FormatInt(n, 10)
	}
	if s, ok := as[string](t, key, v, `a size as 65536 or "64MiB"`); ok {
		n, err := ParseSize(s)
		if err != nil {
			t.wrong(key, "%v", err)
			return false
		}
		*into = n
		return true
	}
	return false
}

// sub reads a table within this one.
func (t *table) sub(key string, read func(*table)) {
	if v, ok := t.take(key); ok {
		if values, ok := as[map[string]any](t, key, v, "a table"); ok {
			t.enter(t.where.keys[key], t.path+key, values, read)
		}
	}
}

// each reads the tables of an array and says whether there was one.
func (t *table) each(key string, read func(i int, item *table)) bool {
	v, ok := t.take(key)
	if !ok {
		return false
	}
	list, ok := as[[]any](t, key, v, "a list of tables, each under [["+key+"]]")
	for i, v := range list {
		path := key + "[" + strconv.Itoa(i) + "]"
		where := t.where.keys[key]
		if where != nil && i < len(where.items) {
			where = where.items[i]
		}
		values, ok := v.(map[string]any)
		if !ok {
			t.ps.at(where, t.path+path, "is %s, must be a table", describe(v))
			continue
		}
		t.enter(where, t.path+path, values, func(item *table) { read(i, item) })
	}
	return ok
}

func (t *table) enter(where *place, path string, values map[string]any, read func(*table)) {
	if where == nil {
		where = t.where
	}
	inner := &table{ps: t.ps, path: path + ".", where: where, values: values}
	read(inner)
	inner.close()
}

// close reports the keys that nobody asked for.
func (t *table) close() {
	place := "here"
	if t.path != "" {
		place = "in " + strings.TrimSuffix(t.path, ".")
	}
	known := ""
	for key := range t.values {
		if t.known[key] {
			continue
		}
		if known == "" {
			known = strings.Join(slices.Sorted(maps.Keys(t.known)), ", ")
		}
		t.ps.at(t.where.keys[key], "", "unknown key %q; known %s are %s", shorten(key), place, known)
	}
}

// describe names a TOML value's type.
func describe(v any) string {
	switch v.(type) {
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case int64:
		return "an integer"
	case float64:
		return "a float"
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return "a date or time"
}
