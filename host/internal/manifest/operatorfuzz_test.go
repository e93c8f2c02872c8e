package manifest

import "testing"

// FuzzParseHost looks for texts that stop the reader, and for maxima under which a module without a manifest could not
// be loaded.
func FuzzParseHost(f *testing.F) {
	f.Add([]byte(allMaxima))
	f.Add([]byte("addr = \":0\"\nmax.pool = { ceil = 1, floor = 3 }\n\"max\".limits.memory = 65536"))
	f.Add([]byte("max.isolation = 1\nmax.limits.fuel = 0\n[max.pool]\nceil = -1"))
	f.Fuzz(func(t *testing.T, text []byte) {
		h, err := ParseHost("skep.toml", text)
		if err != nil {
			return
		}
		m := h.Max.Lower(Default())
		if err := m.Validate(); err != nil {
			t.Errorf("the default becomes invalid: %v", err)
		}
		if err := h.Max.Check(m); err != nil {
			t.Errorf("the default is above: %v", err)
		}
	})
}
