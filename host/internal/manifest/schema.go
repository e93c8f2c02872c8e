package manifest

import (
	"slices"
	"strings"

	"skep/host/internal/schema"
)

// readSchema reads [args.x] and [features.x]. Each table replaces the whole field of that name.
func (m *Endpoint) readSchema(t *table) {
	t.sub("args", func(t *table) { readFields(t, &m.Args) })
	t.sub("features", func(t *table) { readFields(t, &m.Features) })
}

func readFields(t *table, into *[]schema.Field) {
	for name := range t.values {
		f := schema.Field{Name: name}
		t.sub(name, func(t *table) {
			pick(t, "type", types, &f.Type)
			t.boolean("required", &f.Required)
			t.str("description", &f.Description)
			t.value("default", &f.Default)
			if v, ok := t.take("enum"); ok {
				f.Enum, _ = as[[]any](t, "enum", v, "a list")
			}
		})
		*into = slices.DeleteFunc(*into, func(old schema.Field) bool { return old.Name == name })
		*into = append(*into, f)
	}
	slices.SortFunc(*into, func(a, b schema.Field) int { return strings.Compare(a.Name, b.Name) })
}

// Schema is what the endpoint declares of its arguments or of its records, nil where it declares nothing. The error says
// which field is wrong.
func (m Endpoint) Schema() (*schema.Schema, error) {
	if m.Kind.TakesRecords() {
		return schema.New(m.Features)
	}
	return schema.New(m.Args)
}

func (m Endpoint) validateSchema(ps *problems) {
	checkDescription(ps, "description", m.Description)
	mine, others := "args", "features"
	fields, foreign := m.Args, m.Features
	if m.Kind.TakesRecords() {
		mine, others, fields, foreign = others, mine, foreign, fields
	}
	if len(foreign) > 0 {
		ps.add(others, "is not what an endpoint of kind %q takes; use %s", m.Kind, mine)
	}
	for _, f := range fields {
		checkDescription(ps, mine+"."+f.Name, f.Description)
		if f.Default != nil && m.Input == InputJSON {
			ps.add(mine+"."+f.Name, "has a default, which cannot be put into a body that is handed over untouched "+
				"(input = %q)", m.Input)
		}
	}
	if _, err := m.Schema(); err != nil {
		ps.add(mine, "%s", shorten(err.Error()))
	}
}

func checkDescription(ps *problems, field, text string) {
	if len(text) > MaxDescription {
		ps.add(field, "a description of %d bytes, the most is %d", len(text), MaxDescription)
	}
}
