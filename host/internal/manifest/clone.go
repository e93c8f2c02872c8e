package manifest

import (
	"maps"
	"slices"

	"skep/host/internal/schema"
)

// clone is a copy that shares nothing with m.
func (m Endpoint) clone() Endpoint {
	m.Config = maps.Clone(m.Config)
	m.Resources = slices.Clone(m.Resources)
	m.Args, m.Features = cloneFields(m.Args), cloneFields(m.Features)
	tests := m.Tests
	m.Tests = nil
	for _, q := range tests {
		m.Tests = append(m.Tests, q.clone())
	}
	return m
}

func cloneFields(fields []schema.Field) []schema.Field {
	fields = slices.Clone(fields)
	for i := range fields {
		fields[i].Enum = slices.Clone(fields[i].Enum)
	}
	return fields
}

func (q Test) clone() Test {
	q.Headers = slices.Clone(q.Headers)
	q.Body, _ = cloneValue(q.Body).(map[string]any)
	q.Expect.Headers = slices.Clone(q.Expect.Headers)
	q.Expect.Response = cloneValue(q.Expect.Response)
	q.Expect.Result = cloneValue(q.Expect.Result)
	q.Expect.Results = cloneValue(q.Expect.Results)
	if q.Expect.Body != nil {
		body := *q.Expect.Body
		q.Expect.Body = &body
	}
	return q
}

func cloneValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for key, item := range v {
			c[key] = cloneValue(item)
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, item := range v {
			c[i] = cloneValue(item)
		}
		return c
	}
	return v
}
