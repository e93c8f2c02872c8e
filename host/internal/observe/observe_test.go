package observe

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// scrape reads the metrics as Prometheus would.
func scrape(t *testing.T, o *Observer) map[string]*dto.MetricFamily {
	t.Helper()
	w := httptest.NewRecorder()
	o.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// series is how many series of a family are of a service.
func series(f *dto.MetricFamily, service string) (n int) {
	for _, m := range f.GetMetric() {
		for _, l := range m.GetLabel() {
			if l.GetName() == "service" && l.GetValue() == service {
				n++
			}
		}
	}
	return n
}

func nothing() Snapshot { return Snapshot{} }

// The series of an endpoint are there from when it is loaded until the last of its generations is unloaded, whatever
// requests there are.
func TestSeriesLiveAsLongAsTheirEndpoint(t *testing.T) {
	o := New(nothing)
	first, neighbour := o.Endpoint("docs", "a"), o.Endpoint("docs2", "a")
	first.Answered(200, time.Millisecond)
	second := o.Endpoint("docs", "a")
	if first != second {
		t.Error("two generations count apart")
	}
	before := scrape(t, o)
	for name, want := range map[string]int{"skep_requests_total": classes, "skep_failures_total": len(FailureKinds),
		"skep_rollbacks_total": len(rollbackKinds), "skep_fuel_total": 1, "skep_log_lines_dropped_total": 1,
		"skep_request_seconds": 1, "skep_queue_wait_seconds": 1, "skep_requests_in_flight": 1} {
		if got := series(before[name], "docs"); got != want {
			t.Errorf("%s has %d series, want %d", name, got, want)
		}
	}
	first.Release()
	if got := scrape(t, o)["skep_requests_total"].GetMetric()[0].GetCounter().GetValue(); got != 1 {
		t.Errorf("after one generation was unloaded, %v requests are counted, want 1", got)
	}
	second.Release()
	second.Answered(200, time.Millisecond) // one that is still answered
	for name, f := range scrape(t, o) {
		if n := series(f, "docs"); n != 0 {
			t.Errorf("%s has %d series of an endpoint that is gone", name, n)
		}
	}
	if o.Log("docs", "a") != nil || o.Log("docs2", "a") == nil {
		t.Error("the wrong log is gone")
	}
	neighbour.Release()
	if again := o.Endpoint("docs", "a"); again.Totals().Requests["2xx"] != 0 {
		t.Error("an endpoint that is loaded anew goes on where another one was")
	}
}

func TestTotals(t *testing.T) {
	o := New(nothing)
	e := o.Endpoint("docs", "a")
	for _, status := range []int{200, 204, 304, 404, 503, 99, 700} {
		e.Begin()
		e.Answered(status, time.Millisecond)
	}
	for range 6 {
		e.End()
	}
	e.Called(time.Millisecond, 5, 1)
	e.Called(time.Millisecond, 7, 4)
	e.Called(time.Millisecond, 0, 0)
	e.Called(time.Millisecond, 0, 9) // there is no such kind
	e.Failed("GuestFuel")
	e.Failed("what nobody knows")
	e.Lines("v1").Drop(3)
	got := e.Totals()
	for class, want := range map[string]uint64{"2xx": 3, "3xx": 1, "4xx": 1, "5xx": 2} {
		if got.Requests[class] != want {
			t.Errorf("%s: %d, want %d", class, got.Requests[class], want)
		}
	}
	if got.InFlight != 1 || got.Fuel != 12 || got.Dropped != 3 || got.Rollbacks["copy"] != 1 ||
		got.Rollbacks["replace"] != 1 || got.Rollbacks["scan"] != 0 ||
		len(got.Failures) != 2 || got.Failures["GuestFuel"] != 1 || got.Failures["InternalError"] != 1 {
		t.Errorf("%+v", got)
	}
	if n := scrape(t, o)["skep_queue_wait_seconds"].GetMetric()[0].GetHistogram().GetSampleCount(); n != 4 {
		t.Errorf("%d waits, want 4", n)
	}
}

// A host without an observer counts nothing, and does not fail.
func TestNil(t *testing.T) {
	var o *Observer
	e := o.Endpoint("docs", "a")
	e.Begin()
	e.Called(0, 0, 1)
	e.Failed("GuestTrap")
	e.Answered(200, 0)
	e.End()
	e.Lines("v1").Line(0, "", "text")
	e.Lines("v1").Drop(1)
	e.Release()
	o.Unrouted(404)
	if got := e.Totals(); len(got.Requests) != 0 {
		t.Errorf("%+v", got)
	}
}

// request is all that is counted of one request.
func request(e *Endpoint) {
	e.Begin()
	e.Answered(200, 3*time.Millisecond)
	e.Called(time.Microsecond, 1000, 1)
	e.End()
}

func TestCountingAllocatesNothing(t *testing.T) {
	o := New(nothing)
	e := o.Endpoint("docs", "a")
	if n := testing.AllocsPerRun(100, func() {
		request(e)
		e.Failed("GuestTrap")
		o.Unrouted(404)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkRequest(b *testing.B) {
	e := New(nothing).Endpoint("docs", "a")
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			request(e)
		}
	})
}

// What a client or a name holds can break neither a label nor the format.
func TestSnapshotIsWellFormed(t *testing.T) {
	o := New(func() Snapshot {
		return Snapshot{Pools: []Pool{{Service: "docs", Endpoint: "a", Generation: `v"1`, Idle: 2, InUse: 1, Waiting: 3, Ceil: 8,
			Memory: 5}}, Generations: map[string]int{"docs": 2}, Connections: 4, MemoryUsed: 6, MemoryLimit: 7, Compiled: 8,
			Loaded: 9, CompileTime: 1500 * time.Millisecond, Dropped: map[string]uint64{"audit": 10}}
	})
	got := scrape(t, o)
	var b strings.Builder
	for _, name := range []string{"skep_pool_instances", "skep_pool_waiting", "skep_pool_ceiling", "skep_memory_bytes",
		"skep_generations_loaded", "skep_connections", "skep_memory_budget_used_bytes", "skep_memory_budget_bytes",
		"skep_modules_compiled_total", "skep_modules_reused_total", "skep_compile_seconds_total",
		"skep_records_dropped_total"} {
		if _, err := expfmt.MetricFamilyToText(&b, got[name]); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{
		`skep_pool_instances{endpoint="a",generation="v\"1",service="docs",state="idle"} 2`,
		`skep_pool_instances{endpoint="a",generation="v\"1",service="docs",state="in_use"} 1`,
		`skep_pool_waiting{endpoint="a",generation="v\"1",service="docs"} 3`,
		`skep_pool_ceiling{endpoint="a",generation="v\"1",service="docs"} 8`,
		`skep_memory_bytes{endpoint="a",generation="v\"1",service="docs"} 5`,
		`skep_generations_loaded{service="docs"} 2`, "skep_connections 4", "skep_memory_budget_used_bytes 6",
		"skep_memory_budget_bytes 7", "skep_modules_compiled_total 8", "skep_modules_reused_total 9",
		"skep_compile_seconds_total 1.5", `skep_records_dropped_total{log="audit"} 10`,
	} {
		if !strings.Contains(b.String(), want+"\n") {
			t.Errorf("%s is missing in:\n%s", want, &b)
		}
	}
}
