package service

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestErrorText(t *testing.T) {
	cause := errors.New("it broke")
	for _, test := range []struct {
		err  Error
		want string
	}{
		{Error{Op: "call", Service: "docs", Generation: "v1", Endpoint: "text", Err: cause}, "call docs/v1/text: it broke"},
		{Error{Op: "load", Service: "docs", Endpoint: "text", Err: cause}, "load docs/text: it broke"},
		{Error{Op: "load", Service: "docs", Err: cause}, "load docs: it broke"},
		{Error{Op: "scan", Err: cause}, "scan: it broke"},
	} {
		if got := test.err.Error(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestErrorIs(t *testing.T) {
	e := &Endpoint{Service: "docs", Generation: "v1", ID: "text"}
	err := e.Fail("call", fmt.Errorf("%w: unreachable", ErrGuestTrap))
	if !errors.Is(err, ErrGuestTrap) {
		t.Errorf("%v is not ErrGuestTrap", err)
	}
	if errors.Is(err, ErrGuestTimeout) {
		t.Errorf("%v is ErrGuestTimeout", err)
	}
	var at *Error
	if !errors.As(err, &at) {
		t.Fatalf("%T is no *Error", err)
	}
	if at.Endpoint != "text" || at.Op != "call" {
		t.Errorf("got %+v", at)
	}
	if got, want := err.Error(), "call docs/v1/text: guest trapped: unreachable"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestValidID(t *testing.T) {
	for _, test := range []struct {
		name                 string
		endpoint, generation bool
	}{
		{"a", true, true},
		{"FRAUD_C1", true, true},
		{"0-9_z", true, true},
		{strings.Repeat("x", 64), true, true},
		{"v1.2", false, true},
		{"v1..2", false, true},

		{"", false, false},
		{strings.Repeat("x", 65), false, false},
		{"-a", false, false},
		{"_a", false, false},
		{".", false, false},
		{"..", false, false},
		{".a", false, false},
		{"a b", false, false},
		{"a/b", false, false},
		{`a\b`, false, false},
		{"a%62", false, false},
		{"a\x00", false, false},
		{"a\n", false, false},
		{"ä", false, false},
		{"a\xff", false, false},
	} {
		if got := ValidID(test.name); got != test.endpoint {
			t.Errorf("ValidID(%q) = %v", test.name, got)
		}
		if got := ValidGeneration(test.name); got != test.generation {
			t.Errorf("ValidGeneration(%q) = %v", test.name, got)
		}
	}
}

func TestStateNames(t *testing.T) {
	for state, want := range map[State]string{
		0: "not set", StateLoading: "loading", StateReady: "ready", StateRefused: "refused", 9: "not set",
	} {
		if got := state.String(); got != want {
			t.Errorf("State(%d) is %q, want %q", state, got, want)
		}
	}
}
