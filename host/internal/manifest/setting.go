package manifest

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// setting is one value of a manifest that an operator may bound.
type setting struct {
	field   string // as in "limits.timeout"
	compare func(a, b *Endpoint) int
	assign  func(to, from *Endpoint)
	show    func(*Endpoint) string
}

// settings are all of them.
var settings = []setting{
	ordered("isolation", func(m *Endpoint) *Isolation { return &m.Isolation }),
	ordered("limits.timeout", func(m *Endpoint) *time.Duration { return &m.Limits.Timeout }),
	ordered("limits.init", func(m *Endpoint) *time.Duration { return &m.Limits.Init }),
	size("limits.memory", func(m *Endpoint) *int64 { return &m.Limits.Memory }),
	size("limits.body", func(m *Endpoint) *int64 { return &m.Limits.Body }),
	fuel("limits.fuel", func(m *Endpoint) *uint64 { return &m.Limits.Fuel }),
	ordered("pool.ceil", func(m *Endpoint) *int { return &m.Pool.Ceil }),
	ordered("pool.cruise", func(m *Endpoint) *int { return &m.Pool.Cruise }),
	ordered("pool.floor", func(m *Endpoint) *int { return &m.Pool.Floor }),
	ordered("pool.queue", func(m *Endpoint) *int { return &m.Pool.Queue }),
	ordered("pool.timeout", func(m *Endpoint) *time.Duration { return &m.Pool.Timeout }),
}

// ordered is a setting whose values grow with what they allow.
func ordered[T cmp.Ordered](field string, at func(*Endpoint) *T) setting {
	return setting{
		field:   field,
		compare: func(a, b *Endpoint) int { return cmp.Compare(*at(a), *at(b)) },
		assign:  func(to, from *Endpoint) { *at(to) = *at(from) },
		show:    func(m *Endpoint) string { return fmt.Sprint(*at(m)) },
	}
}

func size(field string, at func(*Endpoint) *int64) setting {
	s := ordered(field, at)
	s.show = func(m *Endpoint) string { return FormatSize(*at(m)) }
	return s
}

// fuel is a setting whose zero is no limit, and so above every other value.
func fuel(field string, at func(*Endpoint) *uint64) setting {
	s := ordered(field, at)
	s.compare = func(a, b *Endpoint) int { return cmp.Compare(*at(a)-1, *at(b)-1) } // zero wraps around
	s.show = func(m *Endpoint) string {
		if *at(m) == 0 {
			return "no limit"
		}
		return fmt.Sprint(*at(m))
	}
	return s
}

// in says whether the values of a text have the field.
func (s setting) in(values map[string]any) bool {
	table, key, nested := strings.Cut(s.field, ".")
	if !nested {
		_, ok := values[table]
		return ok
	}
	inner, _ := values[table].(map[string]any)
	_, ok := inner[key]
	return ok
}
