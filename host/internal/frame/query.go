package frame

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"skep/host/internal/schema"
)

// query writes one record from a query string. Each value is a string, unless a schema says that it is a number or a
// boolean.
func (e *Encoder) query(s *schema.Schema, query []byte) error {
	e.w.arrayHeader(1)
	place := e.w.openMap()
	n := 0
	var seen uint64
	err := eachPair(query, func(at int64, name, value []byte) error {
		n++
		e.w.strBytes(name)
		if s == nil {
			e.w.strBytes(value)
			return nil
		}
		i := s.Index(name)
		if i < 0 {
			e.w.strBytes(value)
			return nil
		}
		seen |= 1 << i
		from := len(e.w.out.b)
		e.typed(s.Fields()[i].Type, value)
		if wrong := misfit(s, i, e.w.out.b[from:]); wrong != "" {
			return &InputError{at, theBody.member("feature", s.Fields()[i].Name) + wrong}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if s != nil {
		e.in.w, e.in.schema = &e.w, s
		added, err := e.in.complete("feature", theBody, seen, 0)
		e.in.release()
		if err != nil {
			return err
		}
		n += added
	}
	e.w.close(place, n)
	return nil
}

// typed writes the text of a value as the type says, or as a string where it is none of that type.
func (e *Encoder) typed(t schema.Type, value []byte) {
	w := &e.w
	switch t {
	case schema.Number, schema.Integer:
		if i, err := strconv.ParseInt(text(value), 10, 64); err == nil {
			w.integer(i)
			return
		}
		if u, err := strconv.ParseUint(text(value), 10, 64); err == nil {
			w.natural(u)
			return
		}
		if f, err := strconv.ParseFloat(text(value), 64); err == nil && len(bytes.Trim(value, "+-.eE0123456789")) == 0 {
			w.float(f)
			return
		}
	case schema.Boolean:
		if string(value) == "true" || string(value) == "false" {
			w.boolean(value[0] == 't')
			return
		}
	}
	w.strBytes(value)
}

// queryText writes {"features": {…}} from a query string, as JSON text.
func (e *Encoder) queryText(query []byte) error {
	text := []byte(`{"features":{`)
	err := eachPair(query, func(_ int64, name, value []byte) error {
		if text[len(text)-1] != '{' {
			text = append(text, ',')
		}
		text, _ = jsontext.AppendQuote(text, name)
		text, _ = jsontext.AppendQuote(append(text, ':'), value)
		return nil
	})
	e.w.bin(append(text, "}}"...))
	return err
}

// eachPair calls pair with each name and value of a query string, decoded once: "+" is a space, "%" begins two
// hexadecimal digits. A name without "=" has the value "". Names are unique, and all text is UTF-8.
func eachPair(query []byte, pair func(at int64, name, value []byte) error) error {
	seen := make(map[string]bool)
	at := 0
	for part := range bytes.SplitSeq(query, []byte("&")) {
		start := int64(at)
		at += len(part) + 1
		if len(part) == 0 {
			continue
		}
		before, after, _ := bytes.Cut(part, []byte("="))
		name, ok := unescape(before)
		value, fine := unescape(after)
		switch {
		case !ok || !fine:
			return &InputError{start, "a parameter of the query with a bad escape, or text that is not UTF-8,"}
		case seen[string(name)]:
			return &InputError{start, "the parameter " + quoted(string(name)) + " of the query stands twice, again"}
		}
		seen[string(name)] = true
		if err := pair(start, name, value); err != nil {
			return err
		}
	}
	return nil
}

func unescape(s []byte) ([]byte, bool) {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '+':
			out = append(out, ' ')
		case '%':
			if i+2 >= len(s) {
				return nil, false
			}
			high, ok := digit(s[i+1])
			low, fine := digit(s[i+2])
			if !ok || !fine {
				return nil, false
			}
			out = append(out, high<<4|low)
			i += 2
		default:
			out = append(out, s[i])
		}
	}
	return out, utf8.Valid(out)
}

func digit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}
