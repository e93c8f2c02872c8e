package activate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"skep/abi"
	"skep/host/internal/manifest"
	"skep/host/internal/service"
	"skep/host/internal/store"
	"skep/host/internal/wasmbin"
)

// value is one value of a setting, as a number that grows with what it allows and as TOML.
type value struct {
	n    uint64
	text string
}

func durations(ms ...uint64) []value {
	var list []value
	for _, n := range ms {
		list = append(list, value{n, fmt.Sprintf(`"%dms"`, n)})
	}
	return list
}

func numbers(ns ...uint64) []value {
	var list []value
	for _, n := range ns {
		list = append(list, value{n, fmt.Sprint(n)})
	}
	return list
}

const unlimited = 1 << 63

type field struct {
	name   string
	values []value
	got    func(manifest.Endpoint) uint64
}

// fields are all settings that can be bounded, with values that a manifest and a maximum may have.
var fields = []field{
	{"isolation", []value{{1, `"request"`}, {2, `"instance"`}},
		func(m manifest.Endpoint) uint64 { return uint64(m.Isolation) }},
	{"limits.timeout", durations(1, 999, 1000, 9999, 10000, 10001, 60000),
		func(m manifest.Endpoint) uint64 { return uint64(m.Limits.Timeout / time.Millisecond) }},
	{"limits.init", durations(1, 5000, 10000, 60000),
		func(m manifest.Endpoint) uint64 { return uint64(m.Limits.Init / time.Millisecond) }},
	{"limits.memory", numbers(64<<10, 1<<20, 64<<20, 65<<20, 4<<30-64<<10),
		func(m manifest.Endpoint) uint64 { return uint64(m.Limits.Memory) }},
	{"limits.body", numbers(1, 1<<20-1, 1<<20, 1<<20+1, 16<<20),
		func(m manifest.Endpoint) uint64 { return uint64(m.Limits.Body) }},
	{"limits.fuel", append(numbers(1, 1000, 1<<62), value{unlimited, "0"}),
		func(m manifest.Endpoint) uint64 {
			if m.Limits.Fuel == 0 {
				return unlimited
			}
			return m.Limits.Fuel
		}},
	{"pool.floor", numbers(0, 1, 2, 3, 9, 1024), func(m manifest.Endpoint) uint64 { return uint64(m.Pool.Floor) }},
	{"pool.cruise", numbers(0, 1, 2, 3, 9, 1024), func(m manifest.Endpoint) uint64 { return uint64(m.Pool.Cruise) }},
	{"pool.ceil", numbers(1, 2, 3, 8, 9, 1024), func(m manifest.Endpoint) uint64 { return uint64(m.Pool.Ceil) }},
	{"pool.queue", numbers(0, 1, 1024, 1025, 1<<16), func(m manifest.Endpoint) uint64 { return uint64(m.Pool.Queue) }},
	{"pool.timeout", durations(1, 10000, 60000),
		func(m manifest.Endpoint) uint64 { return uint64(m.Pool.Timeout / time.Millisecond) }},
}

// choose makes a text that says each setting with a probability, below a table. The values that it says are added to
// said, for each field the last one.
func choose(r *rand.Rand, probability float64, table string, said map[string]uint64) string {
	var b strings.Builder
	for _, f := range fields {
		v := f.values[r.IntN(len(f.values))]
		if r.Float64() >= probability || table != "" && v.n == unlimited {
			continue
		}
		fmt.Fprintf(&b, "%s%s = %s\n", table, f.name, v.text)
		said[f.name] = v.n
	}
	return b.String()
}

