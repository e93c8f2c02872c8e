package observe

import (
	"github.com/prometheus/client_golang/prometheus"
)

// buckets are the upper bounds of the histograms, in seconds: from a call of a warm module to the longest time limits
// that are usual.
var buckets = []float64{.00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// families are the metrics that endpoints have, each with one series for an endpoint and the values of one more label at
// most. All series of an endpoint are made when it is loaded and go when it is unloaded, so that no request can make one.
type families struct {
	requests, fuel, rollbacks, failures, dropped *prometheus.CounterVec
	latency, wait                                *prometheus.HistogramVec
	inFlight                                     *prometheus.GaugeVec
	unrouted                                     *prometheus.CounterVec
}

func newFamilies() families {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	histogram := func(name, help string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets},
			[]string{"service", "endpoint"})
	}
	return families{
		requests:  counter("skep_requests_total", "Requests answered for an endpoint.", "service", "endpoint", "code"),
		fuel:      counter("skep_fuel_total", "Units of code that guests executed.", "service", "endpoint"),
		rollbacks: counter("skep_rollbacks_total", "How instances were made as new.", "service", "endpoint", "kind"),
		failures:  counter("skep_failures_total", "Calls without an answer, by why.", "service", "endpoint", "kind"),
		dropped:   counter("skep_log_lines_dropped_total", "Guest's log lines beyond a call's.", "service", "endpoint"),
		latency:   histogram("skep_request_seconds", "From the head of a request to its answer."),
		wait:      histogram("skep_queue_wait_seconds", "That calls waited for an instance."),
		inFlight: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "skep_requests_in_flight",
			Help: "Requests that are being answered."}, []string{"service", "endpoint"}),
		unrouted: counter("skep_unrouted_requests_total", "Requests answered without an endpoint.", "code"),
	}
}

// vector is what all families of endpoints have in common.
type vector interface {
	prometheus.Collector
	DeletePartialMatch(prometheus.Labels) int
}

func (f *families) ofEndpoints() []vector {
	return []vector{f.requests, f.fuel, f.rollbacks, f.failures, f.dropped, f.latency, f.wait, f.inFlight}
}

func (f *families) collectors() []prometheus.Collector {
	all := []prometheus.Collector{f.unrouted}
	for _, v := range f.ofEndpoints() {
		all = append(all, v)
	}
	return all
}

// remove takes out all series of an endpoint.
func (f *families) remove(at place) {
	for _, v := range f.ofEndpoints() {
		v.DeletePartialMatch(prometheus.Labels{"service": at.service, "endpoint": at.endpoint})
	}
}

// classes is how many classes of statuses there are: 2xx, 3xx, 4xx and 5xx.
const classes = 4

// class is the class of a status. What is none counts as the nearest.
func class(status int) int { return min(max(status/100-2, 0), classes-1) }

func className(class int) string { return string(rune('2'+class)) + "xx" }
