package main

import (
	"errors"
	"net"
	"strings"
	"testing"

	"skep/host"
)

func TestPrintRequests(t *testing.T) {
	example := host.Example{Action: "run", Body: []byte(`{"a":"it's"}`)}
	endpoints := []host.Endpoint{
		{Service: "s", ID: "ready", State: "ready", Example: host.Example{Action: "predict", Body: []byte("{}"),
			Headers: [][2]string{{"Authorization", "a b"}, {"Empty", ""}}}},
		{Service: "s", ID: "slow", State: "loading", Example: example},
		{Service: "s", ID: "bad", State: "refused", Reason: errors.New("line one\nline two\x1b[2J"), Example: example},
	}
	var got strings.Builder
	printRequests(&got, endpoints, []string{"x.wasm: in the wrong place"}, "http://h:1", "bin/skep")
	want := `# s/ready
curl -sS -X POST http://h:1/public/api/v1/s/ready/predict -H 'Content-Type: application/json' -H 'Authorization: a b' -H 'Empty;' -d '{}'
bin/skep call http://h:1/public/api/v1/s/ready/predict --header 'Authorization: a b' --header 'Empty: ' --data '{}'

# s/slow is still loading: it answers 503 until it is ready
curl -sS -X POST http://h:1/public/api/v1/s/slow/run -H 'Content-Type: application/json' -d '{"a":"it'\''s"}'
bin/skep call http://h:1/public/api/v1/s/slow/run --data '{"a":"it'\''s"}'

# s/bad is refused: line one
#   line two` + "\uFFFD" + `[2J
curl -sS -X POST http://h:1/public/api/v1/s/bad/run -H 'Content-Type: application/json' -d '{"a":"it'\''s"}'
bin/skep call http://h:1/public/api/v1/s/bad/run --data '{"a":"it'\''s"}'

# not served: x.wasm: in the wrong place
`
	if got.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", got.String(), want)
	}
}

func TestToFile(t *testing.T) {
	for contentType, want := range map[string]string{
		"":                         "",
		"text/plain; charset=utf8": "",
		"application/json":         "",
		"image/png":                " > e.png",
		"application/octet-stream": " > e.bin",
		"image/../../etc":          "",
	} {
		if got := toFile("e", contentType); got != want {
			t.Errorf("an answer of type %q goes to %q, want %q", contentType, got, want)
		}
	}
}

func TestBaseURL(t *testing.T) {
	for addr, want := range map[string]string{
		"0.0.0.0:80": "http://127.0.0.1:80", "[::]:80": "http://127.0.0.1:80",
		"10.1.2.3:80": "http://10.1.2.3:80", "[::1]:80": "http://[::1]:80",
	} {
		a, err := net.ResolveTCPAddr("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if got := baseURL("http://", a); got != want {
			t.Errorf("a listener on %s is found at %s, want %s", addr, got, want)
		}
	}
}
