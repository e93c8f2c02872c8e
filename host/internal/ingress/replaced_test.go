package ingress

import (
	"context"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/observe"
	"skep/host/internal/service"
)

// ended is an endpoint that was replaced after a request had found it: it makes its successor known and answers nothing.
type ended struct{ succeed func() }

func (e *ended) Call(context.Context, []byte, service.ResultReader) (service.Usage, error) {
	if e.succeed != nil {
		e.succeed()
	}
	return service.Usage{}, service.ErrUnavailable
}

func (*ended) Drain() {}

func (*ended) Close() error { return nil }

// chain is a registry in which the endpoint docs/e is replaced n times, each time while it is being called; the last one
// answers.
func chain(n int, stats *observe.Endpoint) *service.Registry {
	r := new(service.Registry)
	var put func(left int)
	put = func(left int) {
		e := endpoint("e", answers(value(abi.AppendString(nil, "last"))))
		e.Stats = stats
		if left > 0 {
			e.Caller = &ended{func() { put(left - 1) }}
		}
		r.Put(&service.Service{ID: e.Service,
			Active: &service.Generation{ID: e.Generation, Endpoints: map[string]*service.Endpoint{e.ID: e}}})
	}
	put(n)
	return r
}

func TestReplacedWhileCalled(t *testing.T) {
	for _, n := range []int{0, 1, 2, 50} {
		s := startWith(t, Config{Registry: chain(n, nil)})
		if got := s.post(t, "e/run", "{}"); got.status != 200 || !strings.HasPrefix(got.body, `{"response":"last"`) {
			t.Errorf("replaced %d times: %d %s", n, got.status, got.body)
		}
	}
}

// One that has ended and has no successor is not called over and over.
func TestEndedWithoutSuccessor(t *testing.T) {
	calls := 0
	s := start(t, endpoint("e", &ended{func() { calls++ }}))
	checkError(t, "ended", s.post(t, "e/run", "{}"), 503, "EndpointUnavailable")
	if calls != 2 { // the registry is asked once more
		t.Errorf("it was called %d times", calls)
	}
}
