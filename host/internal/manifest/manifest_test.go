package manifest

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"skep/abi"
)

// full is a manifest that says everything.
const full = `kind = "function"
returns_custom_response = true
input = "json"
isolation = "instance"
resources = ["words/de", "model"]
[limits]
timeout = "1.5s"
init = "20s"
memory = "128MiB"
body = 2048
fuel = 77
[pool]
floor = 0
cruise = 3
ceil = 4
queue = 5
timeout = "2s"
[config]
threshold = "0.5"
"quoted key" = ""
[[test]]
action = "run"
headers = [["Authorization", "x"], ["authorization", "y"]]
body = { p1 = 1, list = [1.5, "a", { b = true }] }
expect = { status = 200, response = 3 }
[[test]]
name = "cookies"
warmup = false
[test.expect]
status = 401
content_type = "application/json"
headers = [["Set-Cookie", "a"], ["Set-Cookie", "b"]]
error_type = "E"
message = "no"
[[test]]
expect.body = ""
[build]
lang = "go"
`

func TestApplyReadsEverything(t *testing.T) {
	empty := ""
	want := Endpoint{
		Kind:           abi.KindFunction,
		CustomResponse: true,
		Input:          InputJSON,
		Isolation:      IsolationInstance,
		Limits: Limits{
			Timeout: 1500 * time.Millisecond, Init: 20 * time.Second, Memory: 128 << 20, Body: 2048, Fuel: 77,
		},
		Pool:      Pool{Floor: 0, Cruise: 3, Ceil: 4, Queue: 5, Timeout: 2 * time.Second},
		Config:    map[string]string{"threshold": "0.5", "quoted key": ""},
		Resources: []string{"words/de", "model"},
		Tests: []Test{
			{
				Name:    "test 1 (run)",
				Action:  "run",
				Headers: [][2]string{{"Authorization", "x"}, {"authorization", "y"}},
				Body:    map[string]any{"p1": int64(1), "list": []any{1.5, "a", map[string]any{"b": true}}},
				Expect:  Expect{Status: 200, Response: int64(3)},
				Warmup:  true,
			},
			{
				Name:   "cookies",
				Action: "run",
				Body:   map[string]any{},
				Expect: Expect{
					Status: 401, ContentType: "application/json", ErrorType: "E", Message: "no",
					Headers: [][2]string{{"Set-Cookie", "a"}, {"Set-Cookie", "b"}},
				},
			},
			{
				Name:   "test 3 (run)",
				Action: "run",
				Body:   map[string]any{},
				Expect: Expect{Status: 200, Body: &empty},
				Warmup: true,
			},
		},
		Build: Build{Lang: "go"},
	}
	got, err := Parse("endpoint.toml", []byte(full))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestDefaultIsValid(t *testing.T) {
	if err := Default().Validate(); err != nil {
		t.Error(err)
	}
	m, err := Parse("endpoint.toml", nil)
	if err != nil || !reflect.DeepEqual(m, Default()) {
		t.Errorf("an empty manifest is %+v, %v, want the default", m, err)
	}
}

func TestApplyOverrides(t *testing.T) {
	base, err := Parse("endpoint.toml", []byte(full))
	if err != nil {
		t.Fatal(err)
	}
	got, err := base.Apply("side.toml", []byte(`
		limits.timeout = "3s"
		[config]
		threshold = "0.7"
		[[test]]
		body.p1 = 9
	`))
	if err != nil {
		t.Fatal(err)
	}
	want := base
	want.Limits.Timeout = 3 * time.Second
	want.Config = map[string]string{"threshold": "0.7", "quoted key": ""}
	want.Tests = []Test{{
		Name: "test 1 (run)", Action: "run", Body: map[string]any{"p1": int64(9)},
		Expect: Expect{Status: 200}, Warmup: true,
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got, err = base.Apply("side.toml", []byte("test = []")); err != nil || len(got.Tests) != 0 {
		t.Errorf("an empty list leaves %d tests, %v, want none", len(got.Tests), err)
	}
}

func TestApplySharesNothing(t *testing.T) {
	base, err := Parse("endpoint.toml", []byte(full))
	if err != nil {
		t.Fatal(err)
	}
	untouched, _ := Parse("endpoint.toml", []byte(full))
	got, err := base.Apply("side.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, base) {
		t.Fatalf("an empty text changes %+v to %+v", base, got)
	}
	got.Config["threshold"] = "changed"
	got.Tests[0].Headers[0][1] = "changed"
	got.Tests[0].Body["p1"] = "changed"
	got.Tests[0].Body["list"].([]any)[2].(map[string]any)["b"] = "changed"
	got.Tests[1].Expect.Headers[0][1] = "changed"
	*got.Tests[2].Expect.Body = "changed"
	got.Tests[1].Name = "changed"
	if !reflect.DeepEqual(base, untouched) {
		t.Errorf("changes reach the receiver: %+v", base)
	}
}

func TestDefaultActionFollowsKind(t *testing.T) {
	m, err := Parse("endpoint.toml", []byte("kind = \"regression\"\n[[test]]\nexpect.result.prediction = 1.5"))
	if err != nil {
		t.Fatal(err)
	}
	want := Test{
		Name: "test 1 (predict)", Action: "predict", Body: map[string]any{}, Warmup: true,
		Expect: Expect{Status: 200, Result: map[string]any{"prediction": 1.5}},
	}
	if !reflect.DeepEqual(m.Tests[0], want) {
		t.Errorf("got %+v, want %+v", m.Tests[0], want)
	}
}

func TestCeilFollowsCruise(t *testing.T) {
	m, err := Parse("endpoint.toml", []byte("pool.cruise = 500"))
	if err != nil || m.Pool.Ceil != 500 {
		t.Errorf("ceil is %d, %v, want 500", m.Pool.Ceil, err)
	}
	if _, err = Parse("endpoint.toml", []byte("pool.cruise = 500\npool.ceil = 499")); err == nil {
		t.Error("a ceil below cruise is accepted")
	}
}

// TestProblems compares whole error texts: texts and errors of testdata/problems.txt, each pair divided by "----",
// pairs divided by "====".
func TestProblems(t *testing.T) {
	file, err := os.ReadFile("testdata/problems.txt")
	if err != nil {
		t.Fatal(err)
	}
	for entry := range strings.SplitSeq(string(file), "====\n") {
		text, want, _ := strings.Cut(entry, "----\n")
		_, err := Parse("e.toml", []byte(text))
		if !errors.Is(err, ErrInvalid) {
			t.Errorf("%s\ngives %v, want an ErrInvalid", text, err)
			continue
		}
		if got := err.Error(); got != strings.TrimSuffix(want, "\n") {
			t.Errorf("%s\ngives\n%s\nwant\n%s", text, got, want)
		}
	}
}

func TestErrorHoldsPositions(t *testing.T) {
	_, err := Default().Apply("endpoint.toml", []byte("# comment\n\n  foo = 1\n"))
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %v", err)
	}
	if p := e.Problems[0]; e.File != "endpoint.toml" || p.Line != 3 || p.Column != 3 {
		t.Errorf("problem is at %s:%d:%d, want endpoint.toml:3:3", e.File, p.Line, p.Column)
	}
}

func TestProblemsAreBounded(t *testing.T) {
	text := strings.Repeat("a", MaxText+1)
	if _, err := Parse("e.toml", []byte(text)); err == nil || err.Error() != "e.toml: is 65537 bytes long, the most is 65536" {
		t.Errorf("a long text gives %v", err)
	}
	var b strings.Builder
	for i := range 1000 {
		b.WriteString("key" + strings.Repeat("x", i%20) + strings.Repeat("y", i/20) + " = 1\n")
	}
	_, err := Parse("e.toml", []byte(b.String()))
	var e *Error
	if !errors.As(err, &e) || len(e.Problems) != MaxProblems+1 {
		t.Fatalf("got %v", err)
	}
	if last := e.Problems[MaxProblems].Text; last != "and 980 more problems" {
		t.Errorf("last problem is %q", last)
	}
	if first := e.Problems[0]; first.Line != 1 {
		t.Errorf("first problem is in line %d, want 1", first.Line)
	}
}

func TestValidateNamesFieldValueAndLimit(t *testing.T) {
	tests := []struct {
		change func(*Endpoint)
		want   string
	}{
		{func(m *Endpoint) { m.Kind = 0 }, `kind: is not set; allowed are function, classification, regression, forecast, effect, lookup, query`},
		{func(m *Endpoint) { m.Input = 9 }, `input: is not set; allowed are msgpack, json`},
		{func(m *Endpoint) { m.Isolation = 0 }, `isolation: is not set; allowed are request, instance`},
		{func(m *Endpoint) { m.Limits.Timeout = 61 * time.Second },
			`limits.timeout: 1m1s is not above 0 and at most 1m0s`},
		{func(m *Endpoint) { m.Limits.Memory = 4 << 30 },
			`limits.memory: 4GiB is not within 64KiB and 4194240KiB`},
		{func(m *Endpoint) { m.Pool.Ceil = MaxInstances + 1 }, `pool.ceil: 1025 is not within 1 and 1024`},
		{func(m *Endpoint) { m.Tests = make([]Test, MaxTests+1) }, `test: 101 test queries, the most is 100`},
	}
	for _, test := range tests {
		m := Default()
		test.change(&m)
		if err := m.Validate(); !errors.Is(err, ErrInvalid) || err.Error() != test.want {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
}
