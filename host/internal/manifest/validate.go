package manifest

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"skep/abi"
)

// Validate checks all values against the limits of this package and against each other. The error is of type *[Error]
// and holds every problem with field, value and limit.
func (m Endpoint) Validate() error {
	ps := &problems{}
	m.validate(ps)
	return ps.err("")
}

func (m Endpoint) validate(ps *problems) {
	if !slices.Contains(abi.Kinds(), m.Kind) {
		ps.add("kind", "is not set; allowed are %s", namesOf(kinds))
	}
	if m.Input.String() == "unknown" {
		ps.add("input", "is not set; allowed are %s", namesOf(inputs))
	}
	if m.Isolation.String() == "unknown" {
		ps.add("isolation", "is not set; allowed are %s", namesOf(isolations))
	}
	if m.CustomResponse && m.Kind != abi.KindFunction {
		ps.add("returns_custom_response", "is for functions only, and kind is %q", m.Kind)
	}
	m.validateSchema(ps)
	m.Limits.validate(ps)
	m.Pool.validate(ps)
	m.Build.validate(ps)
	m.validateResources(ps)
	if len(m.Tests) > MaxTests {
		ps.add("test", "%d test queries, the most is %d", len(m.Tests), MaxTests)
		return
	}
	for i, q := range m.Tests {
		q.validate(ps, fmt.Sprintf("test[%d].", i), m.Kind)
	}
}

func (m Endpoint) validateResources(ps *problems) {
	if len(m.Resources) > MaxResources {
		ps.add("resources", "%d folders, the most is %d", len(m.Resources), MaxResources)
		return
	}
	for i, name := range m.Resources {
		switch {
		case len(name) > maxResourcePath || name == "." || !fs.ValidPath(name):
			ps.add("resources", "%q is not the path of a folder in resources: write it as \"model\" or \"words/de\"",
				shorten(name))
		case slices.Contains(m.Resources[:i], name):
			ps.add("resources", "%q stands there twice", shorten(name))
		}
	}
}

func (l Limits) validate(ps *problems) {
	checkTimeout(ps, "limits.timeout", l.Timeout)
	checkTimeout(ps, "limits.init", l.Init)
	switch {
	case l.Memory < Page || l.Memory > MaxMemory:
		ps.add("limits.memory", "%s is not within %s and %s",
			FormatSize(l.Memory), FormatSize(Page), FormatSize(MaxMemory))
	case l.Memory%Page != 0:
		ps.add("limits.memory", "%s is not a multiple of %s", FormatSize(l.Memory), FormatSize(Page))
	}
	if l.Body < 1 || l.Body > MaxBody {
		ps.add("limits.body", "%s is not within 1 and %s", FormatSize(l.Body), FormatSize(MaxBody))
	}
}

func checkTimeout(ps *problems, field string, d time.Duration) {
	if d <= 0 || d > MaxTimeout {
		ps.add(field, "%v is not above 0 and at most %v", d, MaxTimeout)
	}
}

func (p Pool) validate(ps *problems) {
	checkTimeout(ps, "pool.timeout", p.Timeout)
	if p.Floor < 0 {
		ps.add("pool.floor", "%d is negative", p.Floor)
	}
	if p.Cruise < p.Floor {
		ps.add("pool.cruise", "%d is below pool.floor, which is %d", p.Cruise, p.Floor)
	}
	if checkCount(ps, "pool.ceil", p.Ceil, 1, MaxInstances) && p.Ceil < p.Cruise {
		ps.add("pool.ceil", "%d is below pool.cruise, which is %d", p.Ceil, p.Cruise)
	}
	checkCount(ps, "pool.queue", p.Queue, 0, MaxQueue)
}

func checkCount(ps *problems, field string, n, lowest, most int) bool {
	ok := n >= lowest && n <= most
	if !ok {
		ps.add(field, "%d is not within %d and %d", n, lowest, most)
	}
	return ok
}

// validate knows no languages: a host must accept modules of languages that it cannot build.
func (b Build) validate(ps *problems) {
	lower := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }
	if len(b.Lang) > 32 || strings.ContainsFunc(b.Lang, func(r rune) bool { return !lower(r) }) {
		ps.add("build.lang", "%q is not the name of a language: lower-case letters and digits", shorten(b.Lang))
	}
}
