package skep

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"skep/abi"
	"skep/guest-sdk/go/skep/internal/inproc"
)

// function is a module of its own, beside whatever the tests register.
func function(run func(*Call) (any, error)) *module {
	return &module{kind: abi.KindFunction, function: run}
}

// request is the frame of a call with metadata off; input is the raw value of "args" or "records".
func requestFrame(kind abi.Kind, input []byte) []byte {
	return abi.AppendRequest(nil, abi.Request{Endpoint: "e", Kind: kind, Input: input})
}

// numbers is a map of numbers with the names p1, p2, …
func numbers(values ...float64) []byte {
	b := abi.AppendMapHeader(nil, len(values))
	for i, v := range values {
		b = abi.AppendFloat(abi.AppendString(b, fmt.Sprint("p", i+1)), v)
	}
	return b
}

func read(t testing.TB, frame []byte) abi.Result {
	t.Helper()
	r, err := abi.ReadResult(frame)
	if err != nil {
		t.Fatalf("result %x: %v", frame, err)
	}
	return r
}

func sum(c *Call) (any, error) {
	p1, err := c.Args.Float("p1")
	if err != nil {
		return nil, err
	}
	p2, err := c.Args.Float("p2")
	if err != nil {
		return nil, err
	}
	return p1 + p2, nil
}

// quiet silences the log for the test and gives what was written.
func quiet(t *testing.T) *[]string {
	var lines []string
	inproc.Log = func(_ abi.Level, text string) { lines = append(lines, text) }
	t.Cleanup(func() { inproc.Log = nil })
	return &lines
}

