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
		"User-Agent: me", "Content-Type: text/odd", "cookie: c=3",
		"X-Latin: caf\xe9", "Empty:", "X-Colon:  a:b: c \t", "Connection: keep-alive")
	if !told {
		t.Fatal("the guest was told nothing")
	}
	if want := "/public/api/v1/docs/text/run"; m.Path != want {
		t.Errorf("path %q, want %q", m.Path, want)
	}
	want := []abi.Header{{Name: "Host", Value: "x"}, {Name: "authorization", Value: "Basic a2V5Og=="},
		{Name: "X-Repeat", Value: "one"}, {Name: "x-Odd-CASE", Value: "b"}, {Name: "X-Repeat", Value: "two"},
		{Name: "Cookie", Value: "a=1; b=2"}, {Name: "User-Agent", Value: "me"}, {Name: "Content-Type", Value: "text/odd"},
		{Name: "cookie", Value: "c=3"}, {Name: "X-Latin", Value: "café"}, {Name: "Empty", Value: ""},
		{Name: "X-Colon", Value: "a:b: c"}, {Name: "Connection", Value: "keep-alive"}, {Name: "Content-Length", Value: "2"}}
	if !slices.Equal(m.Headers, want) {
		t.Errorf("got  %q,\nwant %q", m.Headers, want)
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
