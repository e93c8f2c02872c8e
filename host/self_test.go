package host_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"skep/host"
	"skep/host/hosttest"
)

// startSelf serves the guest that calls others: as itself, as one that may be called for a short time only, as one that
// may take little, as one with custom responses, as one with a small pool, and beside the examples of modules/docs.
func startSelf(t *testing.T, config host.Config) *hosttest.Server {
	t.Helper()
	root := t.TempDir()
	folder := filepath.Join(root, "docs", "generations", "v1")
	hosttest.Build(t, "testdata/self", root, "docs")
	hosttest.Build(t, "../modules/docs/classify", root, "docs")
	hosttest.Build(t, "../modules/docs/forward", root, "docs")
	for name, sidecar := range map[string]string{
		"self":   "limits.timeout = \"20s\"",
		"short":  "limits.timeout = \"200ms\"",
		"small":  "[limits]\ntimeout = \"20s\"\nmemory = \"16MiB\"\nbody = \"1KiB\"",
		"custom": "returns_custom_response = true",
		"single": "[pool]\nceil = 1\ncruise = 1",
		"strict": "[args.do]\ntype = \"string\"\nenum = [\"echo\"]\n[args.more]\ndefault = 7",
		"json":   "input = \"json\"",
	} {
		if name != "self" {
			hosttest.Copy(t, filepath.Join(folder, "self.wasm"), filepath.Join(folder, name+".wasm"))
		}
		if err := os.WriteFile(filepath.Join(folder, name+".toml"), []byte(sidecar), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	config.Root = root
	return hosttest.Start(t, config)
}

func TestSelfCalls(t *testing.T) {
	s := startSelf(t, host.Config{RequestMetadata: true, Log: new(journal).logger()})
	ask := func(to, args string) string { return `{"do":"ask","to":"` + to + `","args":` + args + `}` }
	for _, c := range []struct {
		name, endpoint, body string
		status               int
		want                 string // in the body
	}{
		{"a value", "self", ask("small", `{"do":"echo","a":[1,2.5,"é",null,{"b":18446744073709551615}]}`), 200,
			`"response":{"do":"echo","a":[1,2.5,"é",null,{"b":18446744073709551615}]}`},
		{"each call from the image", "self", ask("self", `{"do":"served"}`), 200, `"response":1,`},
		{"its own metadata", "self", ask("small", `{"do":"who"}`), 200, `"small v1 /public/api/v1/docs/self/run me"`},
		{"two levels", "self", ask("self", ask("small", `{"do":"who"}`)), 200, `"small v1 /public/`},
		{"predictions", "self", `{"do":"predict","to":"classify","records":[{"f0":1.5,"f1":-0.5,"f2":0,"f3":0.5},{}]}`, 200,
			`"response":[{"prediction":"apple","probas":{`},
		{"defaults", "self", ask("strict", `{"do":"echo"}`), 200, `"response":{"do":"echo","more":7}`},
		{"a custom response", "custom", ask("custom", `{"do":"response"}`), 202, "a body"},
		{"the example", "forward", `{"to":"custom","args":{"do":"response"}}`, 202, "a body"},

		{"no endpoint", "self", ask("none", `{}`), 404, `"NotFound"`},
		{"a path", "self", ask("../docs/short", `{}`), 404, `"NotFound"`},
		{"records for a function", "self", `{"do":"predict","to":"small","records":[{}]}`, 400, "takes arguments, not records"},
		{"arguments for a prediction", "self", ask("classify", `{}`), 400, "takes records, not arguments"},
		{"what is not allowed", "self", ask("strict", `{"do":"spin"}`), 400, "is none of the allowed values"},
		{"what is declared", "self", ask("strict", `{"do":1}`), 400, "must be of type string"},
		{"too large", "self", ask("small", `{"do":"`+strings.Repeat("x", 2000)+`"}`), 413, "takes at most 1024"},
		{"JSON for a guest that has none", "self", ask("json", `{"do":"echo"}`), 500, "JSON"},
		{"no custom response of the callee", "custom", ask("self", `{"do":"response"}`), 500, `"CustomResponseNotEnabled"`},
		{"no custom response of the caller", "self", ask("custom", `{"do":"response"}`), 500, `"CustomResponseNotEnabled"`},

		{"an error", "self", ask("small", `{"do":"what"}`), 500, `"no such order"`},
		{"a panic", "self", ask("small", `{"do":"panic"}`), 500, `"the endpoint panicked"`},
		{"an end", "self", ask("small", `{"do":"exit"}`), 500, `"GuestExit"`},
		{"no memory", "self", ask("small", `{"do":"grow"}`), 500, `"Guest`},
		{"no end", "self", ask("short", `{"do":"spin"}`), 504, `"GuestTimeout"`},
		{"a sleep", "self", ask("short", `{"do":"sleep"}`), 504, `"GuestTimeout"`},
		{"no more time than the caller", "short", ask("self", `{"do":"spin"}`), 504, `"GuestTimeout"`},
		{"a huge answer", "self", ask("custom", `{"do":"huge"}`), 200, "xxxxxxxx"},
		{"itself, where there is one instance", "single", ask("single", `{"do":"echo"}`), 503, `"PoolExhausted"`},
		{"too deep", "self", `{"do":"chain","to":"self"}`, 200, `"\u003e \u003e \u003e \u003e SelfCallLimit"`},
		{"too often", "self", `{"do":"fan","to":"small"}`, 200, `{"calls":64,"error":"SelfCallLimit"}`},
		{"too often in a tree", "self", `{"do":"tree","to":"self"}`, 200, `"response":65,`},
		{"much memory, deep", "self", `{"do":"grow and ask","to":"self"}`, 508, `"SelfCallLimit"`},
	} {
		c.want = strings.ReplaceAll(c.want, `\u003e`, ">")
		r := s.Post(t, "docs/"+c.endpoint+"/run", c.body, "X-Who: me", "Authorization: x")
		if r.Status != c.status || !strings.Contains(r.Body, c.want) {
			t.Errorf("%s: %d %.300s; want %d and %s", c.name, r.Status, r.Body, c.status, c.want)
		}
		if strings.Contains(r.Body, "goroutine") || strings.Contains(r.Body, ".go:") || strings.Contains(r.Body, "wasm") {
			t.Errorf("%s: the host shows in %.300s", c.name, r.Body)
		}
	}
	r := s.Post(t, "docs/custom/run", ask("custom", `{"do":"response"}`))
	if got := fmt.Sprint(r.Header["X-A"]); got != "[1 2]" {
		t.Errorf("headers of a custom response that was handed on: %s", got)
	}
}

// TestSelfCallsFailClosed shows that an endpoint does not learn from another one what it is not told itself.
func TestSelfCallsFailClosed(t *testing.T) {
	s := startSelf(t, host.Config{Log: new(journal).logger()})
	r := s.Post(t, "docs/self/run", `{"do":"predict","to":"classify","records":[{}]}`, "Authorization: x")
	if r.Status != 500 || !strings.Contains(r.Body, "request metadata") {
		t.Errorf("%d %s", r.Status, r.Body)
	}
}

// TestSelfCallsAtOnce has more requests call each other's endpoints than there are instances: some are refused, none waits
// for another, and afterwards all is as before.
func TestSelfCallsAtOnce(t *testing.T) {
	s := startSelf(t, host.Config{Log: new(journal).logger()})
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 5 {
				r := s.Post(t, "docs/self/run", `{"do":"chain","to":"self"}`)
				if r.Status != 200 || !strings.Contains(r.Body, "SelfCallLimit") && !strings.Contains(r.Body, "PoolExhausted") {
					t.Errorf("%d %s", r.Status, r.Body)
				}
			}
		})
	}
	all.Wait()
	if r := s.Post(t, "docs/self/run", `{"do":"served"}`); !strings.Contains(r.Body, `"response":1,`) {
		t.Errorf("%d %s", r.Status, r.Body)
	}
}