// TestMaximaHold tries random manifests against random maxima: what is accepted is never above one of them, and what is
// refused for its size is.
func TestMaximaHold(t *testing.T) {
	const seed = 1
	r := rand.New(rand.NewPCG(seed, 0))
	var accepted, refused, invalid int
	for round := range 20_000 {
		ofHost, ofService, said := map[string]uint64{}, map[string]uint64{}, map[string]uint64{}
		hostText, serviceText := choose(r, 0.3, "max.", ofHost), choose(r, 0.2, "max.", ofService)
		embedded, sidecar := choose(r, 0.2, "", said), choose(r, 0.1, "", said)
		show := func() string {
			return fmt.Sprintf("round %d\nskep.toml\n%sservice.toml\n%sembedded\n%ssidecar\n%s", round, hostText, serviceText,
				embedded, sidecar)
		}
		h, err := manifest.ParseHost("skep.toml", []byte(hostText))
		if err != nil {
			t.Fatalf("%s%v", show(), err)
		}
		s, err := manifest.ParseService("service.toml", []byte(serviceText))
		if err != nil {
			t.Fatalf("%s%v", show(), err)
		}
		module, err := wasmbin.SetSection([]byte("\x00asm\x01\x00\x00\x00"), abi.ManifestSection, []byte(embedded))
		if err != nil {
			t.Fatal(err)
		}
		m, err := readManifest(store.Endpoint{}, store.Files{Module: module, Sidecar: []byte(sidecar)}, h.Max.And(s.Max))

		tops := map[string]uint64{}
		for _, said := range []map[string]uint64{ofHost, ofService} {
			for name, n := range said {
				if old, ok := tops[name]; !ok || n < old {
					tops[name] = n
				}
			}
		}
		above := slices.ContainsFunc(fields, func(f field) bool {
			top, bounded := tops[f.name]
			return bounded && said[f.name] > top
		})
		switch {
		case err == nil:
			accepted++
			for _, f := range fields {
				if top, bounded := tops[f.name]; bounded && f.got(m) > top {
					t.Fatalf("%s%s became %d, above %d", show(), f.name, f.got(m), top)
				}
				if n, ok := said[f.name]; ok && f.got(m) < n {
					t.Fatalf("%s%s became %d, and %d was written: it must be refused", show(), f.name, f.got(m), n)
				}
			}
			if above {
				t.Fatalf("%sis accepted, and asks for more than is allowed", show())
			}
		case above:
			refused++
			if !strings.Contains(err.Error(), "is above the maximum") {
				t.Fatalf("%sis refused for %v", show(), err)
			}
		default:
			invalid++ // pools that do not fit together
			if strings.Contains(err.Error(), "above the maximum") && !strings.Contains(err.Error(), "pool.") {
				t.Fatalf("%sis refused for %v", show(), err)
			}
		}
	}
	if min(accepted, refused, invalid) < 1000 {
		t.Errorf("the rounds say little: %d accepted, %d refused, %d invalid", accepted, refused, invalid)
	}
}

// TestServiceMaxima shows that a service.toml bounds its own service, and that nothing of the service serves when the
// file cannot be read.
func TestServiceMaxima(t *testing.T) {
	asks := []byte("limits.timeout = \"4s\"\n")
	b, services := prepare(t, "static", files{
		"free/a.wasm": hello, "free/a.toml": asks,
		"bounded/a.wasm": hello, "bounded/a.toml": asks, "bounded/b.wasm": hello,
		"bounded/service.toml": []byte("max.limits.timeout = \"3s\"\n"),
		"above/a.wasm":         hello, "above/a.toml": []byte("limits.timeout = \"6s\"\n"),
		"above/service.toml":  []byte("max.limits.timeout = \"7s\"\n"),
		"broken/a.wasm":       hello,
		"broken/service.toml": []byte("max.timeout = 3\n"),
	})
	h, err := manifest.ParseHost("skep.toml", []byte("max.limits.timeout = \"5s\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	b.Max = h.Max
	b.apply(t, services...)
	for place, want := range map[string]string{
		"free/a": "", "bounded/b": "",
		"bounded/a": "limits.timeout: 4s is above the maximum of 3s, which " + b.file(t, "bounded"),
		"above/a":   "limits.timeout: 6s is above the maximum of 5s, which skep.toml",
		"broken/a":  b.file(t, "broken") + ":1:5: unknown key \"timeout\"",
	} {
		s, id, _ := strings.Cut(place, "/")
		e := b.endpoint(t, s, id)
		if want == "" {
			if e.State != service.StateReady {
				t.Errorf("%s is %v: %v", place, e.State, e.Reason)
			}
		} else if e.State != service.StateRefused || !strings.HasPrefix(e.Reason.Error(), want) {
			t.Errorf("%s is %v: %v; want %s", place, e.State, e.Reason, want)
		}
	}
	if got := b.Report(b.endpoint(t, "bounded", "b")).Manifest.Limits.Timeout; got != 3*time.Second {
		t.Errorf("without a word of its own, an endpoint has a timeout of %v, want the maximum", got)
	}
}

// file is the name of the service.toml of a service.
func (b *bench) file(t *testing.T, id string) string {
	t.Helper()
	text, err := b.Store.Service(id)
	if err != nil {
		t.Fatal(err)
	}
	return text.Name
}
