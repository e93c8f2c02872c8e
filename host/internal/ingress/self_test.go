package ingress

import (
	"context"
	"errors"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/service"
)

// asking stands for a sandbox whose guest makes calls, and answers with the last answer that it gets.
type asking func(ctx context.Context, self service.Self) (result []byte)

func (a asking) Call(ctx context.Context, _ []byte, result service.ResultReader) (service.Usage, error) {
	return service.Usage{}, result.ReadResult(a(ctx, service.SelfOf(ctx)))
}

func (asking) Drain() {}

func (asking) Close() error { return nil }

// callFrame is a call of an endpoint without arguments.
func callFrame(endpoint string) []byte {
	return abi.AppendCall(nil, abi.Call{Endpoint: endpoint, Input: []byte{0x80}})
}

// once is a guest that calls an endpoint.
func once(endpoint string) asking {
	return func(ctx context.Context, self service.Self) []byte {
		_, result := self.CallSelf(ctx, callFrame(endpoint))
		return result
	}
}

// ask calls an endpoint without arguments.
func (s *running) ask(t *testing.T, endpointAction string) (status int, body string) {
	t.Helper()
	r := s.post(t, endpointAction, "{}")
	return r.status, r.body
}

// TestSelfOfAReplacedEndpoint has an endpoint replaced, and closed, while another one is about to call it.
func TestSelfOfAReplacedEndpoint(t *testing.T) {
	three := answers(value(abi.AppendInt(nil, 3)))
	var r *service.Registry
	times := 0
	replaced := guest(func([]byte) ([]byte, error) {
		times++
		r.PutEndpoint(endpoint("other", three))
		return nil, service.ErrUnavailable
	})
	r = registry(endpoint("self", once("other")), endpoint("other", replaced),
		endpoint("lost", once("gone")), endpoint("gone", guest(func([]byte) ([]byte, error) {
			return nil, service.ErrUnavailable
		})))
	s := startWith(t, Config{Registry: r})
	if status, body := s.ask(t, "self/run"); status != 200 || !strings.Contains(body, `"response":3,`) || times != 1 {
		t.Errorf("%d %s, called %d times", status, body, times)
	}
	if status, body := s.ask(t, "lost/run"); status != 503 || !strings.Contains(body, "EndpointUnavailable") {
		t.Errorf("%d %s", status, body)
	}
}

// TestSelfFailures: what a caller is told of a call that fails is what a client would be.
func TestSelfFailures(t *testing.T) {
	for _, f := range failures {
		fails := guest(func([]byte) ([]byte, error) { return nil, errors.Join(errors.New("/secret/path"), f.err) })
		s := start(t, endpoint("self", once("other")), endpoint("other", fails))
		status, body := s.ask(t, "self/run")
		if status != f.status || !strings.Contains(body, `"`+f.errorType+`"`) || strings.Contains(body, "secret") {
			t.Errorf("%v: %d %s", f.err, status, body)
		}
	}
}

// TestSelfCountsForOneRequest: each request may make as many calls as the one before it, whose memory it reuses.
func TestSelfCountsForOneRequest(t *testing.T) {
	fan := asking(func(ctx context.Context, self service.Self) []byte {
		for n := 0; ; n++ {
			if status, _ := self.CallSelf(ctx, callFrame("other")); status != 200 {
				return abi.AppendResult(nil, value(abi.AppendInt(nil, int64(n))))
			}
		}
	})
	broken := asking(func(ctx context.Context, self service.Self) []byte {
		for _, frame := range [][]byte{nil, {0x80}, []byte(strings.Repeat("\x91", 1<<20)), make([]byte, 17<<20)} {
			if status, _ := self.CallSelf(ctx, frame); status != 400 && status != 413 {
				t.Errorf("a frame of %d bytes: %d", len(frame), status)
			}
		}
		return abi.AppendResult(nil, value(abi.AppendNil(nil)))
	})
	s := start(t, endpoint("self", fan), endpoint("other", answers(value(abi.AppendNil(nil)))),
		endpoint("broken", broken))
	for range 3 {
		if status, body := s.ask(t, "self/run"); status != 200 || !strings.Contains(body, `"response":64,`) {
			t.Errorf("%d %s", status, body)
		}
		if status, body := s.ask(t, "broken/run"); status != 200 {
			t.Errorf("%d %s", status, body)
		}
	}
}
