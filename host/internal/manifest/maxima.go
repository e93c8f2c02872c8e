package manifest

import (
	"fmt"
	"maps"
)

// Maxima are what an operator allows endpoints to ask for in their manifests. The zero value bounds nothing.
//
// A bound of pool.ceil bounds pool.cruise and pool.floor too, since they are never above it.
type Maxima struct {
	top  Endpoint          // the bounds, in the fields of settings
	file map[string]string // for each field that is bounded, the file that says so
}

// And is both: for each field the lower bound holds. A service's maxima can only lower those of the host in this way.
func (x Maxima) And(y Maxima) Maxima {
	both := Maxima{top: x.top, file: maps.Clone(x.file)}
	for _, s := range settings {
		if file, ok := y.file[s.field]; ok {
			both.bound(s, &y.top, file)
		}
	}
	return both
}

// bound takes over a bound unless there is a lower one.
func (x *Maxima) bound(s setting, top *Endpoint, file string) {
	if _, ok := x.file[s.field]; ok && s.compare(top, &x.top) >= 0 {
		return
	}
	if x.file == nil {
		x.file = make(map[string]string)
	}
	s.assign(&x.top, top)
	x.file[s.field] = file
}

// Lower is m with every value that is above its maximum lowered to it. It is meant for [Default], before a manifest is
// read over it: what an author did not write must not refuse the module.
func (x Maxima) Lower(m Endpoint) Endpoint {
	m = m.clone()
	for _, s := range settings {
		if _, ok := x.file[s.field]; ok && s.compare(&m, &x.top) > 0 {
			s.assign(&m, &x.top)
		}
	}
	return m
}

// Check refuses a manifest that asks for more than the maxima allow. The error is of type *[Error] and names for each
// such field both values and the file that says the maximum.
func (x Maxima) Check(m Endpoint) error {
	ps := &problems{}
	for _, s := range settings {
		if file, ok := x.file[s.field]; ok && s.compare(&m, &x.top) > 0 {
			ps.add(s.field, "%s is above the maximum of %s, which %s says; lower it, or ask the operator",
				s.show(&m), s.show(&x.top), file)
		}
	}
	return ps.err("")
}

// read takes the maxima of a text. The keys are those of a manifest.
func (x *Maxima) read(t *table, file string) {
	top := Endpoint{
		Isolation: IsolationInstance,
		Limits:    Limits{Timeout: MaxTimeout, Init: MaxTimeout, Memory: MaxMemory, Body: MaxBody},
		Pool: Pool{Floor: MaxInstances, Cruise: MaxInstances, Ceil: MaxInstances, Queue: MaxQueue,
			Timeout: MaxTimeout},
	}
	pick(t, "isolation", isolations, &top.Isolation)
	t.sub("limits", top.Limits.read)
	t.sub("pool", top.Pool.readKeys)
	top.checkMaxima(t)
	for _, s := range settings {
		if s.in(t.values) {
			x.bound(s, &top, file)
		}
	}
	if file, ok := x.file["pool.ceil"]; ok {
		x.boundPool(file, "pool.cruise", Pool{Cruise: x.top.Pool.Ceil})
	}
	if file, ok := x.file["pool.cruise"]; ok {
		x.boundPool(file, "pool.floor", Pool{Floor: x.top.Pool.Cruise})
	}
}

func (x *Maxima) boundPool(file, field string, pool Pool) {
	for _, s := range settings {
		if s.field == field {
			x.bound(s, &Endpoint{Pool: pool}, file)
		}
	}
}

// checkMaxima reports bounds that no sound manifest could keep to, or that bound nothing.
func (m *Endpoint) checkMaxima(t *table) {
	ps := &problems{text: t.ps.text, root: t.where}
	m.Limits.validate(ps)
	checkTimeout(ps, "pool.timeout", m.Pool.Timeout)
	checkCount(ps, "pool.floor", m.Pool.Floor, 0, MaxInstances)
	checkCount(ps, "pool.cruise", m.Pool.Cruise, 0, MaxInstances)
	checkCount(ps, "pool.ceil", m.Pool.Ceil, 1, MaxInstances)
	checkCount(ps, "pool.queue", m.Pool.Queue, 0, MaxQueue)
	if limits, _ := t.values["limits"].(map[string]any); limits["fuel"] == int64(0) {
		ps.add("limits.fuel", "0 is no limit and bounds nothing; leave the key out")
	}
	for _, p := range ps.list {
		p.Field = fmt.Sprint(t.path, p.Field)
		t.ps.list = append(t.ps.list, p)
	}
}
