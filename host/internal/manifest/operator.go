package manifest

import (
	"fmt"
	"strconv"
)

// Host is what skep.toml says: the operator's settings for a whole host.
type Host struct {
	// Flags are the values of flags that are not given otherwise, by key. Whoever has the flags checks them.
	Flags []Flag
	Max   Maxima // of all endpoints
}

// Flag is the value of a key that stands for a flag, as text.
type Flag struct {
	Key, Value string
	Place      string // "skep.toml:3:1"
}

// hostFlags are the keys that stand for flags, and how their values are written.
var hostFlags = []struct {
	key  string
	read func(t *table, key string) (string, bool)
}{
	{"access_log", textFlag},
	{"addr", textFlag},
	{"admin_addr", textFlag},
	{"audit_bodies", sizeFlag},
	{"audit_log", textFlag},
	{"confine", switchFlag},
	{"cors_headers", listFlag},
	{"cors_methods", listFlag},
	{"cors_origins", listFlag},
	{"grace", textFlag},
	{"infra", textFlag},
	{"keep_generations", countFlag},
	{"log_format", textFlag},
	{"log_level", textFlag},
	{"max_connections", countFlag},
	{"max_connections_per_address", countFlag},
	{"memory_budget", sizeFlag},
	{"request_metadata", switchFlag},
	{"rescan", textFlag},
	{"tls_cert", textFlag},
	{"tls_key", textFlag},
	{"trusted_proxies", listFlag},
}

// ParseHost reads a skep.toml. The name is that of the text in errors, which are of type *[Error], and in what
// [Maxima.Check] says.
func ParseHost(name string, text []byte) (Host, error) {
	var h Host
	ps := readText(text, func(t *table) {
		for _, f := range hostFlags {
			if value, ok := f.read(t, f.key); ok {
				line, column := position(text, t.placeOf(f.key).offset)
				h.Flags = append(h.Flags, Flag{f.key, value, fmt.Sprintf("%s:%d:%d", name, line, column)})
			}
		}
		t.sub("max", func(t *table) { h.Max.read(t, name) })
	})
	if err := ps.err(name); err != nil {
		return Host{}, err
	}
	return h, nil
}

// Service is what service.toml says: the operator's settings for one service.
type Service struct {
	Max  Maxima // of the service's endpoints, beside those of the host
	Auth Auth   // who may call them
}

// ParseService reads a service.toml. The name is that of the text in errors, which are of type *[Error], and in what
// [Maxima.Check] says.
func ParseService(name string, text []byte) (Service, error) {
	var s Service
	ps := readText(text, func(t *table) {
		t.sub("max", func(t *table) { s.Max.read(t, name) })
		t.sub("auth", s.Auth.read)
	})
	if err := ps.err(name); err != nil {
		return Service{}, err
	}
	return s, nil
}

func textFlag(t *table, key string) (value string, ok bool) {
	ok = t.str(key, &value)
	return value, ok
}

func sizeFlag(t *table, key string) (string, bool) {
	var n int64
	ok := t.size(key, &n)
	return FormatSize(n), ok
}

func switchFlag(t *table, key string) (string, bool) {
	var b bool
	ok := t.boolean(key, &b)
	return strconv.FormatBool(b), ok
}
