package activate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/manifest"
	"skep/host/internal/sandbox"
	"skep/host/internal/service"
)

// checkRefused wants an endpoint to be refused for a reason that says all of want, and the log to name it.
func checkRefused(t *testing.T, b *bench, serviceID, id string, is error, want ...string) {
	t.Helper()
	e := b.endpoint(t, serviceID, id)
	if e.State != service.StateRefused || e.Caller != nil {
		t.Errorf("%s is %s", e.Place(), e.State)
		return
	}
	if is != nil && !errors.Is(e.Reason, is) {
		t.Errorf("%s: %v is not %v", e.Place(), e.Reason, is)
	}
	for _, text := range want {
		if !strings.Contains(e.Reason.Error(), text) {
			t.Errorf("%s: %q does not say %q", e.Place(), e.Reason, text)
		}
	}
	if named := "endpoint=" + id + " "; !strings.Contains(b.log.String(), named) {
		t.Errorf("the log does not name %s:\n%s", id, b.log)
	}
}

func checkHello(t *testing.T, b *bench, serviceID, id, generation string) {
	t.Helper()
	e := b.endpoint(t, serviceID, id)
	if generation != "" && e.Generation != generation {
		t.Errorf("%s serves, want generation %s", e.Place(), generation)
	}
	if got := string(call(t, e, "{}", false).Value); got != `"hello"` {
		t.Errorf("%s answers %s", e.Place(), got)
	}
}

func TestLooseModulesAreJudgedAlone(t *testing.T) {
	b := bring(t, "static", files{
		"docs/good.wasm":      hello,
		"docs/text.wasm":      []byte("not wasm at all"),
		"docs/empty.wasm":     {},
		"docs/cut.wasm":       hello[:len(hello)/2],
		"docs/foreign.wasm":   []byte("\x00asm\x01\x00\x00\x00"),
		"docs/component.wasm": []byte("\x00asm\x0d\x00\x01\x00"),
		"docs/limit.wasm":     withManifest(hello, `limits.timeout = "61s"`),
		"other/good.wasm":     hello,
	})
	checkHello(t, b, "docs", "good", "")
	checkHello(t, b, "other", "good", "")
	for id, want := range map[string]string{
		"text": "", "empty": "", "cut": "", "foreign": abi.ExportAlloc, "component": "",
	} {
		checkRefused(t, b, "docs", id, sandbox.ErrModule, want)
	}
	checkRefused(t, b, "docs", "limit", manifest.ErrInvalid, "limits.timeout")
}

// A module that was copied in part is refused wherever it was cut, but for one place: between code and data, where it
// is a module too.
func TestTruncatedModules(t *testing.T) {
	data := len(section(nil, 11, data(16, valueFrame("hello")), data(2048, nil)))
	content := files{"docs/whole.wasm": hello}
	for n := range hello {
		if n != len(hello)-data {
			content[fmt.Sprintf("docs/p%d.wasm", n)] = hello[:n]
		}
	}
	b := bring(t, "static", content)
	for _, e := range b.Registry.Endpoints() {
		if e.ID != "whole" && (e.State != service.StateRefused || !errors.Is(e.Reason, sandbox.ErrModule)) {
			t.Errorf("%s is %s: %v", e.ID, e.State, e.Reason)
		}
	}
	checkHello(t, b, "docs", "whole", "")
}

func TestGenerationIsAllOrNothing(t *testing.T) {
	b := bring(t, "static", files{
		"docs/generations/v9/good.wasm":  hello,
		"docs/generations/v10/good.wasm": fixed(valueFrame("newer"), nil),
		"docs/generations/v10/bad.wasm":  []byte("not wasm"),
		"docs/generations/v8/good.wasm":  fixed(valueFrame("older"), nil),
		"docs/generations/v8/old.wasm":   hello,
	})
	checkHello(t, b, "docs", "good", "v9")
	if s := b.Registry.Lookup([]byte("docs")); s.Active.ID != "v9" || len(s.Active.Endpoints) != 1 {
		t.Errorf("active is %s with %d endpoints", s.Active.ID, len(s.Active.Endpoints))
	}
	log := b.log.String()
	if !strings.Contains(log, `msg="generation refused" service=docs generation=v10 endpoint=bad`) {
		t.Errorf("the log does not say which generation was refused and why:\n%s", log)
	}
	if strings.Contains(log, "generation=v8") {
		t.Errorf("a generation below the one that serves was tried:\n%s", log)
	}
}

