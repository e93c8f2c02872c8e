package manifest

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

func mustParseHost(t *testing.T, text string) Host {
	t.Helper()
	h, err := ParseHost("skep.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestSettingsAreComplete fails for a limit that no operator could bound.
func TestSettingsAreComplete(t *testing.T) {
	known := map[string]bool{"isolation": true}
	for table, typ := range map[string]reflect.Type{
		"limits": reflect.TypeFor[Limits](), "pool": reflect.TypeFor[Pool](),
	} {
		for i := range typ.NumField() {
			known[table+"."+strings.ToLower(typ.Field(i).Name)] = true
		}
	}
	for _, s := range settings {
		if !known[s.field] {
			t.Errorf("%s is bounded twice, or is no field", s.field)
		}
		delete(known, s.field)
	}
	for field := range known {
		t.Errorf("%s has no maximum", field)
	}
}

// allMaxima bounds every field.
const allMaxima = `[max]
isolation = "request"
limits = { timeout = "5s", init = "6s", memory = "32MiB", body = "1KiB", fuel = 1000 }
pool = { floor = 1, cruise = 2, ceil = 4, queue = 8, timeout = "1s" }
`

func TestMaximaCheck(t *testing.T) {
	top := mustParseHost(t, allMaxima).Max
	for manifest, want := range map[string]string{
		"": "",
		`isolation = "request"
		limits = { timeout = "5s", init = "6s", memory = "32MiB", body = 1024, fuel = 1000 }
		pool = { floor = 1, cruise = 2, ceil = 4, queue = 8, timeout = "1s" }`: "",
		`isolation = "instance"`:      "isolation: instance is above the maximum of request, which skep.toml says",
		`limits.timeout = "5.001s"`:   "limits.timeout: 5.001s is above the maximum of 5s, which skep.toml says",
		`limits.init = "1m"`:          "limits.init: 1m0s is above the maximum of 6s, which skep.toml says",
		`limits.memory = "33MiB"`:     "limits.memory: 33MiB is above the maximum of 32MiB, which skep.toml says",
		`limits.body = 1025`:          "limits.body: 1025 is above the maximum of 1KiB, which skep.toml says",
		`limits.fuel = 1001`:          "limits.fuel: 1001 is above the maximum of 1000, which skep.toml says",
		`limits.fuel = 0`:             "limits.fuel: no limit is above the maximum of 1000, which skep.toml says",
		`pool = {floor = 2}`:          "pool.floor: 2 is above the maximum of 1, which skep.toml says",
		`pool = {cruise = 3}`:         "pool.cruise: 3 is above the maximum of 2, which skep.toml says",
		`pool = {ceil = 5}`:           "pool.ceil: 5 is above the maximum of 4, which skep.toml says",
		`pool = {queue = 9}`:          "pool.queue: 9 is above the maximum of 8, which skep.toml says",
		`pool = {timeout = "1001ms"}`: "pool.timeout: 1.001s is above the maximum of 1s, which skep.toml says",
		`limits.body = 9223372036854775807`: "limits.body: 9223372036854775807 is above the maximum of 1KiB, " +
			"which skep.toml says",
	} {
		m, err := top.Lower(Default()).Apply("endpoint.toml", []byte(manifest))
		if err != nil {
			t.Fatalf("%s: %v", manifest, err)
		}
		err = top.Check(m)
		if want == "" {
			if err != nil || m.Validate() != nil {
				t.Errorf("%s\nis refused: %v, %v", manifest, err, m.Validate())
			}
			continue
		}
		if !errors.Is(err, ErrInvalid) || err.Error() != want+"; lower it, or ask the operator" {
			t.Errorf("%s\ngives %v\nwant  %s", manifest, err, want)
		}
	}
}

func TestMaximaZero(t *testing.T) {
	var none Maxima
	m := Default()
	m.Limits.Timeout, m.Isolation = time.Hour, IsolationInstance
	if err := none.Check(m); err != nil {
		t.Error(err)
	}
	if got := none.Lower(m); !reflect.DeepEqual(got, m) {
		t.Errorf("lowered to %+v", got)
	}
	if err := none.And(none).Check(m); err != nil {
		t.Error(err)
	}
}

// TestMaximaDefault shows that modules without a manifest serve under any maxima.
func TestMaximaDefault(t *testing.T) {
	h := mustParseHost(t, "max.pool.ceil = 1\nmax.limits = { timeout = \"5s\", fuel = 7, memory = \"64KiB\" }")
	m := h.Max.Lower(Default())
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	if p := m.Pool; p.Ceil != 1 || p.Cruise != 1 || p.Floor != 1 || p.Queue != Default().Pool.Queue {
		t.Errorf("pool %+v", p)
	}
	if l := m.Limits; l.Timeout != 5*time.Second || l.Fuel != 7 || l.Memory != Page || l.Init != Default().Limits.Init {
		t.Errorf("limits %+v", l)
	}
}

// TestMaximaAnd shows that of two bounds the lower one holds, and that the file that says it is named.
func TestMaximaAnd(t *testing.T) {
	host := mustParseHost(t, `max.limits = { timeout = "5s", memory = "1MiB", fuel = 10 }`+"\nmax.pool.ceil = 8").Max
	service, err := ParseService("s/service.toml", []byte(`[max]
isolation = "request"
limits = { timeout = "3s", memory = "2MiB", body = "1KiB" }
pool = { ceil = 4 }
`))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"isolation: instance is above the maximum of request, which s/service.toml says",
		"limits.body: 2KiB is above the maximum of 1KiB, which s/service.toml says",
		"limits.fuel: no limit is above the maximum of 10, which skep.toml says",
		"limits.memory: 4MiB is above the maximum of 1MiB, which skep.toml says",
		"limits.timeout: 4s is above the maximum of 3s, which s/service.toml says",
		"pool.cruise: 5 is above the maximum of 4, which s/service.toml says",
	}, "; lower it, or ask the operator\n") + "; lower it, or ask the operator"
	m := Endpoint{Isolation: IsolationInstance, Limits: Limits{Timeout: 4 * time.Second, Memory: 4 << 20, Body: 2048},
		Pool: Pool{Cruise: 5}}
	for name, both := range map[string]Maxima{"host first": host.And(service.Max), "service first": service.Max.And(host)} {
		if err := both.Check(m); err == nil || err.Error() != want {
			t.Errorf("%s: %v\nwant %s", name, err, want)
		}
	}
	if err := host.Check(Endpoint{Limits: Limits{Timeout: 4 * time.Second, Fuel: 1}}); err != nil {
		t.Errorf("the host's maxima have changed: %v", err)
	}
}
