package manifest

import (
	"errors"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Parse is [Default] with the keys of a text over it, and checked. The name is that of the text in errors, which are
// of type *[Error].
func Parse(name string, text []byte) (Endpoint, error) {
	m, ps := Default().apply(text)
	if len(ps.list) == 0 {
		m.validate(ps)
	}
	if err := ps.err(name); err != nil {
		return Endpoint{}, err
	}
	return m, nil
}

// Apply is m with the keys of a text over it. Single keys override, those of [config] too; a list of tests replaces
// the one of m. The result shares nothing with m and is not checked beyond the types of its values: see
// [Endpoint.Validate]. The name is that of the text in errors, which are of type *[Error].
func (m Endpoint) Apply(name string, text []byte) (Endpoint, error) {
	m, ps := m.apply(text)
	if err := ps.err(name); err != nil {
		return Endpoint{}, err
	}
	return m, nil
}

func (m Endpoint) apply(text []byte) (Endpoint, *problems) {
	m = m.clone()
	ps := readText(text, m.read)
	return m, ps
}

// readText hands the root table of a text to read. Keys that it does not ask for are problems.
func readText(text []byte, read func(*table)) *problems {
	ps := &problems{text: text}
	if len(text) > MaxText {
		ps.add("", "is %d bytes long, the most is %d", len(text), MaxText)
		return ps
	}
	var values map[string]any
	if err := toml.Unmarshal(text, &values); err != nil {
		ps.syntax(err)
		return ps
	}
	ps.root = locate(text)
	t := &table{ps: ps, where: ps.root, values: values}
	read(t)
	t.close()
	return ps
}

// syntax reports what the TOML library says. Of a word without quotes it says what its first letter might begin, if that.
func (ps *problems) syntax(err error) {
	p := Problem{Text: strings.TrimPrefix(err.Error(), "toml: ")}
	if strings.HasPrefix(p.Text, "expected keyword ") || strings.HasSuffix(p.Text, " at start of value") {
		p.Text += "; strings must be quoted"
	}
	var at *toml.DecodeError
	if errors.As(err, &at) {
		p.Line, p.Column = at.Position()
	}
	ps.list = append(ps.list, placed{Problem: p})
}