func TestNoSoundGeneration(t *testing.T) {
	b := bring(t, "static", files{
		"docs/generations/v2/good.wasm": hello,
		"docs/generations/v2/bad.wasm":  []byte("not wasm"),
		"docs/generations/v1/bad.wasm":  []byte("not wasm"),
		"other/generations/v1/ok.wasm":  hello,
	})
	checkRefused(t, b, "docs", "good", ErrGeneration, "bad")
	checkRefused(t, b, "docs", "bad", sandbox.ErrModule)
	checkHello(t, b, "other", "ok", "v1")
	if s := b.Registry.Lookup([]byte("docs")); s.Active.ID != "v2" {
		t.Errorf("active is %s", s.Active.ID)
	}
}

func TestInfrastructures(t *testing.T) {
	for name, granted := range map[string]bool{"static": true, "k8s": true, "azure-ml": false, "sagemaker": false,
		"snowpark": false, "vertex-ai": false, "databricks": false} {
		custom := withManifest(hello, "returns_custom_response = true")
		b := bring(t, name, files{
			"docs/generations/v2/text.wasm":  custom,
			"docs/generations/v2/plain.wasm": hello,
			"docs/generations/v1/plain.wasm": fixed(valueFrame("older"), nil),
			"loose/text.wasm":                custom,
			"loose/plain.wasm":               hello,
		})
		for _, id := range []string{"docs", "loose"} {
			checkHello(t, b, id, "plain", "") // of v2: that text is not granted is no defect of it
			if granted {
				checkHello(t, b, id, "text", "")
				continue
			}
			checkRefused(t, b, id, "text", ErrInfrastructure, id+"/text", "returns_custom_response", name)
			refusal := ""
			for line := range strings.Lines(b.log.String()) {
				if strings.Contains(line, "service="+id+" ") && strings.Contains(line, "endpoint refused") {
					refusal = line
				}
			}
			for _, want := range []string{"endpoint=text", "returns_custom_response", "infrastructure=" + name} {
				if !strings.Contains(refusal, want) {
					t.Errorf("%s: the log does not say %s: %q", name, want, refusal)
				}
			}
		}
	}
}

func TestUnknownKeysHaveTheirPlace(t *testing.T) {
	b := bring(t, "static", files{
		"docs/embedded.wasm": withManifest(hello, "kind = \"function\"\n\n  foo = 1\n"),
		"docs/sidecar.wasm":  hello,
		"docs/sidecar.toml":  []byte("[limits]\nbody = \"1KiB\"\nmemery = \"1MiB\"\n"),
		"docs/syntax.wasm":   hello,
		"docs/syntax.toml":   []byte("kind = function"),
		"docs/good.wasm":     hello,
	})
	checkRefused(t, b, "docs", "embedded", manifest.ErrInvalid, "docs/embedded.wasm (skep.manifest):3:3", `"foo"`)
	checkRefused(t, b, "docs", "sidecar", manifest.ErrInvalid, "docs/sidecar.toml:3:1", "memery")
	checkRefused(t, b, "docs", "syntax", manifest.ErrInvalid, "docs/syntax.toml:1:")
	checkHello(t, b, "docs", "good", "")
}

func TestSidecarOverridesKeys(t *testing.T) {
	b := bring(t, "static", files{
		"docs/a.wasm": withManifest(hello, "[limits]\nbody = \"1KiB\"\ntimeout = \"3s\"\n[config]\na = \"1\"\nb = \"2\"\n"),
		"docs/a.toml": []byte("input = \"json\"\n[limits]\nbody = \"2KiB\"\n[config]\nb = \"3\"\n"),
	})
	e := b.endpoint(t, "docs", "a")
	if e.MaxBody != 2048 || !e.JSONInput || e.Kind != abi.KindFunction {
		t.Errorf("endpoint %+v", e)
	}
	m := b.Report(e).Manifest
	if m.Limits.Timeout.Seconds() != 3 || m.Config["a"] != "1" || m.Config["b"] != "3" {
		t.Errorf("manifest %+v", m)
	}
}

