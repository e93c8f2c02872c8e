package manifest

import (
	"fmt"
	"strings"
)

// read takes over what a text says. Keys that it lacks leave m as it is; a list of tests replaces the old one.
func (m *Endpoint) read(t *table) {
	pick(t, "kind", kinds, &m.Kind)
	pick(t, "input", inputs, &m.Input)
	pick(t, "isolation", isolations, &m.Isolation)
	t.boolean("returns_custom_response", &m.CustomResponse)
	t.str("description", &m.Description)
	m.readSchema(t)
	t.sub("limits", m.Limits.read)
	t.sub("pool", m.Pool.read)
	t.sub("config", m.readConfig)
	t.strings("resources", &m.Resources)
	t.sub("build", m.Build.read)
	m.readTests(t)
}

func (l *Limits) read(t *table) {
	t.duration("timeout", &l.Timeout)
	t.duration("init", &l.Init)
	t.size("memory", &l.Memory)
	t.size("body", &l.Body)
	t.unsigned("fuel", &l.Fuel)
}

func (p *Pool) read(t *table) {
	if p.readKeys(t); t.values["ceil"] == nil && p.Ceil == defaultCeil() {
		// The default depends on the machine; a manifest that only says cruise must mean the same on all of them.
		p.Ceil = max(p.Ceil, p.Cruise)
	}
}

func (p *Pool) readKeys(t *table) {
	t.integer("floor", &p.Floor)
	t.integer("cruise", &p.Cruise)
	t.integer("ceil", &p.Ceil)
	t.integer("queue", &p.Queue)
	t.duration("timeout", &p.Timeout)
}

func (b *Build) read(t *table) { t.str("lang", &b.Lang) }

func (m *Endpoint) readConfig(t *table) {
	if m.Config == nil {
		m.Config = make(map[string]string, len(t.values))
	}
	for key := range t.values {
		var s string
		if t.str(key, &s) {
			m.Config[key] = s
		}
	}
}

func (m *Endpoint) readTests(t *table) {
	var tests []Test
	given := t.each("test", func(i int, item *table) {
		test := Test{Warmup: true, Expect: Expect{Status: 200}}
		if actions := Actions(m.Kind); len(actions) > 0 {
			test.Action = actions[0]
		}
		test.read(item)
		if test.Name == "" {
			test.Name = fmt.Sprintf("test %d (%s)", i+1, test.Action)
		}
		tests = append(tests, test)
	})
	if given {
		m.Tests = tests
	}
}

func (q *Test) read(t *table) {
	t.str("name", &q.Name)
	t.str("action", &q.Action)
	t.boolean("warmup", &q.Warmup)
	t.headers("headers", &q.Headers)
	t.object("body", &q.Body)
	t.sub("expect", q.Expect.read)
	if q.Body == nil {
		q.Body = map[string]any{}
	}
}

func (e *Expect) read(t *table) {
	t.integer("status", &e.Status)
	t.value("response", &e.Response)
	t.value("result", &e.Result)
	t.value("results", &e.Results)
	t.str("content_type", &e.ContentType)
	t.headers("headers", &e.Headers)
	var body string
	if t.str("body", &body) {
		e.Body = &body
	}
	t.str("body_sha256", &e.BodySHA256)
	e.BodySHA256 = strings.ToLower(e.BodySHA256)
	t.str("error_type", &e.ErrorType)
	t.str("message", &e.Message)
}
