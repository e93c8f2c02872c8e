package skeptest_test

import (
	"errors"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"skep/guest-sdk/go/skep"
	"skep/guest-sdk/go/skep/skeptest"
)

var _ = skep.Function(func(c *skep.Call) (any, error) { return handler(c) })

// handler is what the registered handler does in the test that runs.
var handler func(c *skep.Call) (any, error)

func TestRunCallsTheRegisteredHandler(t *testing.T) {
	handler = func(c *skep.Call) (any, error) { return c.Args, nil }
	args := map[string]any{"i": int64(1), "f": 1.5, "s": "é", "l": []any{nil, true}, "u": uint64(1 << 63)}
	if r := skeptest.Run(t, args); r.Status != 200 || !reflect.DeepEqual(r.Value, any(args)) {
		t.Errorf("got %+v", r)
	}
	if r := skeptest.Run(t, nil); !reflect.DeepEqual(r.Value, any(map[string]any{})) {
		t.Errorf("got %+v", r)
	}
	if r := skeptest.Run(t, struct {
		A int `json:"a"`
	}{7}); !reflect.DeepEqual(r.Value, any(map[string]any{"a": int64(7)})) {
		t.Errorf("got %+v", r)
	}
}

func TestRequestReachesTheHandler(t *testing.T) {
	handler = func(c *skep.Call) (any, error) {
		headers, err := c.Headers()
		if err != nil {
			return nil, err
		}
		path, err := c.Path()
		if err != nil {
			return nil, err
		}
		config, ok := c.LookupConfig("k")
		return []any{headers.Get("a"), path, c.Service(), c.Generation(), c.Endpoint(), c.Infra(), config, ok,
			c.Config("none"), c.Resources()}, nil
	}
	full := skeptest.Request{
		Headers: skep.Headers{{Name: "A", Value: "b"}}, Path: "/p",
		Service: "s", Generation: "g", Endpoint: "e", Infra: "k8s",
		Config: map[string]string{"k": "v"}, Resources: []string{"/r"},
	}
	for _, c := range []struct {
		request skeptest.Request
		want    []any
	}{
		{full, []any{"b", "/p", "s", "g", "e", "k8s", "v", true, "", []any{"/r"}}},
		{skeptest.Request{}, []any{"", "/public/api/v1/service/endpoint/run", "service", "v1", "endpoint",
			"static", "", false, "", nil}},
	} {
		if r := c.request.Run(t, nil); !reflect.DeepEqual(r.Value, any(c.want)) {
			t.Errorf("got %+v, want %v", r, c.want)
		}
	}
	full.NoMetadata = true
	if r := full.Run(t, nil); r.Status != 500 || r.Message != skep.ErrNoRequestMetadata.Error() {
		t.Errorf("without metadata: got %+v", r)
	}
}

func TestAnswers(t *testing.T) {
	run := func(v any, err error) skeptest.Result {
		handler = func(c *skep.Call) (any, error) {
			c.Warn("a line")
			return v, err
		}
		return skeptest.Run(t, nil)
	}
	r := run(nil, skep.NewError(401, "no"))
	if r.Status != 401 || r.Message != "no" || r.ErrorType != "" || r.Value != nil {
		t.Errorf("error: got %+v", r)
	}
	if want := []skeptest.Line{{Level: slog.LevelWarn, Text: "a line"}}; !slices.Equal(r.Log, want) {
		t.Errorf("log %+v, want %+v", r.Log, want)
	}
	if r := run(nil, skep.NewError(200, "odd")); r.Status != 500 || r.Message != "odd" {
		t.Errorf("odd status: got %+v", r)
	}
	if r := run(nil, errors.New("x")); r.Status != 500 || r.ErrorType != "Error" {
		t.Errorf("other error: got %+v", r)
	}
	r = run(skep.Text("hi"), nil)
	if r.Status != 200 || r.Response == nil || string(r.Response.Body) != "hi" ||
		r.Response.Headers.Get("content-type") != "text/plain; charset=utf-8" {
		t.Errorf("response: got %+v", r)
	}
	r = run(skep.RawJSON(`{"a":[1,1.5]}`), nil)
	if !reflect.DeepEqual(r.Value, any(map[string]any{"a": []any{int64(1), 1.5}})) {
		t.Errorf("JSON: got %+v", r)
	}
	handler = func(*skep.Call) (any, error) { panic("secret") }
	r = skeptest.Run(t, nil)
	if r.Status != 500 || strings.Contains(r.Message, "secret") || len(r.Log) == 0 ||
		!strings.Contains(r.Log[0].Text, "secret") {
		t.Errorf("panic: got %+v", r)
	}
}

func TestJSONInput(t *testing.T) {
	handler = func(c *skep.Call) (any, error) { return string(c.JSON()), nil }
	request := skeptest.Request{JSON: true}
	for _, c := range []struct {
		input any
		want  string
	}{
		{nil, "{}"},
		{`{"a": NaN}`, `{"a": NaN}`},
		{[]byte(`[]`), `[]`},
		{map[string]any{"a": 1}, `{"a":1}`},
	} {
		if r := request.Run(t, c.input); r.Value != c.want {
			t.Errorf("got %+v, want %s", r, c.want)
		}
	}
}

// recorder notes that a test would have failed, and ends its goroutine as testing does.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Fatal(...any)          { r.failed = true; panic(r) }
func (r *recorder) Fatalf(string, ...any) { r.failed = true; panic(r) }
func (r *recorder) Helper()               {}

func TestWhatFailsTheTest(t *testing.T) {
	returns := func(v any) func(*skep.Call) (any, error) {
		return func(*skep.Call) (any, error) { return v, nil }
	}
	for name, f := range map[string]func(t testing.TB){
		"args of no map":       func(t testing.TB) { skeptest.Run(t, 1) },
		"args without JSON":    func(t testing.TB) { skeptest.Run(t, map[string]any{"c": make(chan int)}) },
		"predict of a func":    func(t testing.TB) { skeptest.Predict(t) },
		"text that is no JSON": func(t testing.TB) { handler = returns(skep.RawJSON("{")); skeptest.Run(t, nil) },
	} {
		handler = returns(nil)
		r := &recorder{TB: t}
		func() {
			defer func() { recover() }()
			f(r)
		}()
		if !r.failed {
			t.Errorf("%s does not fail the test", name)
		}
	}
}