func TestKindsMustAgree(t *testing.T) {
	registers := func(kind string) []byte {
		answer := abi.AppendString(abi.AppendMapHeader(nil, 1), "kind")
		answer = abi.AppendString(answer, kind)
		return fixed(valueFrame("hello"), abi.AppendResult(nil, abi.Result{Tag: abi.TagValue, Value: answer}))
	}
	b := bring(t, "static", files{
		"docs/agree.wasm":    registers("function"),
		"docs/disagree.wasm": registers("regression"),
		"docs/manifest.wasm": withManifest(registers("function"), `kind = "classification"`),
		"docs/unknown.wasm":  registers("clustering"),
		"docs/broken.wasm":   fixed(valueFrame("hello"), []byte{0}),
		"docs/refuses.wasm": fixed(valueFrame("hello"),
			abi.AppendResult(nil, abi.Result{Tag: abi.TagError, Status: 500, Message: "no handler is registered"})),
		"docs/sdk.wasm": withManifest(probeModule(t), `kind = "classification"`),
	})
	checkHello(t, b, "docs", "agree", "")
	checkRefused(t, b, "docs", "disagree", sandbox.ErrModule, "regression", `"function"`)
	checkRefused(t, b, "docs", "manifest", sandbox.ErrModule, "function", `"classification"`)
	checkRefused(t, b, "docs", "unknown", service.ErrGuestProtocol, "clustering")
	checkRefused(t, b, "docs", "broken", service.ErrGuestProtocol)
	checkRefused(t, b, "docs", "refuses", nil, "no handler is registered")
	checkRefused(t, b, "docs", "sdk", sandbox.ErrModule, "function", `"classification"`)
}

func TestTestQueriesDecide(t *testing.T) {
	b := bring(t, "static", files{
		"docs/good.wasm": withManifest(hello, "[[test]]\nname = \"greets\"\nexpect.response = \"hello\"\n"),
		"docs/bad.wasm": withManifest(hello, "[[test]]\nname = \"greets\"\nexpect.response = \"hello\"\n"+
			"[[test]]\nname = \"counts\"\nexpect.response = 3\n[[test]]\nexpect.status = 404\n"),
		"docs/traps.wasm":  withManifest(fixed(nil, nil), "[[test]]\nwarmup = false\n"),
		"docs/warmup.wasm": withManifest(fixed(nil, nil), "[[test]]\n"),
	})
	checkHello(t, b, "docs", "good", "")
	checkRefused(t, b, "docs", "bad", ErrTests, `counts: response is "hello", want 3`, "status is 200, want 404")
	checkRefused(t, b, "docs", "traps", service.ErrGuestTrap, "test 1 (run)")
	checkRefused(t, b, "docs", "warmup", service.ErrGuestTrap, "warm-up")

	tests := b.Report(b.endpoint(t, "docs", "bad")).Tests
	if len(tests) != 3 || tests[0].Err != nil || tests[1].Err == nil || tests[2].Err == nil || tests[1].Name != "counts" {
		t.Errorf("report %v", tests)
	}
	if tests = b.Report(b.endpoint(t, "docs", "good")).Tests; len(tests) != 1 || tests[0].Err != nil {
		t.Errorf("report %v", tests)
	}
}

func TestTrapAfterLoading(t *testing.T) {
	b := bring(t, "static", files{"docs/traps.wasm": fixed(nil, nil)})
	e := b.endpoint(t, "docs", "traps")
	_, err := e.Caller.Call(context.Background(), []byte{0x80}, &acceptance{})
	if !errors.Is(err, service.ErrGuestTrap) {
		t.Errorf("got %v", err)
	}
}
