package manifest

import (
	"errors"
	"reflect"
	"testing"
)

func TestParseHost(t *testing.T) {
	h := mustParseHost(t, `addr = "0.0.0.0:80"
memory_budget = "2GiB"
 request_metadata = false
log_level = "warn"
infra = "k8s"
log_format = "json"
[max]
`)
	want := []Flag{
		{"addr", "0.0.0.0:80", "skep.toml:1:1"},
		{"infra", "k8s", "skep.toml:5:1"},
		{"log_format", "json", "skep.toml:6:1"},
		{"log_level", "warn", "skep.toml:4:1"},
		{"memory_budget", "2GiB", "skep.toml:2:1"},
		{"request_metadata", "false", "skep.toml:3:2"},
	}
	if !reflect.DeepEqual(h.Flags, want) {
		t.Errorf("got  %v\nwant %v", h.Flags, want)
	}
	if empty := mustParseHost(t, ""); !reflect.DeepEqual(empty, Host{}) {
		t.Errorf("an empty file says %+v", empty)
	}
}

func TestOperatorErrors(t *testing.T) {
	host := func(text string) error { _, err := ParseHost("skep.toml", []byte(text)); return err }
	service := func(text string) error { _, err := ParseService("service.toml", []byte(text)); return err }
	for _, test := range []struct {
		parse      func(string) error
		text, want string
	}{
		{host, `adr = ""`, `skep.toml:1:1: unknown key "adr"; known here are access_log, addr, admin_addr, audit_bodies, audit_log, confine, cors_headers, cors_methods, cors_origins, ` +
			`grace, infra, keep_generations, log_format, log_level, max, max_connections, max_connections_per_address, memory_budget, request_metadata, rescan, tls_cert, ` +
			`tls_key, trusted_proxies`},
		{host, `cors_origins = "x"`, "skep.toml:1:1: cors_origins: is a string, must be a list of strings"},
		{host, `cors_origins = [1]`, "skep.toml:1:1: cors_origins: is an integer, must be a list of strings"},
		{host, `cors_origins = ["a,b"]`,
			`skep.toml:1:1: cors_origins: "a,b" cannot be an item: it is empty, or has a comma, a quote or a line break`},
		{host, `max_connections = "1"`, "skep.toml:1:1: max_connections: is a string, must be an integer"},
		{host, "addr = 1", "skep.toml:1:1: addr: is an integer, must be a string in quotes"},
		{host, `request_metadata = "yes"`, "skep.toml:1:1: request_metadata: is a string, must be true or false"},
		{host, `memory_budget = "2GB"`,
			`skep.toml:1:1: memory_budget: "2GB" is not a size; write bytes as 65536, 64KiB, 64MiB or 1GiB`},
		{host, "max = 1", "skep.toml:1:1: max: is an integer, must be a table"},
		{host, "a = [", "skep.toml:1:5: array is incomplete"},
		{host, "[max]\ntimeout = \"5s\"", `skep.toml:2:1: unknown key "timeout"; known in max are isolation, limits, pool`},
		{host, "[max.limits]\nqueue = 1",
			`skep.toml:2:1: unknown key "queue"; known in max.limits are body, fuel, init, memory, timeout`},
		{host, "[max.limits]\nfuel = 0",
			"skep.toml:2:1: max.limits.fuel: 0 is no limit and bounds nothing; leave the key out"},
		{host, "[max.limits]\nmemory = 65537", "skep.toml:2:1: max.limits.memory: 65537 is not a multiple of 64KiB"},
		{host, "[max.limits]\ntimeout = \"61s\"", "skep.toml:2:1: max.limits.timeout: 1m1s is not above 0 and at most 1m0s"},
		{host, "[max.pool]\n ceil = 0", "skep.toml:2:2: max.pool.ceil: 0 is not within 1 and 1024"},
		{host, "[max.pool]\nfloor = -1", "skep.toml:2:1: max.pool.floor: -1 is not within 0 and 1024"},
		{host, "[max.pool]\ncruise = 1025", "skep.toml:2:1: max.pool.cruise: 1025 is not within 0 and 1024"},
		{host, "[max.pool]\nqueue = 65537", "skep.toml:2:1: max.pool.queue: 65537 is not within 0 and 65536"},
		{host, "[max.pool]\ntimeout = \"0s\"", "skep.toml:2:1: max.pool.timeout: 0s is not above 0 and at most 1m0s"},
		{service, `max.isolation = "none"`,
			`service.toml:1:5: max.isolation: unknown value "none"; allowed are request, instance`},
		{service, `addr = "x"`, `service.toml:1:1: unknown key "addr"; known here are auth, max`},
	} {
		if err := test.parse(test.text); !errors.Is(err, ErrInvalid) || err.Error() != test.want {
			t.Errorf("%s\ngives %v\nwant  %s", test.text, err, test.want)
		}
	}
}