func TestErrorsOfHandlers(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want abi.Result
	}{
		{"pointer", NewError(401, "no"), abi.Result{Status: 401, Message: "no"}},
		{"value", Error{Status: 404, Message: "gone", Type: "Gone"},
			abi.Result{Status: 404, Message: "gone", Type: "Gone"}},
		{"no status", &Error{Message: "m"}, abi.Result{Status: 500, Message: "m"}},
		{"negative status", NewError(-1, "m"), abi.Result{Status: 500, Message: "m"}},
		{"huge status", NewError(1<<40, "m"), abi.Result{Status: 500, Message: "m"}},
		{"odd status is the host's to judge", NewError(200, "m"), abi.Result{Status: 200, Message: "m"}},
		{"wrapped", fmt.Errorf("secret: %w", NewError(403, "no")), abi.Result{Status: 403, Message: "no"}},
		{"argument", &ArgError{Name: "x", Want: "a number"},
			abi.Result{Status: 400, Message: `argument "x" is missing`, Type: "IllegalArgument"}},
		{"any other", errors.New("disk"), abi.Result{Status: 500, Message: "disk", Type: "Error"}},
		{"not UTF-8", errors.New("a\xffb"), abi.Result{Status: 500, Message: "a\uFFFDb", Type: "Error"}},
		{"no metadata", ErrNoRequestMetadata,
			abi.Result{Status: 500, Message: ErrNoRequestMetadata.Error(), Type: "Error"}},
		{"nil pointer", (*Error)(nil), abi.Result{Status: 500, Message: "the endpoint panicked", Type: "Panic"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			quiet(t)
			m := function(func(*Call) (any, error) { return "ignored", c.err })
			got := read(t, m.Call(requestFrame(abi.KindFunction, numbers())))
			if got.Tag != abi.TagError || got.Status != c.want.Status || got.Message != c.want.Message ||
				got.Type != c.want.Type {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestLongMessageIsCut(t *testing.T) {
	m := function(func(*Call) (any, error) { return nil, errors.New(strings.Repeat("é", abi.MaxMessage)) })
	if got := read(t, m.Call(requestFrame(abi.KindFunction, numbers()))); len(got.Message) != abi.MaxMessage {
		t.Errorf("the message has %d bytes", len(got.Message))
	}
}

type loud struct{}

func (loud) Error() string { panic("again") }

func TestPanicsGoToTheLogOnly(t *testing.T) {
	for _, c := range []struct {
		name string
		run  func(*Call) (any, error)
		log  string
	}{
		{"text", func(*Call) (any, error) { panic("secret 1") }, "panic: secret 1"},
		{"error", func(*Call) (any, error) { panic(errors.New("secret 2")) }, "panic: secret 2"},
		{"number", func(*Call) (any, error) { panic(77) }, "panic: 77"},
		{"other", func(*Call) (any, error) { panic(struct{}{}) }, "panic: (a value that is neither"},
		{"nil", func(*Call) (any, error) { panic(nil) }, "panic: panic called with nil argument"},
		{"runtime", func(c *Call) (any, error) { return []int{}[c.Args.Len()], nil }, "index out of range"},
		{"panics in turn", func(*Call) (any, error) { panic(loud{}) }, "(its text panicked too)"},
		{"result", func(*Call) (any, error) { return explosive{}, nil }, "boom"},
		{"long", func(*Call) (any, error) { panic(strings.Repeat("x", 2*abi.MaxLogLine)) }, "panic: xxx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			lines := quiet(t)
			m := function(c.run)
			got := read(t, m.Call(requestFrame(abi.KindFunction, numbers())))
			if got.Status != 500 || got.Type != "Panic" || got.Message != "the endpoint panicked" {
				t.Errorf("got %+v", got)
			}
			if log := (*lines)[0]; !strings.Contains(log, c.log) || len(log) > abi.MaxLogLine {
				t.Errorf("log %q, want %q in it", log, c.log)
			}
			if trace := strings.Join((*lines)[1:], "\n"); !strings.Contains(trace, "module_test.go:") {
				t.Errorf("trace %s", trace)
			}
		})
	}
}

type explosive struct{}

func (explosive) AppendMsgpack([]byte) ([]byte, error) { panic("boom") }

func TestBrokenFrames(t *testing.T) {
	m := function(sum)
	for name, frame := range map[string][]byte{
		"empty":      {},
		"not a map":  {0x01},
		"cut":        requestFrame(abi.KindFunction, numbers(1, 2))[:20],
		"other kind": requestFrame(abi.KindRegression, abi.AppendArrayHeader(nil, 0)),
	} {
		if got := read(t, m.Call(frame)); got.Status != 500 || got.Type != "GuestProtocol" {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	if got := read(t, m.Init([]byte{0x80})); got.Tag != abi.TagError || got.Type != "GuestProtocol" {
		t.Errorf("init: got %+v", got)
	}
	if got := read(t, m.Call(requestFrame(abi.KindFunction, numbers(1, 2)))); got.Tag != abi.TagValue {
		t.Errorf("after broken frames: got %+v", got)
	}
}

func TestRegistration(t *testing.T) {
	defer func(before []*module) { registered = before }(registered)
	run := func(*Call) (any, error) { return nil, nil }
	predict := func(*Batch) ([]Prediction, error) { return nil, nil }
	init := abi.AppendInit(nil, abi.Init{Kind: abi.KindFunction})
	for _, c := range []struct {
		name     string
		register func()
		kind     abi.Kind
		problem  string
	}{
		{"none", func() {}, 0, "registers no handler"},
		{"two", func() { Function(run); Regressor(predict) }, 0, "registers 2 handlers"},
		{"nil function", func() { Function(nil) }, 0, "skep.Function was given nil"},
		{"nil classifier", func() { Classifier(nil) }, 0, "skep.Classifier was given nil"},
		{"nil regressor", func() { Regressor(nil) }, 0, "skep.Regressor was given nil"},
		{"nil forecaster", func() { Forecaster(nil) }, 0, "skep.Forecaster was given nil"},
		{"nil effect predictor", func() { EffectPredictor(nil) }, 0, "skep.EffectPredictor was given nil"},
		{"nil lookup", func() { Lookup(nil) }, 0, "skep.Lookup was given nil"},
		{"nil query", func() { Query(nil) }, 0, "skep.Query was given nil"},
		{"function", func() { Function(run) }, abi.KindFunction, ""},
		{"classifier", func() { Classifier(predict) }, abi.KindClassification, ""},
		{"regressor", func() { Regressor(predict) }, abi.KindRegression, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			registered = nil
			c.register()
			m := registeredModule()
			got := read(t, m.Init(init))
			if c.problem != "" {
				if got.Tag != abi.TagError || !strings.Contains(got.Message, c.problem) {
					t.Errorf("init: got %+v, want %q", got, c.problem)
				}
				if got := read(t, m.Call(nil)); !strings.Contains(got.Message, c.problem) {
					t.Errorf("call: got %+v, want %q", got, c.problem)
				}
				return
			}
			if kind, err := abi.ReadInitResult(got.Value); err != nil || kind != c.kind {
				t.Errorf("got %v, %v", kind, err)
			}
		})
	}
}

// What a handler keeps against the rules finds nothing of the next request.
func TestCallEndsWithItsHandler(t *testing.T) {
	var kept *Call
	m := function(func(c *Call) (any, error) { kept = c; return nil, nil })
	meta := abi.AppendMeta(nil, abi.Meta{Path: "/p"})
	m.Call(abi.AppendRequest(nil, abi.Request{Kind: abi.KindFunction, Meta: meta, Input: numbers(1)}))
	if kept.Args.Len() != 0 || kept.Endpoint() != "" {
		t.Errorf("kept %+v", kept.Args)
	}
	if _, err := kept.Path(); err != ErrNoRequestMetadata {
		t.Errorf("path: %v", err)
	}
}

// Strings that a handler took out of its arguments are its own: the next request overwrites the frame.
func TestStringsAreCopies(t *testing.T) {
	var text, key string
	var list []string
	m := function(func(c *Call) (any, error) {
		text, _ = c.Args.String("a")
		for key = range c.Args.All() {
		}
		l, _ := c.Args.List("b")
		list, _ = l.Strings()
		return nil, nil
	})
	args := abi.AppendString(abi.AppendString(abi.AppendMapHeader(nil, 2), "a"), "one")
	args = abi.AppendString(abi.AppendArrayHeader(abi.AppendString(args, "b"), 1), "two")
	frame := requestFrame(abi.KindFunction, args)
	m.Call(frame)
	copy(frame, bytes.Repeat([]byte{0xc1}, len(frame)))
	if text != "one" || key != "b" || len(list) != 1 || list[0] != "two" {
		t.Errorf("got %q, %q, %q", text, key, list)
	}
}

func TestResultOverTheLimit(t *testing.T) {
	for _, v := range []any{strings.Repeat("x", abi.MaxResult), Text(strings.Repeat("x", abi.MaxResult))} {
		m := function(func(*Call) (any, error) { return v, nil })
		got := read(t, m.Call(requestFrame(abi.KindFunction, numbers())))
		if got.Type != "InvalidResult" || !strings.Contains(got.Message, "4194304") {
			t.Errorf("%T: got %+v", v, got)
		}
	}
}

// A call of a function allocates what its handler does, here the boxed result, and the endpoint's name in the frame.
func TestAllocations(t *testing.T) {
	m := function(sum)
	frame := requestFrame(abi.KindFunction, numbers(1.5, 2.5))
	m.Call(frame)
	if n := testing.AllocsPerRun(1000, func() { m.Call(frame) }); n > 2 {
		t.Errorf("function: %v allocations, want 2", n)
	}
	list := make([]Prediction, 2)
	predictor := &module{kind: abi.KindRegression, predict: func(b *Batch) ([]Prediction, error) {
		for i := range b.Len() {
			v, err := b.Row(i).Float("p2")
			if err != nil {
				return nil, err
			}
			list[i] = Number(v)
		}
		return list, nil
	}}
	rows := append(abi.AppendArrayHeader(nil, 2), append(numbers(1, 2), numbers(3, 4)...)...)
	frame = requestFrame(abi.KindRegression, rows)
	predictor.Call(frame)
	if n := testing.AllocsPerRun(1000, func() { predictor.Call(frame) }); n > 3 {
		t.Errorf("regressor: %v allocations, want 3: the name and two boxed numbers", n)
	}
}

func TestResponsesThatAreRefused(t *testing.T) {
	many := make([]Header, abi.MaxHeaders+1)
	for _, c := range []struct {
		name string
		v    any
		want string
	}{
		{"nil", (*Response)(nil), "is nil, and no error"},
		{"error", NewError(404, "no such thing"), "return it as the second result"},
		{"any error", errors.New("no such thing"), "return it as the second result"},
		{"status 199", NewResponse(199, ""), "status 199"},
		{"status 600", NewResponse(600, ""), "status 600"},
		{"headers", NewResponse(200, "", many...), "65 headers"},
		{"header bytes", NewResponse(200, "", Header{Name: "A", Value: strings.Repeat("x", 16<<10)}), "16385 bytes"},
		{"header text", NewResponse(200, "", Header{Name: "A", Value: "\xff"}), "not UTF-8"},
		{"inside", map[string]any{"r": Text("")}, "value.r: a response must be returned by itself"},
		{"inside by value", []any{Response{}}, "value[0]: a response must be returned by itself"},
		{"raw inside", []any{RawJSON("1")}, "value[0]: a RawJSON must be returned by itself"},
		{"NaN", math.NaN(), "NaN and infinity"},
	} {
		m := function(func(*Call) (any, error) { return c.v, nil })
		got := read(t, m.Call(requestFrame(abi.KindFunction, numbers())))
		if got.Status != 500 || got.Type != "InvalidResult" || !strings.Contains(got.Message, c.want) {
			t.Errorf("%s: got %+v, want %q", c.name, got, c.want)
		}
	}
}

func TestPredictionsThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		kind abi.Kind
		list []Prediction
		want string
	}{
		{abi.KindRegression, nil, "0 predictions for 1 records"},
		{abi.KindRegression, make([]Prediction, 2), "2 predictions for 1 records"},
		{abi.KindRegression, []Prediction{Class("a")}, "prediction 0: the endpoint is a regression"},
		{abi.KindClassification, []Prediction{Number(1)}, "prediction 0: the endpoint is a classification"},
		{abi.KindRegression, []Prediction{Number(math.Inf(1))}, "prediction 0: value: NaN and infinity"},
		{abi.KindClassification, []Prediction{Class("\xff")}, "not UTF-8"},
		{abi.KindClassification, []Prediction{Class("a", Proba{"a", math.NaN()})}, `probability of "a": value: NaN`},
		{abi.KindClassification, []Prediction{Class("a", Proba{"a", 1}, Proba{"a", 0})}, `class "a" has two`},
		{abi.KindRegression, []Prediction{{kind: abi.KindRegression, CustomKeys: map[string]any{"k": []byte{}}}},
			"prediction 0: value.k: bytes"},
	} {
		m := &module{kind: c.kind, predict: func(*Batch) ([]Prediction, error) { return c.list, nil }}
		got := read(t, m.Call(requestFrame(c.kind, append(abi.AppendArrayHeader(nil, 1), numbers()...))))
		if got.Type != "InvalidResult" || !strings.Contains(got.Message, c.want) {
			t.Errorf("got %+v, want %q", got, c.want)
		}
	}
}

func BenchmarkFunction(b *testing.B) {
	m := function(sum)
	frame := requestFrame(abi.KindFunction, numbers(1.5, 2.5))
	b.ReportAllocs()
	for b.Loop() {
		m.Call(frame)
	}
}

// BenchmarkFeatures reads twenty features of a record by name.
func BenchmarkFeatures(b *testing.B) {
	names := make([]string, 20)
	for i := range names {
		names[i] = fmt.Sprint("p", i+1)
	}
	args := Args{raw: numbers(make([]float64, len(names))...)}
	for b.Loop() {
		for _, name := range names {
			if _, err := args.Float(name); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// Arguments come back as they came, be they returned themselves or by a pointer.
func TestArgsReturned(t *testing.T) {
	for name, run := range map[string]func(*Call) (any, error){
		"value":   func(c *Call) (any, error) { return c.Args, nil },
		"pointer": func(c *Call) (any, error) { return &c.Args, nil },
		"zero":    func(c *Call) (any, error) { return new(Args), nil },
	} {
		m, want := function(run), numbers(1)
		if name == "zero" {
			want = emptyMap
		}
		if got := read(t, m.Call(requestFrame(abi.KindFunction, numbers(1)))); !bytes.Equal(got.Value, want) {
			t.Errorf("%s: got %+v, want % x", name, got, want)
		}
	}
}
