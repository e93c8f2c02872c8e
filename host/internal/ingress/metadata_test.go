package ingress

import (
	"slices"
	"strings"
	"testing"

	"skep/abi"
)

// meta calls an endpoint and gives what its guest was told of the request; told is false when it was told nothing.
func meta(t *testing.T, config Config, target string, headers ...string) (m abi.Meta, told bool) {
	t.Helper()
	config.Registry = registry(endpoint("text", guest(func(request []byte) ([]byte, error) {
		r, err := abi.ReadRequest(request)
		if err != nil {
			return nil, err
		}
		if told = r.Meta != nil; told {
			m, err = abi.ReadMeta(r.Meta)
		}
		return abi.AppendResult(nil, value(abi.AppendNil(nil))), err
	})))
	s := startWith(t, config)
	if got := s.send(t, "POST", target, "{}", headers...); got.status != 200 {
		t.Fatalf("%s: %d %s", target, got.status, got.body)
	}
	return m, told
}

func TestMetadataOff(t *testing.T) {
	if m, told := meta(t, Config{}, "/public/api/v1/docs/text/run", "Authorization: Basic a2V5Og=="); told {
		t.Errorf("the guest was told %+v", m)
	}
}

func TestMetadataOn(t *testing.T) {
	m, told := meta(t, Config{Metadata: true}, "//public/api/v1//docs/text/run/?key=value",
		"authorization: Basic a2V5Og==", "X-Repeat: one", "x-Odd-CASE: b", "X-Repeat: two", "Cookie: a=1; b=2",
		"User-Agent: me", "Content-Type: text/odd", "X-Latin: caf\xe9", "Empty:")
	if !told {
		t.Fatal("the guest was told nothing")
	}
	if want := "/public/api/v1/docs/text/run"; m.Path != want {
		t.Errorf("path %q, want %q", m.Path, want)
	}
	values := map[string][]string{}
	for _, h := range m.Headers {
		values[h.Name] = append(values[h.Name], h.Value)
	}
	for name, want := range map[string][]string{
		"Host":           {"x"},
		"authorization":  {"Basic a2V5Og=="},
		"X-Repeat":       {"one", "two"},
		"x-Odd-CASE":     {"b"},
		"Cookie":         {"a=1; b=2"},
		"User-Agent":     {"me"},
		"Content-Type":   {"text/odd"},
		"X-Latin":        {"café"},
		"Empty":          {""},
		"Content-Length": {"2"},
	} {
		if !slices.Equal(values[name], want) {
			t.Errorf("%s: %q, want %q", name, values[name], want)
		}
	}
	if len(values) != 10 {
		t.Errorf("headers: %v", m.Headers)
	}
}

// What one request brought is not told to the guest of the next one.
func TestMetadataIsOfThisRequest(t *testing.T) {
	var seen []abi.Meta
	e := endpoint("text", guest(func(request []byte) ([]byte, error) {
		r, err := abi.ReadRequest(request)
		if err != nil {
			return nil, err
		}
		m, err := abi.ReadMeta(r.Meta)
		seen = append(seen, m)
		return abi.AppendResult(nil, value(abi.AppendNil(nil))), err
	}))
	s := startWith(t, Config{Registry: registry(e), Metadata: true})
	s.raw(t, request("POST", "/public/api/v1/docs/text/run", "{}", "X-Secret: "+strings.Repeat("s", 1000), "X-A: 1")+
		request("POST", "/public/api/v1/docs/text/run/?", "{}"))
	if len(seen) != 2 {
		t.Fatalf("%d calls", len(seen))
	}
	want := []abi.Header{{Name: "Host", Value: "x"}, {Name: "Content-Length", Value: "2"}}
	if !slices.Equal(seen[1].Headers, want) {
		t.Errorf("the second request has headers %v, want %v", seen[1].Headers, want)
	}
}
