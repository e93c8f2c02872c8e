package sandbox

import (
	"errors"
	"strings"
	"testing"

	"skep/host/internal/service"
)

// TestFaultStacks shows that whatever ends a guest in the middle of its work says where that was, by the names of its
// functions. What is wrong with an answer has no place in the code.
func TestFaultStacks(t *testing.T) {
	s := mustLoad(t, nil)
	fuel := mustLoad(t, func(spec *Spec) { spec.Limits.Fuel = 50_000_000 })
	for _, tc := range []struct {
		sandbox *Sandbox
		request string
		want    error
		stack   string // the name of a function in it
	}{
		{s, "trap", service.ErrGuestTrap, "main.call"},
		{s, "log outside", service.ErrGuestTrap, "main.call"},
		{s, "loop", service.ErrGuestTimeout, "main.call"},
		{s, "sleep", service.ErrGuestTimeout, "poll_oneoff"},
		{fuel, "loop", service.ErrGuestFuel, "main.call"},
		{s, "recurse", service.ErrGuestStack, "main.recurse"},
		{s, "grow", service.ErrGuestMemory, "main.call"},
		{s, "exit", service.ErrGuestExit, "main.call"},
		{s, "outside", service.ErrGuestProtocol, ""},
	} {
		hurry(tc.sandbox, tc.want)
		_, err := ask(t, tc.sandbox, tc.request)
		if !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.request, err, tc.want)
			continue
		}
		_, stack, found := strings.Cut(err.Error(), "wasm stack trace:\n")
		if found != (tc.stack != "") || !strings.Contains(stack, tc.stack) {
			t.Errorf("%s: the stack is %q", tc.request, stack)
		}
		if strings.Contains(stack, ".go:") || strings.Contains(stack, "skep.private") {
			t.Errorf("%s: the stack has the host's own functions: %q", tc.request, stack)
		}
	}
}
