package ingress

import (
	"net"
	"testing"

	"github.com/valyala/fasthttp"

	"skep/abi"
	"skep/host/internal/observe"
	"skep/host/internal/service"
)

// watch has an observer count the requests of endpoints of service docs.
func watch(o *observe.Observer, endpoints ...*service.Endpoint) *service.Registry {
	for _, e := range endpoints {
		e.Stats = o.Endpoint(e.Service, e.ID)
	}
	return registry(endpoints...)
}

func newObserver() *observe.Observer {
	return observe.New(func() observe.Snapshot { return observe.Snapshot{} })
}

// TestEveryFailureIsCounted: each error of a call has a counter of its own.
func TestEveryFailureIsCounted(t *testing.T) {
	for name, s := range sentinels {
		o := newObserver()
		e := endpoint("e", guest(func([]byte) ([]byte, error) { return nil, s.err }))
		r := startWith(t, Config{Registry: watch(o, e), Observer: o})
		r.post(t, "e/run", "{}")
		got := e.Stats.Totals()
		if len(got.Failures) != 1 || got.Failures[s.errorType] != 1 || got.Requests["5xx"] != 1 || got.InFlight != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestCounted makes requests that end in different places.
func TestCounted(t *testing.T) {
	o := newObserver()
	good := endpoint("good", answers(value(abi.AppendInt(nil, 3))))
	bad := endpoint("bad", guest(func([]byte) ([]byte, error) { panic("a bug") }))
	loading := endpoint("loading", nil)
	loading.State = service.StateLoading
	s := startWith(t, Config{Registry: watch(o, good, bad, loading), Observer: o})
	s.post(t, "good/run", "{}")
	s.post(t, "good/run", "[")
	s.post(t, "good/predict", "{}")
	s.post(t, "bad/run", "{}")
	s.post(t, "loading/run", "{}")
	s.post(t, "absent/run", "{}")
	for _, test := range []struct {
		e                  *service.Endpoint
		ok, client, server uint64
		fuel               uint64
	}{{good, 1, 2, 0, 7}, {bad, 0, 0, 1, 0}, {loading, 0, 0, 1, 0}} {
		got := test.e.Stats.Totals()
		if got.Requests["2xx"] != test.ok || got.Requests["4xx"] != test.client || got.Requests["5xx"] != test.server ||
			got.Fuel != test.fuel || got.InFlight != 0 {
			t.Errorf("%s: %+v", test.e.ID, got)
		}
	}
}

// TestReplacedIsCountedOnce: a request that looks for its endpoint anew is one request.
func TestReplacedIsCountedOnce(t *testing.T) {
	o := newObserver()
	counted := o.Endpoint("docs", "e")
	s := startWith(t, Config{Registry: chain(3, counted), Observer: o})
	s.post(t, "e/run", "{}")
	if got := counted.Totals(); got.Requests["2xx"] != 1 || got.InFlight != 0 || len(got.Failures) != 0 {
		t.Errorf("%+v", got)
	}
}

// finished is a request that was just answered by an endpoint.
func finished(o *observe.Observer, e *service.Endpoint) (*Server, *fasthttp.RequestCtx, *exchange) {
	s := quietServer()
	s.Observer = o
	var ctx fasthttp.RequestCtx
	ctx.Init(new(fasthttp.Request), &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, nil)
	return s, &ctx, new(exchange)
}

func TestFinishAllocatesNothing(t *testing.T) {
	o := newObserver()
	e := endpoint("e", nil)
	watch(o, e)
	s, ctx, x := finished(o, e)
	if n := testing.AllocsPerRun(100, func() {
		x.account.enter(e)
		x.account.called = true
		s.finish(ctx, x, x.account.start)
		x.account = account{}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkFinish is what a request costs to be counted.
func BenchmarkFinish(b *testing.B) {
	o := newObserver()
	e := endpoint("e", nil)
	watch(o, e)
	s, ctx, x := finished(o, e)
	b.ReportAllocs()
	for b.Loop() {
		x.account.enter(e)
		x.account.called, x.account.usage.Rollback = true, service.RollbackCopy
		s.finish(ctx, x, x.account.start)
		x.account = account{}
	}
}
