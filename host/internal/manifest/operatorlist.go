package manifest

import (
	"strconv"
	"strings"
)

// listFlag reads strings, and gives them with commas between them.
func listFlag(t *table, key string) (string, bool) {
	v, ok := t.take(key)
	if !ok {
		return "", false
	}
	const want = "a list of strings"
	items, ok := as[[]any](t, key, v, want)
	if !ok {
		return "", false
	}
	var list []string
	for _, item := range items {
		s, ok := as[string](t, key, item, want)
		switch {
		case !ok:
			return "", false
		case s == "" || strings.ContainsAny(s, ",\"\n"):
			t.wrong(key, "%q cannot be an item: it is empty, or has a comma, a quote or a line break", shorten(s))
			return "", false
		}
		list = append(list, s)
	}
	return strings.Join(list, ","), true
}

func countFlag(t *table, key string) (string, bool) {
	var n int
	ok := t.integer(key, &n)
	return strconv.Itoa(n), ok
}
