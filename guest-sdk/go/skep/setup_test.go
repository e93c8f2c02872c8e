package skep

import (
	"errors"
	"strings"
	"testing"

	"skep/abi"
)

// startWith initialises a module with setups, and gives its answer.
func startWith(t *testing.T, in abi.Init, runs ...func(*Start) error) abi.Result {
	t.Helper()
	defer func(before []func(*Start) error) { setups = before }(setups)
	setups = nil
	for _, run := range runs {
		Setup(run)
	}
	in.Kind = abi.KindFunction
	return read(t, function(sum).Init(abi.AppendInit(nil, in)))
}

func TestSetup(t *testing.T) {
	var told []string
	r := startWith(t, abi.Init{Endpoint: "e", Service: "s", Generation: "g", Infra: "k8s",
		Config: map[string]string{"a": "b"}, Resources: []string{"/resources/x", "/resources/y"}},
		func(s *Start) error {
			told = append(told, s.Endpoint(), s.Service(), s.Generation(), s.Infra(), s.Config("a"), s.Resource("f"))
			told = append(told, s.Resources()...)
			return nil
		},
		func(s *Start) error { told = append(told, "second"); return nil })
	if r.Tag != abi.TagValue {
		t.Errorf("the answer is %+v", r)
	}
	if got, want := strings.Join(told, " "), "e s g k8s b /resources/x/f /resources/x /resources/y second"; got != want {
		t.Errorf("told %s, want %s", got, want)
	}
}

func TestSetupFails(t *testing.T) {
	for _, c := range []struct {
		name    string
		run     func(*Start) error
		message string
		kind    string
	}{
		{"error", func(s *Start) error { return errors.New("no " + s.Resource("model")) }, "no /resources/model", "Error"},
		{"typed", func(*Start) error { return &Error{Status: 503, Message: "m", Type: "T"} }, "m", "T"},
		{"panic", func(*Start) error { panic("secret") }, "the endpoint panicked", "Panic"},
	} {
		t.Run(c.name, func(t *testing.T) {
			quiet(t)
			later := false
			r := startWith(t, abi.Init{}, c.run, func(*Start) error { later = true; return nil })
			if r.Tag != abi.TagError || r.Message != c.message || r.Type != c.kind || later {
				t.Errorf("the answer is %+v, the next ran: %v", r, later)
			}
		})
	}
}
