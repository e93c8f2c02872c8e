// Package observe counts what endpoints do, keeps the last lines that they logged, and records requests in files. It is
// told of requests by whoever answers them; it knows neither HTTP servers nor sandboxes, and it never makes a request
// wait.
package observe

import (
	"net/http"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Observer holds the counters of one host and the last log lines of its endpoints. It is safe for concurrent use. A nil
// one observes nothing.
type Observer struct {
	registry *prometheus.Registry
	families families
	unrouted [classes]prometheus.Counter
	lines    lineBudget

	mu        sync.Mutex
	endpoints map[place]*Endpoint
	closed    bool
}

// place names an endpoint.
type place struct{ service, endpoint string }

// New gives an observer. The function tells of what is only looked at when somebody asks for metrics.
func New(look func() Snapshot) *Observer {
	o := &Observer{registry: prometheus.NewRegistry(), families: newFamilies(), endpoints: make(map[place]*Endpoint)}
	o.registry.MustRegister(o.families.collectors()...)
	o.registry.MustRegister(snapshots{look}, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for i := range o.unrouted {
		o.unrouted[i] = o.families.unrouted.WithLabelValues(className(i))
	}
	return o
}

// Endpoint gives the account of an endpoint, which its generations share, so that a new one goes on counting. Each call
// needs one of [Endpoint.Release].
func (o *Observer) Endpoint(service, endpoint string) *Endpoint {
	if o == nil {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	at := place{service, endpoint}
	e := o.endpoints[at]
	if e == nil {
		e = newEndpoint(o, at)
		if o.closed {
			e.log.end()
		}
		o.endpoints[at] = e
	}
	e.users++
	return e
}

// InFlight is how many requests are being answered, of one service or, with an empty name, of all.
func (o *Observer) InFlight(service string) (n int64) {
	if o == nil {
		return 0
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for at, e := range o.endpoints {
		if service == "" || at.service == service {
			n += int64(read(e.inFlight).GetGauge().GetValue())
		}
	}
	return n
}

// Log gives the log of an endpoint that is loaded, nil where there is none.
func (o *Observer) Log(service, endpoint string) *Log {
	o.mu.Lock()
	defer o.mu.Unlock()
	if e := o.endpoints[place{service, endpoint}]; e != nil {
		return &e.log
	}
	return nil
}

// Unrouted counts a request that was answered before an endpoint was found for it.
func (o *Observer) Unrouted(status int) {
	if o != nil {
		o.unrouted[class(status)].Inc()
	}
}

// Handler answers with all metrics, as Prometheus reads them.
func (o *Observer) Handler() http.Handler {
	return promhttp.HandlerFor(o.registry, promhttp.HandlerOpts{})
}

// Close ends all that follow a log, now and later. Counting goes on.
func (o *Observer) Close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for _, e := range o.endpoints {
		e.log.end()
	}
}
