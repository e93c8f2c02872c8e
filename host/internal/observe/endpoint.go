package observe

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// FailureKinds are the reasons why a call gets no answer, as clients see them in errorType. The last one stands for all
// others.
var FailureKinds = [...]string{"PoolExhausted", "PoolTimeout", "EndpointUnavailable", "GuestTimeout", "GuestMemory",
	"CustomResponseNotEnabled", "GuestProtocol", "GuestExit", "GuestFuel", "GuestStack", "GuestTrap", "InternalError"}

// rollbackKinds are the ways of rolling back, in the order of service.Rollback, which begins with 1.
var rollbackKinds = [...]string{"copy", "scan", "discard", "replace"}

// Endpoint is the account of one endpoint, over all its generations. Counting takes no lock and allocates nothing. A nil
// one counts nothing.
type Endpoint struct {
	observer *Observer
	at       place
	users    int // observer.mu is held to change it
	log      Log

	requests      [classes]prometheus.Counter
	rollbacks     [len(rollbackKinds)]prometheus.Counter
	failures      [len(FailureKinds)]prometheus.Counter
	fuel, dropped prometheus.Counter
	latency, wait prometheus.Observer
	inFlight      prometheus.Gauge
}

func newEndpoint(o *Observer, at place) *Endpoint {
	f, service, id := &o.families, at.service, at.endpoint
	e := &Endpoint{observer: o, at: at, log: Log{budget: &o.lines},
		fuel:     f.fuel.WithLabelValues(service, id),
		dropped:  f.dropped.WithLabelValues(service, id),
		latency:  f.latency.WithLabelValues(service, id),
		wait:     f.wait.WithLabelValues(service, id),
		inFlight: f.inFlight.WithLabelValues(service, id),
	}
	for i := range e.requests {
		e.requests[i] = f.requests.WithLabelValues(service, id, className(i))
	}
	for i, kind := range rollbackKinds {
		e.rollbacks[i] = f.rollbacks.WithLabelValues(service, id, kind)
	}
	for i, kind := range FailureKinds {
		e.failures[i] = f.failures.WithLabelValues(service, id, kind)
	}
	return e
}

// Release gives the account back. With the last one, its series and log lines go; requests that are still answered count
// for nobody.
func (e *Endpoint) Release() {
	if e == nil {
		return
	}
	e.observer.mu.Lock()
	defer e.observer.mu.Unlock()
	if e.users--; e.users > 0 {
		return
	}
	delete(e.observer.endpoints, e.at)
	e.observer.families.remove(e.at)
	e.log.close()
}

// Begin counts a request that has found its endpoint. Each call needs one of [Endpoint.End].
func (e *Endpoint) Begin() {
	if e != nil {
		e.inFlight.Inc()
	}
}

// End counts a request that left its endpoint without being answered there.
func (e *Endpoint) End() {
	if e != nil {
		e.inFlight.Dec()
	}
}

// Answered counts an answer, and how long the request took altogether.
func (e *Endpoint) Answered(status int, took time.Duration) {
	if e != nil {
		e.requests[class(status)].Inc()
		e.latency.Observe(took.Seconds())
	}
}

// Called counts a call: how long it waited for an instance, the units of code that it took, and how the instance was
// rolled back, as service.Rollback has it.
func (e *Endpoint) Called(wait time.Duration, fuel uint64, rollback uint8) {
	if e == nil {
		return
	}
	e.wait.Observe(wait.Seconds())
	e.fuel.Add(float64(fuel))
	if rollback > 0 && int(rollback) <= len(e.rollbacks) {
		e.rollbacks[rollback-1].Inc()
	}
}

// Failed counts a call that got no answer, by one of [FailureKinds].
func (e *Endpoint) Failed(kind string) {
	if e == nil {
		return
	}
	last := len(FailureKinds) - 1
	for i, known := range FailureKinds {
		if known == kind || i == last {
			e.failures[i].Inc()
			return
		}
	}
}

// Totals are the counts of an endpoint so far.
type Totals struct {
	Requests  map[string]uint64 `json:"requests"` // by class of the status
	Failures  map[string]uint64 `json:"failures"` // by kind; those that happened
	Rollbacks map[string]uint64 `json:"rollbacks"`
	Fuel      uint64            `json:"fuel"`
	InFlight  int64             `json:"inFlight"`
	Dropped   uint64            `json:"logLinesDropped"`
}

// Totals reads the counters.
func (e *Endpoint) Totals() Totals {
	t := Totals{Requests: map[string]uint64{}, Failures: map[string]uint64{}, Rollbacks: map[string]uint64{}}
	if e == nil {
		return t
	}
	for i, c := range e.requests {
		t.Requests[className(i)] = count(c)
	}
	for i, kind := range FailureKinds {
		if n := count(e.failures[i]); n > 0 {
			t.Failures[kind] = n
		}
	}
	for i, kind := range rollbackKinds {
		t.Rollbacks[kind] = count(e.rollbacks[i])
	}
	t.Fuel, t.Dropped = count(e.fuel), count(e.dropped)
	t.InFlight = int64(read(e.inFlight).GetGauge().GetValue())
	return t
}

func count(c prometheus.Counter) uint64 { return uint64(read(c).GetCounter().GetValue()) }

func read(m prometheus.Metric) *dto.Metric {
	value := new(dto.Metric)
	_ = m.Write(value) // fails for metrics with invalid labels only, which New would have refused
	return value
}
